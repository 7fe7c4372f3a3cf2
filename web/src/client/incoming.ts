/**
 * Letters that come in: fetched whole, checked whole, and only then told and acknowledged.
 *
 *     <id>.age.part   as far as it has come; a broken connection goes on from there
 *     <id>.age        whole: its hash is what the envelope says, its outside what its lock says
 *
 * A letter whose bytes are not those that were sealed is kept as *damaged*, told, and asked for again, since the
 * writer has it still; when it comes whole it takes the place of the damaged one.
 */

import * as letter_ from "../core/bond/letter";
import type { Lock } from "../core/bond/lock";
import { type Letter as Content, toRecord } from "../core/bond/message";
import { hex } from "../core/bytes";
import { encode } from "../core/encoding";
import { Damaged, NotForMe, NotFound, Unreachable } from "../core/errors";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as letters from "./letters";
import * as news from "./news";
import { Progress } from "./progress";
import * as reader from "./reader";
import type { ComingRow, LetterRow } from "./schema";
import type { Draft } from "./vault";

const ASKED_FOR_S = 30 * 86_400;

/** Fetch one letter that an envelope has announced; afterwards that envelope may be acknowledged. */
export async function fetchLetter(home: Home, row: ComingRow, record: Uint8Array): Promise<void> {
  const announced = letters.announcedBy(record);
  const content = announced.letter;
  const known = letters.find(home.vault, row.bond, content.id, announced.ours);
  if (known && known.state !== "damaged") {
    // It came twice: after a restore, or because it was asked for again.
    return await home.change((draft) => draft.delete("coming", row));
  }
  const name = letters.fileName(content.id);
  let lock: Lock | null;
  if ((await home.files.size(name)) === null) {
    lock = await download(home, row, content, `${name}.part`);
    if (!lock) return await keepDamaged(home, row, announced);
    await home.files.rename(`${name}.part`, name);
  } else {
    // A crash came between the file and its row; or it is another's: ids are the writers', so no file is replaced.
    lock = await check(home, row.bond, content, name);
    if (!lock && isAnothers(home, row.bond, announced)) return await keepDamaged(home, row, announced);
    if (!lock) {
      await home.files.remove(name);
      throw new Unreachable("A letter has to be fetched once more.");
    }
  }
  home.reach("receive: blob kept");
  await keep(home, row, announced, lock);
}

/** Fetch the file into `part`; return its lock, or null if what came is not what was sealed. */
async function download(home: Home, row: ComingRow, content: Content, part: string): Promise<Lock | null> {
  const bond = bonds.get(home.vault, row.bond);
  const { keyring, device } = pendantOf(bond);
  const progress = new Progress(home, bond.id, content.id);
  try {
    for (let tries = 0; tries < 2; tries++) {
      const writer = await home.files.open(part);
      try {
        let have = writer.length;
        progress.told(have, content.length);
        if (have < content.length)
          await home.relay(bond.relay).fetchBlob(keyring.box, device.collect, content.blob, have, (bytes) => {
            // Whoever sends without end must not fill the disk.
            if (have + bytes.length > content.length) throw new Damaged();
            writer.write(bytes, have);
            have += bytes.length;
            home.reach("receive: blob half fetched");
            progress.told(have, content.length);
          });
        writer.flush();
      } catch (error) {
        // The relay does not have it any more, or has another: no use in asking it again.
        if (error instanceof NotFound || error instanceof Damaged) break;
        throw error;
      } finally {
        writer.close();
      }
      home.reach("receive: blob fetched");
      const lock = await check(home, row.bond, content, part);
      if (lock) return lock;
      await home.files.remove(part); // once more from the beginning: perhaps only the way here was bad
    }
    await home.files.remove(part);
    return null;
  } finally {
    progress.done();
  }
}

