/**
 * The recovery kit of a bond: shown, confirmed from paper, and come back from.
 *
 * Until it is confirmed, its root lies on this device and no letter is written; after that it is on paper alone.
 */

import * as kit from "../core/bond/kit";
import { hex } from "../core/bytes";
import { NotFound } from "../core/errors";
import type { Kit } from "./api";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import type { BondRow } from "./schema";

const ASKED_MIN = 3; // words that a person types: enough to show that they were written down

/** Return the kit of a bond; throw `NotFound` once its root is only on paper. */
export function show(home: Home, id: string): Kit {
  const bond = bonds.named(home.vault, id);
  const page = pageOf(bond);
  return {
    words: page.words,
    relay: page.relay,
    inbox: hex(page.box),
    peer: bond.peer,
    page: `${page.lines().join("\n")}\n`,
  };
}

/** Compare words that a person has typed from paper, by their places; where they fit, the root leaves this device. */
export async function confirm(home: Home, id: string, typed: ReadonlyMap<number, string>): Promise<boolean> {
  const bond = bonds.named(home.vault, id);
  if (bond.kitConfirmedS !== null) return true;
  const { words } = pageOf(bond);
  const fits = [...typed].every(([at, word]) => words[at] === word.trim().toLowerCase());
  if (!fits || typed.size < ASKED_MIN) return false;
  await home.change(async (draft) => {
    await stepInside(home, draft, bond.id, { type: "KitConfirmed" });
    draft.put("bond", { ...bonds.named(draft, id), kitConfirmedS: home.nowS });
    draft.events.push({ kind: "bonds" });
  });
  return true;
}

function pageOf(bond: BondRow): kit.Page {
  const { keyring, device } = pendantOf(bond);
  if (device.root.length === 0)
    throw new NotFound(`The kit for ${bond.peer} is on paper and only there.`, { code: "kit.paper" });
  return keyring.page(new kit.Root(device.root));
}
