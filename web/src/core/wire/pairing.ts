/**
 * A pairing mailbox: where two strangers' pendants exchange four messages and are paired.
 *
 * The giver opens it and is told its nameplate; the answerer finds it by that. Message 1 lies there from the
 * start, 2 and 4 are the answerer's, 3 is the giver's; each is set once. The relay understands none of them.
 * Here: paths, forms and the answer to opening one. What it means to count guesses is `bond/bell`: the
 * giver counts them, the relay could not be trusted to.
 */

import { Damaged } from "../errors";
import { NAMEPLATE_DIGITS_MAX, NAMEPLATE_LINK_CHARS, PAIRING_WAIT_S_MAX } from "./limits";
import { parseJson } from "./mailbox";

export const PARTS = [2, 3, 4] as const;
const SPOKEN = new RegExp(`^[1-9][0-9]{0,${NAMEPLATE_DIGITS_MAX - 1}}$`);
const LINK = new RegExp(`^[a-z2-7]{${NAMEPLATE_LINK_CHARS}}$`);

/**
 * How the bell is handed over, and so how long its nameplate may be: a short number, said aloud with three
 * words, or 26 characters nobody types.
 */
export type Form = "spoken" | "link";

/** A pairing mailbox was opened; it waits for message 2 until `expiresS`. */
export class Opened {
  readonly nameplate: string;
  readonly expiresS: number;

  constructor(nameplate: string, expiresS: number) {
    this.nameplate = nameplate;
    this.expiresS = expiresS;
  }

  static parse(data: Uint8Array): Opened {
    const { nameplate, expires } = parseJson(data);
    if (typeof nameplate !== "string" || typeof expires !== "number" || !Number.isSafeInteger(expires)) {
      throw new Damaged("The relay did not say where the bell hangs.");
    }
    return new Opened(parseNameplate(nameplate), expires);
  }
}

/** Return `text` if it is a nameplate of either form; throw `Damaged` for anything else. */
export function parseNameplate(text: string): string {
  if (SPOKEN.test(text) || LINK.test(text)) return text;
  throw new Damaged("A nameplate is a short number, or 26 letters and digits.");
}

export function openPath(form: Form): string {
  return `/v1/pairings?form=${form}`;
}

export function path(nameplate: string): string {
  return `/v1/pairings/${nameplate}`;
}

/** Return where message `part` lies; `waitS` makes a GET wait that long for it, 25 seconds at most. */
export function partPath(
  nameplate: string,
  part: number,
  { waitS = 0 }: { readonly waitS?: number } = {},
): string {
  const query = waitS ? `?wait=${Math.min(waitS, PAIRING_WAIT_S_MAX)}` : "";
  return `${path(nameplate)}/${part}${query}`;
}
