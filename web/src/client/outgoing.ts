/**
 * Letters that go out: sealed into the home first, whole and durable, and sent from there.
 *
 *     write        <id>.age.part, flushed, renamed; then one row: sending
 *     sendFiles    its file goes up, as far as it gets; when it is there, its body enters the outbox
 *     mail         seals the body and deposits it; then the row says: sent
 *
 * The file goes before its body takes a place in our chain, so that a ring may overtake a large letter without the
 * other end seeing a gap.
 */

import { HybridRecipient } from "../core/age/hybrid";
import type { Attachment } from "../core/bond/attachments";
import * as letter_ from "../core/bond/letter";
import { type Lock, plan } from "../core/bond/lock";
import * as message from "../core/bond/message";
import { hex, randomBytes } from "../core/bytes";
import { encode } from "../core/encoding";
import { Mistaken, NotFound, type TwinbellError } from "../core/errors";
import type { NewLetter } from "./api";
import * as bonds from "./bonds";
import * as chains from "./chains";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as last from "./last";
import * as letters from "./letters";
import { Left, foreseen, isForLater } from "./mail";
import { Progress } from "./progress";
import type { BondRow, LetterRow } from "./schema";
import * as wishes from "./wishes";

const FILES_BYTES_MAX = 2 ** 30; // all attachments of one letter; what a relay takes is a little more
const FILES_MAX = 1000;
const ID_BYTES = 16;

/** Seal a letter for each year that it returns; resolve with their ids once all of them are safe here. */
export async function write(home: Home, asked: NewLetter): Promise<string[]> {
  const bond = bonds.open(home.vault, asked.bond);
  if (bond.kitConfirmedS === null)
    throw new Mistaken("Confirm your recovery kit first: without it a lost phone loses every letter.", {
      code: "letter.kit",
    });
  check(asked);
  const locks = locksFor(home, bond, asked);
  const ids = locks.map(({ letter }) => hex(letter));
  try {
    for (const lock of locks) await seal(home, bond, lock, { ...asked, files: asked.files.map(attachment) });
  } finally {
    for (const id of ids) home.sealing.delete(id);
  }
  return ids;
}

/** Return the lock of the first of these letters, as it would be. */
export function lockFor(home: Home, bond: BondRow, asked: Pick<NewLetter, "wish" | "hold">): Lock {
  const [lock] = locksFor(home, bond, { ...asked, years: 1 });
  if (!lock) throw new TypeError("A letter has a lock.");
  return lock;
}

function locksFor(home: Home, bond: BondRow, asked: Pick<NewLetter, "wish" | "hold" | "years">): Lock[] {
  const { nowS } = home;
  const known = asked.wish ? chains.toLockBy(home, bond) : [];
  const hold = asked.hold === "balance" ? null : asked.hold;
  return wishes
    .each(asked.wish, asked.years, nowS)
    .map((wish) => plan({ letter: randomBytes(ID_BYTES), wish, chains: known, nowS, hold, keep: null }));
}

/** Refuse a letter that is empty, or too large. */
export function check(asked: Pick<NewLetter, "subject" | "text" | "files">): void {
  const { files } = asked;
  if (!asked.text.trim() && !asked.subject.trim() && files.length === 0)
    throw new Mistaken("The letter is empty, so nothing was written.", { code: "letter.empty" });
  if (files.length > FILES_MAX)
    throw new Mistaken(`A letter has ${FILES_MAX} files at most.`, { code: "letter.files" });
  if (files.reduce((sum, file) => sum + file.size, 0) > FILES_BYTES_MAX)
    throw new Mistaken("The files of a letter have 1 GiB at most.", { code: "letter.large" });
}

/** What is written into a letter. */
export interface Written {
  readonly subject: string;
  readonly text: string;
  readonly files: readonly Attachment[];
  /** The letter of a rehearsal. */
  readonly rehearsal?: boolean;
}

