/**
 * Giving again what somebody lost with their devices: every letter of the bond, theirs and ours.
 *
 * They came back from paper, and the rules have seen that it was they (`core/bond/paper`). Each letter whose file
 * lies here whole gets a row; its file goes to their mailbox once more, and when it is there a body says so. A
 * letter that has not left yet goes as it would have gone anyway.
 */

import { randomBytes } from "../core/bytes";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as letters from "./letters";
import { Left, foreseen } from "./mail";
import { sendFile } from "./outgoing";
import type { GivingRow } from "./schema";
import type { Draft, View } from "./vault";

const ID_BYTES = 16;
const MINUTE_S = 60;

/** Note what is to be given, inside the change of the step that wants it; repeatable. */
export function begin(draft: Draft, bond: Uint8Array): void {
  const begun = waiting(draft, bond).map(({ letter }) => letter);
  for (const { number, state, outgoing, blobSent } of letters.every(draft, bond)) {
    if (state === "damaged" || (outgoing && !blobSent) || begun.includes(number)) continue;
    draft.put("giving", { bond, letter: number, blobId: randomBytes(ID_BYTES) });
  }
}

/** Return what is still to be given of a bond. */
export function waiting(view: View, bond: Uint8Array): GivingRow[] {
  return view.all("giving").filter((row) => bonds.same(row.bond, bond));
}

/** Send the files that are to be given again, as far as it gets, and put each into the outbox. */
export async function give(home: Home, bond: Uint8Array): Promise<Left> {
  const left = new Left();
  for (const row of waiting(home.vault, bond)) {
    const known = letters.every(home.vault, bond).find(({ number }) => number === row.letter);
    const name = known && letters.fileName(known.id);
    if (!known || !name || (await home.files.size(name)) === null) {
      await home.change((draft) => draft.delete("giving", row)); // a file that is not here can't be given
      continue;
    }
    try {
      await sendFile(home, bond, row.blobId, name);
    } catch (error) {
      left.later(foreseen(error));
      return left;
    }
    const content = {
      kind: "letter-again",
      letter: { ...letters.contentOf(known.record), blob: row.blobId },
      yours: !known.outgoing,
      atS: known.atS - (known.atS % MINUTE_S),
    } as const;
    await home.change(async (draft) => {
      if (!waiting(draft, bond).some(({ letter }) => letter === row.letter)) return;
      draft.delete("giving", row);
      const n = pendantOf(bonds.get(draft, bond)).sending.next;
      if (known.outgoing) draft.put("letter", { ...known, n });
      await stepInside(home, draft, bond, { type: "LetterGiven", content }, { blobFile: name });
    });
    home.reach("send: body saved");
  }
  return left;
}
