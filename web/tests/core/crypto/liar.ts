/** A share that looks right and leads elsewhere: a liar's, with a good checksum. */

import { WORDS } from "../../../src/core/crypto/sharewords";
import * as slip39 from "../../../src/core/crypto/slip39";

/** The places in the list of the words of a share. */
export function indices(share: string): number[] {
  return share.split(" ").map((word) => WORDS.indexOf(word));
}

export function forge(share: string): string {
  const read = slip39.read(indices(share));
  if (!read) throw new Error("a liar begins with a true share");
  const value = read.value.slice();
  value[0]! ^= 1;
  return slip39
    .write({ ...read, value })
    .map((at) => WORDS[at])
    .join(" ");
}
