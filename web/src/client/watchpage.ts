/** The page that stops a watch from anywhere: 12 words, its relay, its id. Whoever has it can do that, and nothing else. */

import { hex, unhex } from "../core/bytes";
import * as words from "../core/crypto/words";
import { Damaged, Mistaken } from "../core/errors";
import { ID_BYTES } from "../core/wire/limits";
import type { Home } from "./home";
import { baseUrl } from "./transport";
import * as watch from "./watch";
import type { Own } from "./watch";
import type { StopPage } from "./watchapi";
import { relayOf } from "./watchrelay";

/** Return the page; null once it is on paper and only there. */
export function show(home: Home, own: Own): StopPage | null {
  const code = watch.rowOf(home.vault, own)?.stop;
  if (!code) return null;
  const { me, relay } = own.bond;
  const typed = words.stop(code);
  const lines = [
    `The watch for the last letters of ${me}: how to stop it`,
    "",
    ...[0, 4, 8].map((at) => typed.slice(at, at + 4).join(" ")),
    "",
    `relay  ${relay}`,
    `watch  ${hex(own.id)}`,
    "",
    "Whoever knows that I am alive: type the line below and then these words.",
    `twinbell watch stop --relay ${relay} --watch ${hex(own.id)}`,
  ];
  return { words: typed, relay, watch: hex(own.id), me, page: `${lines.join("\n")}\n` };
}

/** Note that the page is on paper: this device keeps the code no longer. */
export async function kept(home: Home, own: Own): Promise<void> {
  await home.change((draft) => watch.note(draft, own.id, { stop: null }));
}

/** Stop a watch, of whomever, by its page as it was typed. */
export async function stop(
  home: Home,
  page: { readonly relay: string; readonly watch: string; readonly words: string },
): Promise<void> {
  const code = words.unstop(page.words);
  await relayOf(home, baseUrl(page.relay)).stop(idOf(page.watch), code);
}

function idOf(text: string): Uint8Array {
  try {
    const id = unhex(text.trim().toLowerCase());
    if (id.length === ID_BYTES) return id;
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
  }
  throw new Mistaken("The id of a watch is 32 digits, as its page shows them.", { code: "watch.id" });
}
