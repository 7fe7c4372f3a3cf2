/**
 * Opening a letter: by a signature that is kept here or can be had, or by its own key where it was kept.
 *
 * Four answers besides the letter, and none of them is taken for another: not yet (when), unreachable (which
 * beacon), retired (which chain), damaged (what).
 */

import { HybridIdentity } from "../core/age/hybrid";
import { warmUp } from "../core/age/warm";
import * as letter_ from "../core/bond/letter";
import { Lock } from "../core/bond/lock";
import type { Keys } from "../core/bond/way";
import { hex } from "../core/bytes";
import { SigningKey, VerifyKey } from "../core/crypto/signing";
import { Damaged, NotForMe, NotYet, Retired, type TwinbellError, Unreachable } from "../core/errors";
import { type Chain, QUICKNET } from "../core/wire/beacon";
import type { Letter, Opened } from "./api";
import * as beacon from "./beacon";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as letters from "./letters";
import type { BondRow, LetterRow } from "./schema";

const PREPARED_BYTES_MAX = 1 << 18; // a letter with photos opens no faster by this
const PREPARED_MAX = 8;

interface Unsealed {
  readonly found: letter_.Opened;
  readonly files: Blob[];
}

let warming: Promise<void> | undefined;
/** By home, what is prepared: in memory, and never saved. */
const prepared = new WeakMap<Home, Map<string, Unsealed>>();
const preparing = new WeakSet<Home>();

/**
 * Some of these letters may be about to be opened. The engine meets the code for it now, once the page has its
 * answer, and short ones are unsealed ahead, as they may be from their moment on: then opening takes no time.
 */
export function prepare(home: Home, shown: readonly Letter[]): void {
  const ready = shown.filter(({ state, outgoing }) => state === "ready" && !outgoing);
  if (ready.length === 0 || preparing.has(home)) return;
  preparing.add(home);
  home.clock.after(0, () => {
    void prepareAll(home, ready)
      .catch(() => undefined)
      .finally(() => preparing.delete(home));
  });
}

async function prepareAll(home: Home, ready: readonly Letter[]): Promise<void> {
  await (warming ??= warmUp(QUICKNET));
  const here = prepared.get(home) ?? new Map<string, Unsealed>();
  prepared.set(home, here);
  // A round is not asked for by looking at a shelf: when it is fetched would tell that somebody does.
  const kept = {
    keys: { signatureOf: (chain: Chain, round: number) => beacon.kept(home.vault, chain, round) },
  };
  for (const { id, bytes } of ready.slice(0, PREPARED_MAX)) {
    const row = letters.named(home.vault, id);
    if (row.last) continue; // its reader chooses when: until then its writer can take it back
    if (here.has(id) || bytes > PREPARED_BYTES_MAX || !hasRound(home, row)) continue;
    const unsealed = await unseal(home, row, kept).catch(() => null); // opening tells what is wrong
    if (unsealed) here.set(id, unsealed);
  }
}

/** Whether a round is here that may open it, or none is needed. */
function hasRound(home: Home, row: LetterRow): boolean {
  const rounds = row.lock.length > 0 ? Lock.parse(row.lock).rounds() : [];
  return rounds.length === 0 || rounds.some(({ kept, round }) => beacon.kept(home.vault, kept.chain, round));
}

/** Open a letter for a person, and note that it was. Throws `NotYet`, `Unreachable`, `Retired` or `Damaged`. */
export async function openLetter(home: Home, id: string): Promise<Opened> {
  const row = letters.named(home.vault, id);
  const { found, files } = prepared.get(home)?.get(id) ?? (await unseal(home, row));
  prepared.get(home)?.delete(id);
  home.reach("letter: opened");
  const reader = row.last && !row.outgoing ? await import("./reader") : null;
  await home.change(async (draft) => {
    const fresh = letters.find(draft, row.bond, row.id, row.outgoing);
    await reader?.opened(home, draft, row, found.mail.text);
    if (!fresh || (fresh.openedS !== null && fresh.subject !== null)) return;
    const opened = row.outgoing ? {} : { state: "opened" as const, openedS: fresh.openedS ?? home.nowS };
    const { subject } = found.mail;
    draft.put("letter", { ...fresh, ...opened, subject, fileCount: found.mail.files.length });
    letters.tell(draft, fresh);
  });
  return {
    id,
    from: found.mail.writer,
    subject: found.mail.subject,
    text: found.mail.text,
    writtenS: found.mail.writtenS,
    files: found.mail.files.map((note, at) => ({
      name: note.name,
      type: note.media,
      bytes: note.size,
      content: files[at] ?? new Blob([]),
    })),
  };
}

/** What there is to open a letter with, and the true reason why it did not open. */
interface Openers {
  readonly keys: Keys;
  verdict?(early: NotYet): TwinbellError | Promise<TwinbellError>;
}