/** Return the lock of a letter that is whole and as its envelope says, else null. */
async function check(home: Home, bondId: Uint8Array, content: Content, name: string): Promise<Lock | null> {
  const file = await home.files.read(name);
  if (file.size !== content.length) return null;
  try {
    const identities = letters.identitiesOf(pendantOf(bonds.get(home.vault, bondId)));
    const received = await letter_.receive(file, identities);
    const fits =
      bonds.same(received.letterSha256, content.sha256) &&
      bonds.same(received.lockSha256, content.lock) &&
      bonds.same(received.emlSha256, content.eml) &&
      bonds.same(received.lock.letter, content.id);
    return fits ? received.lock : null;
  } catch (error) {
    if (error instanceof Damaged || error instanceof NotForMe) return null;
    throw error;
  }
}

async function keep(home: Home, row: ComingRow, announced: letters.Announced, lock: Lock): Promise<void> {
  await home.change((draft) => {
    const { letter, ours, back, atS } = announced;
    const known = letters.find(draft, row.bond, letter.id, ours);
    if (!known || known.state === "damaged") {
      const bond = bonds.get(draft, row.bond);
      const fresh: LetterRow = {
        ...rowFor(draft, row, announced, known),
        state: ours ? "sent" : "waiting",
        opensS: lock.opensS,
        lock: lock.encode(),
        ...letters.lastOf(lock),
        atS: atS ?? home.nowS,
        readyTold: back && (lock.opensS ?? 0) <= home.nowS, // no bell for what opened long ago
        writer: back ? null : pendantOf(bond).peer.identity,
      };
      draft.put("letter", fresh);
      letters.tell(draft, fresh, !back);
      const facts = {
        peer: bond.peer,
        letter: hex(letter.id),
        opens: lock.opensS ?? 0,
        ...(fresh.last && { last: true }),
        ...(fresh.last && reader.rehearses(pendantOf(bond), fresh.last.watch) && { rehearsal: true }),
      };
      news.add(home, draft, back ? "letter-back" : "letter", row.bond, facts);
    }
    draft.delete("coming", row);
  });
  home.reach("receive: saved");
}

async function keepDamaged(home: Home, row: ComingRow, announced: letters.Announced): Promise<void> {
  await home.change(async (draft) => {
    const { letter, ours } = announced;
    const known = letters.find(draft, row.bond, letter.id, ours);
    const damaged: LetterRow = known ?? { ...rowFor(draft, row, announced), atS: row.arrivedS };
    draft.put("letter", damaged);
    letters.tell(draft, damaged, true);
    // The day's work asks the other one for it, for a month: what was sealed wrong stays wrong.
    const { envelope, seq } = row;
    if (home.nowS - damaged.atS < ASKED_FOR_S)
      await stepInside(home, draft, row.bond, { type: "NotWhole", envelope }, { seq });
    const { peer } = bonds.get(draft, row.bond);
    news.add(home, draft, "damaged", row.bond, { peer, letter: hex(letter.id) });
    draft.delete("coming", row);
  });
}

/** The row of a letter that came, as long as nothing is known of it but what its envelope said. */
function rowFor(
  draft: Draft,
  { bond }: ComingRow,
  announced: letters.Announced,
  known?: LetterRow,
): LetterRow {
  const { letter, ours } = announced;
  return {
    number: known?.number ?? draft.next("letter"),
    id: letter.id,
    bond,
    outgoing: ours,
    state: "damaged",
    opensS: null,
    lock: new Uint8Array(0),
    record: encode(toRecord(letter)),
    blobSent: true,
    n: null,
    atS: 0,
    openedS: null,
    readyTold: false,
    letterKey: null,
    writer: null,
    subject: null,
    fileCount: null,
  };
}

/** Whether the file of this id is a letter of the other direction, or of another bond. */
function isAnothers(home: Home, bond: Uint8Array, { letter, ours }: letters.Announced): boolean {
  return home.vault
    .all("letter")
    .some((row) => bonds.same(row.id, letter.id) && (row.outgoing !== ours || !bonds.same(row.bond, bond)));
}