/** Seal a letter into this home, whole and durable. `home.sealing` shows it until its caller takes it out there. */
export async function seal(home: Home, bond: BondRow, lock: Lock, asked: Written): Promise<void> {
  const pendant = pendantOf(bond);
  const name = letters.fileName(lock.letter);
  const part = `${name}.part`;
  const progress = new Progress(home, bond.id, lock.letter);
  const under = letters.bare(bond.id, lock.letter, {
    state: "sealing",
    bytes: asked.files.reduce((sum, file) => sum + file.size, 0),
    outgoing: true,
    atS: home.nowS,
    seal: letters.sealOf(home.vault, lock),
    subject: asked.subject.trim(),
    fileCount: asked.files.length,
  });
  home.sealing.set(under.id, under);
  progress.told(0, 1);
  let sealed: letter_.Sealed;
  try {
    const writer = await home.files.open(part);
    try {
      let at = 0;
      const sink = {
        write(data: Uint8Array): void {
          writer.write(data, at);
          at += data.length;
        },
      };
      sealed = await letter_.write(sink, {
        lock,
        bond: bond.id,
        signer: pendant.keyring.identity,
        recipients: letters.recipientsOf(pendant).map((key) => new HybridRecipient(key)),
        writtenS: home.nowS,
        writer: bond.me,
        reader: bond.peer,
        subject: asked.subject.trim(),
        text: asked.text,
        attachments: asked.files,
        progress: (done, total) => progress.told(done, total),
      });
      writer.flush();
    } finally {
      writer.close();
    }
    home.reach("letter: file written");
    await home.files.rename(part, name);
  } catch (error) {
    await home.files.remove(part);
    throw error;
  } finally {
    progress.done();
  }
  home.reach("letter: file kept");
  const content: message.Letter = {
    kind: "letter",
    id: lock.letter,
    blob: randomBytes(ID_BYTES),
    length: sealed.length,
    sha256: sealed.letterSha256,
    lock: sealed.lockSha256,
    eml: sealed.emlSha256,
  };
  await home.change((draft) => {
    const row: LetterRow = {
      number: draft.next("letter"),
      id: lock.letter,
      bond: bond.id,
      outgoing: true,
      state: "sending",
      opensS: lock.opensS,
      lock: lock.encode(),
      record: encode(message.toRecord(content)),
      blobSent: false,
      n: null,
      atS: home.nowS,
      openedS: null,
      readyTold: false,
      letterKey: sealed.key?.seed ?? null,
      writer: null,
      subject: asked.subject.trim(),
      fileCount: asked.files.length,
      ...letters.lastOf(lock, asked.rehearsal),
    };
    draft.put("letter", row);
    letters.tell(draft, row);
  });
  home.reach("letter: saved");
}

/** Return a file that a person has chosen as an attachment. */
export function attachment(file: File): Attachment {
  const name = file.name.normalize("NFC") || "file";
  return { name, media: mediaOf(file.type), size: file.size, file };
}

/** The type that a browser gives to a file, as far as a letter can say it. */
function mediaOf(type: string): string {
  const plain = (type.split(";")[0] ?? "").trim().toLowerCase();
  const token = "[a-z0-9!#$&^_.+-]+";
  return new RegExp(`^${token}/${token}$`).test(plain) && plain.length <= 80
    ? plain
    : "application/octet-stream";
}

/** Send the files of letters that have not gone yet, and put each that is there into the outbox. */
export async function sendFiles(home: Home, bondId: Uint8Array): Promise<Left> {
  const left = new Left();
  for (const row of letters.every(home.vault, bondId)) {
    if (!row.outgoing || row.blobSent || last.isHeld(home.vault, row.id)) continue;
    const content = letters.contentOf(row.record);
    const name = letters.fileName(row.id);
    try {
      await sendFile(home, bondId, content.blob, name);
    } catch (error) {
      const refusal: TwinbellError = foreseen(error);
      left.later(refusal);
      if (isForLater(refusal)) return left;
      continue; // its file is gone, say: the next letter may go all the same
    }
    await home.change(async (draft) => {
      const fresh = letters.find(draft, bondId, row.id, true);
      if (!fresh || fresh.blobSent) return;
      const n = pendantOf(bonds.get(draft, bondId)).sending.next;
      draft.put("letter", { ...fresh, blobSent: true, n });
      await stepInside(home, draft, bondId, { type: "LetterSealed", letter: content }, { blobFile: name });
    });
    home.reach("send: body saved");
  }
  return left;
}

/** Send a letter's file to the other one's mailbox, from where an earlier try stopped. */
export async function sendFile(
  home: Home,
  bondId: Uint8Array,
  blob: Uint8Array,
  name: string,
): Promise<void> {
  const { inbox } = pendantOf(bonds.get(home.vault, bondId)).peer;
  const file = await home.files.read(name).catch((error: unknown) => {
    if (error instanceof NotFound)
      throw new NotFound("The file of a letter that was to go is not there any more.", {
        code: "letter.gone",
      });
    throw error;
  });
  const progress = new Progress(home, bondId, bonds.idOf(name.slice(0, 2 * ID_BYTES)));
  try {
    await home.relay(inbox.relay).sendBlob(inbox.box, inbox.deposit, blob, file, (offset) => {
      home.reach(offset === 0 ? "send: blob begun" : "send: blob half sent");
      progress.told(offset, file.size);
    });
  } finally {
    progress.done();
  }
  home.reach("send: blob sent");
}