/** Read and verify a whole letter; its files come as blobs. */
export async function unseal(home: Home, row: LetterRow, asked?: Openers): Promise<Unsealed> {
  const bond = bonds.get(home.vault, row.bond);
  if (row.state === "damaged")
    throw new Damaged("This letter came damaged. It was asked for again.", { code: "letter.damaged" });
  const files: Blob[] = [];
  const openers = asked ?? (await openersOf(home, row));
  try {
    const found = await letter_.open(
      await home.files.read(letters.fileName(row.id)),
      letters.identitiesOf(pendantOf(bond)),
      {
        bond: bond.id,
        writers: writersOf(bond, row),
        keys: openers.keys,
        key: row.letterKey ? new HybridIdentity(row.letterKey) : null,
        into: (number, note) => new Gathered(note.media, (file) => (files[number - 1] = file)),
      },
    );
    return { found, files };
  } catch (error) {
    if (error instanceof NotYet) throw (await openers.verdict?.(error)) ?? error;
    // It was sealed to us when it came: its outer header has changed since.
    if (error instanceof NotForMe)
      throw new Damaged("The file of this letter has changed on this device.", { code: "letter.damaged" });
    throw error;
  }
}

async function openersOf(home: Home, row: LetterRow): Promise<Openers> {
  if (!row.last) return new Asked(home, row);
  const { Gates } = await import("./reader");
  return new Gates(home, row);
}

/** The signatures that a letter needs, and why each of those that are missing is missing. */
class Asked implements Openers {
  readonly #home: Home;
  readonly #row: LetterRow;
  readonly #refusals = new Map<string, TwinbellError>();

  constructor(home: Home, row: LetterRow) {
    this.#home = home;
    this.#row = row;
  }

  get keys(): Keys {
    return { signatureOf: (chain, round) => this.#signatureOf(chain, round) };
  }

  async #signatureOf(chain: Chain, round: number): Promise<Uint8Array | null> {
    try {
      return await beacon.signatureOf(this.#home, chain, round);
    } catch (error) {
      if (!(error instanceof NotYet || error instanceof Unreachable)) {
        if (!(error instanceof Retired || error instanceof Damaged)) throw error;
      }
      this.#refusals.set(`${hex(chain.hash)} ${round}`, error);
      return null; // another way of the lock may do without it
    }
  }

  /** Return the true reason why a letter did not open, where the rules could only say: not yet. */
  verdict(early: NotYet): TwinbellError {
    const lock = Lock.parse(this.#row.lock);
    const byWay = lock.ways.map((way) =>
      way.flatMap((gate) => {
        if (gate.kind !== "date") return [];
        const kept = lock.chains[gate.chain];
        return (kept && this.#refusals.get(`${hex(kept.chain.hash)} ${gate.round}`)) ?? [];
      }),
    );
    const retired = byWay.map((way) => way.find((each) => each instanceof Retired));
    if (retired[0] && retired.every((each) => each !== undefined)) return retired[0];
    const opensS = lock.opensS;
    const shut = new NotYet(early.sentence, {
      code: "letter.early",
      ...(early.round !== undefined && { round: early.round }),
      ...(opensS !== null && { opensS }),
    });
    if (opensS === null || opensS > this.#home.nowS) return shut;
    const said = byWay.flat();
    for (const kind of [Damaged, Unreachable, NotYet]) {
      const found = said.find((each) => each instanceof kind);
      if (found) return found;
    }
    return shut;
  }
}

/** A file of a letter, gathered: the browser moves large blobs out of memory by itself. */
class Gathered {
  readonly #type: string;
  readonly #done: (file: Blob) => void;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #blobs: Blob[] = [];
  #held = 0;

  constructor(type: string, done: (file: Blob) => void) {
    this.#type = type;
    this.#done = done;
  }

  write(data: Uint8Array): void {
    this.#parts.push(new Uint8Array(data));
    this.#held += data.length;
    if (this.#held >= 1 << 22) this.#gather();
  }

  close(): void {
    this.#gather();
    this.#done(new Blob(this.#blobs, { type: this.#type }));
  }

  #gather(): void {
    this.#blobs.push(new Blob(this.#parts));
    this.#parts = [];
    this.#held = 0;
  }
}

function writersOf(bond: BondRow, row: LetterRow): VerifyKey[] {
  const { keyring, peer, identities } = pendantOf(bond);
  if (row.outgoing) return keyring.identities.toReversed().map((seed) => new SigningKey(seed).verifyKey);
  // Their keys may have changed since: what came before that is signed by what they had then.
  const keys = [peer.identity, ...(row.writer ? [row.writer] : []), ...identities.toReversed()];
  return keys.map((key) => new VerifyKey(key));
}
