import { describe, expect, test } from "vitest";

import { HybridIdentity } from "../../../src/core/age/hybrid";
import { open as openAge, seal as sealAge } from "../../../src/core/age/stream";
import { concat, hex, unutf8, utf8 } from "../../../src/core/bytes";
import * as letter from "../../../src/core/bond/letter";
import { Lock, plan } from "../../../src/core/bond/lock";
import { page } from "../../../src/core/bond/opening";
import { archive, type NewEntry, TarReader } from "../../../src/core/bond/tar";
import { readAll, type Sink, sourceOf } from "../../../src/core/bond/tap";
import { identityFile, type Keys } from "../../../src/core/bond/way";
import { at } from "../../../src/core/bond/wish";
import { utc } from "../../../src/core/bond/civil";
import { SigningKey, VerifyKey } from "../../../src/core/crypto/signing";
import { Damaged, Mistaken, NotForMe, NotYet, Unreachable } from "../../../src/core/errors";
import type { Chain } from "../../../src/core/wire/beacon";
import { scenario } from "../../vectors";

const WHOLE = scenario("letter", "whole");
const NOW_S = 1_795_345_200;
const BOND = WHOLE.bytes("bond");
const FOUR = WHOLE.list("identities").map((text) => HybridIdentity.parse(String(text)));
const [READER] = FOUR as [HybridIdentity];
const WRITER = new VerifyKey(WHOLE.bytes("writer"));
const SIGNER = new SigningKey(new Uint8Array(32).fill(9));

/** The rounds that the vector holds; `without` leaves some out. */
function keys(without: (round: number) => boolean = () => false): Keys {
  const beacons = WHOLE.each("beacons");
  return {
    signatureOf(chain: Chain, round: number) {
      const found = beacons.find(
        (each) => each.text("chain") === hex(chain.hash) && each.number("round") === round,
      );
      return found && !without(round) ? found.bytes("signature") : null;
    },
  };
}

class Held implements Sink {
  readonly parts: Uint8Array[] = [];
  closed = false;
  write(data: Uint8Array): void {
    this.parts.push(data.slice());
  }
  close(): void {
    this.closed = true;
  }
  get data(): Uint8Array {
    return concat(...this.parts);
  }
}

function blob(data: Uint8Array): Blob {
  return new Blob([data.slice()]);
}

async function opened(data: Uint8Array, more: Partial<Parameters<typeof letter.open>[2]> = {}) {
  const files: Held[] = [];
  const found = await letter.open(blob(data), [READER], {
    bond: BOND,
    writers: [WRITER],
    keys: keys(),
    into: () => files[files.push(new Held()) - 1]!,
    ...more,
  });
  return { found, files };
}

const LOCK = Lock.parse(scenario("lock", "one_keeper").bytes("lock"));
const OPEN = plan({ letter: new Uint8Array(16).fill(5), wish: null, nowS: NOW_S, keep: true });

type Asked = Parameters<typeof letter.write>[1];

function asked(more: Partial<Asked> = {}): Asked {
  return {
    lock: OPEN,
    bond: BOND,
    signer: SIGNER,
    recipients: FOUR.map((each) => each.recipient),
    writtenS: NOW_S,
    writer: "Ada",
    reader: "Grace",
    subject: "A",
    text: "B",
    ...more,
  };
}

async function written(more: Partial<Asked> = {}): Promise<{ data: Uint8Array; sealed: letter.Sealed }> {
  const out = new Held();
  const sealed = await letter.write(out, asked(more));
  return { data: out.data, sealed };
}

function attachment(name: string, data: Uint8Array): letter.Attachment {
  return { name, media: "image/png", size: data.length, file: blob(data) };
}

const ours = { writers: [SIGNER.verifyKey] };

describe("the vector of a whole letter", () => {
  const data = WHOLE.bytes("letter");

  test("is received by each of the four keys", async () => {
    for (const identity of FOUR) {
      const received = await letter.receive(blob(data), [identity]);

      expect(hex(received.letterSha256)).toBe(WHOLE.text("letter_sha256"));
      expect(hex(received.lockSha256)).toBe(WHOLE.text("lock_sha256"));
      expect(hex(received.emlSha256)).toBe(WHOLE.text("eml_sha256"));
      expect(received.length).toBe(data.length);
      expect(await letter.inspect(blob(data), [identity])).toEqual(received.lock);
    }
  });

  test("opens with its rounds", async () => {
    const { found, files } = await opened(data);

    expect(found.mail.subject).toBe(WHOLE.text("subject"));
    expect(found.mail.text).toBe(WHOLE.text("text"));
    expect(found.writer.raw).toEqual(WRITER.raw);
    expect(found.broken).toEqual([]);
    for (const [at, file] of WHOLE.each("files").entries()) {
      expect(found.mail.files[at]?.name).toBe(file.text("name"));
      expect(hex(files[at]?.data ?? utf8("none"))).toBe(file.text("data"));
      expect(files[at]?.closed).toBe(true);
    }
  });

  test("does not open before its day, and says when it will", async () => {
    const early = opened(data, { keys: keys(() => true) });

    const lock = await letter.inspect(blob(data), [READER]);
    await expect(early).rejects.toThrow(NotYet);
    await expect(early).rejects.toMatchObject({ opensS: lock.opensS });
  });

  test("does not open to a foreign key, in a foreign bond, or as someone else's", async () => {
    await expect(letter.receive(blob(data), [HybridIdentity.generate()])).rejects.toThrow(NotForMe);
    await expect(opened(data, { bond: new Uint8Array(32) })).rejects.toThrow(Damaged);
    await expect(opened(data, { writers: [SIGNER.verifyKey] })).rejects.toThrow(Damaged);
    await expect(opened(data, { writers: [] })).rejects.toThrow(Damaged);
  });

  test("what cannot be had says so itself, and is not called early", async () => {
    const away: Keys = {
      signatureOf() {
        throw new Unreachable();
      },
    };

    await expect(opened(data, { keys: away })).rejects.toThrow(Unreachable);
  });
});

test("the page for strangers is the one of the vector", () => {
  const vector = scenario("letter", "opening");
  expect(unutf8(page(Lock.parse(vector.bytes("lock")), vector.bytes("bond")))).toBe(vector.text("page"));
});

test("the innermost file of a way is the one of the vector", () => {
  const vector = scenario("letter", "identity_file");
  const behind = { key: new HybridIdentity(vector.bytes("seed")), emlSha256: vector.bytes("eml_sha256") };
  expect(unutf8(identityFile(vector.bytes("letter"), behind))).toBe(vector.text("file"));
});

test("a letter of one's own opens, with files of every shape", async () => {
  const contents = [0, 1, 511, 512, 65_536, 300_001].map((length) =>
    new Uint8Array(length).fill(length % 251),
  );
  const files = contents.map((data, at) => attachment(at % 2 ? `写真 ${at}.JPG` : `${at}`, data));
  const seen: [number, number][] = [];
  const { data, sealed } = await written({
    attachments: files,
    progress: (done, all) => seen.push([done, all]),
  });

  const received = await letter.receive(blob(data), [READER]);
  const { found, files: read } = await opened(data, ours);

  expect(hex(received.letterSha256)).toBe(hex(sealed.letterSha256));
  expect(hex(received.emlSha256)).toBe(hex(sealed.emlSha256));
  expect(received.length).toBe(sealed.length);
  expect(read.map((each) => hex(each.data))).toEqual(contents.map(hex));
  expect(found.mail.files.map((note) => note.name)).toEqual(files.map((each) => each.name));
  expect(seen.at(-1)).toEqual([seen.at(-1)?.[1], seen.at(-1)?.[1]]);
});

test("the kept key opens a letter without any way", async () => {
  const lock = plan({
    letter: OPEN.letter,
    wish: at(utc(NOW_S + 400 * 86_400), "Etc/UTC"),
    chains: LOCK.chains,
    nowS: NOW_S,
  });
  const { data, sealed } = await written({ lock });

  expect(lock.keep).toBe(true);
  await expect(opened(data, ours)).rejects.toThrow(NotYet);
  const { found } = await opened(data, { ...ours, key: sealed.key });
  expect(found.way).toBeNull();
  expect(found.mail.text).toBe("B");
});

test("a letter's length does not tell how many small files are in it", async () => {
  const none = await written();
  const some = await written({ attachments: [1, 2, 3].map((n) => attachment(`${n}`, new Uint8Array(n))) });

  expect(some.data.length).toBe(none.data.length);
});

test("a file that changes while it is sealed ends the letter", async () => {
  let reads = 0;
  const file = {
    size: 5,
    stream: () => blob(utf8(reads++ ? "other" : "hello")).stream(),
  };
  const longer = { size: 5, stream: () => blob(utf8("hello again")).stream() };
  const shorter = { size: 5, stream: () => blob(utf8("hell")).stream() };

  for (const each of [file, longer, shorter]) {
    const attached = { name: "a", media: "text/plain", size: 5, file: each };
    await expect(written({ attachments: [attached] })).rejects.toThrow(
      "A file changed while it was being sealed.",
    );
  }
});

test("a letter is sealed to four keys", async () => {
  await expect(written({ recipients: [READER.recipient] })).rejects.toThrow(Mistaken);
});

/** The inside of a letter, changed, and sealed again by somebody who has the four public keys. */
async function resealed(
  data: Uint8Array,
  change: (entries: [string, Uint8Array][]) => [string, Uint8Array][],
  recipients = FOUR,
): Promise<Uint8Array> {
  const reader = new TarReader(sourceOf([await openAge(data, [READER])]), { entriesMax: 30 });
  const entries: [string, Uint8Array][] = [];
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    entries.push([entry.name, await readAll(entry)]);
  }
  const packed: NewEntry[] = change(entries).map(([name, content]) => ({
    name,
    size: content.length,
    content: [content],
  }));
  const tar = await readAll(sourceOf(archive(packed)));
  return await sealAge(
    tar,
    recipients.map((each) => each.recipient),
  );
}

describe("a letter of another shape is damaged", () => {
  const swap =
    (name: string, content: (old: Uint8Array) => Uint8Array) =>
    (entries: [string, Uint8Array][]): [string, Uint8Array][] =>
      entries.map(([each, old]) => [each, each === name ? content(old) : old]);

  test("when something is missing, doubled, or out of order", async () => {
    const { data } = await written();

    for (const change of [
      (entries: [string, Uint8Array][]) => entries.slice(1),
      (entries: [string, Uint8Array][]) => entries.slice(0, -1),
      (entries: [string, Uint8Array][]) => entries.toReversed(),
      (entries: [string, Uint8Array][]): [string, Uint8Array][] => [...entries, ["more", utf8("x")]],
    ]) {
      const changed = await resealed(data, change);
      await expect(letter.receive(blob(changed), [READER])).rejects.toThrow(Damaged);
      await expect(opened(changed, ours)).rejects.toThrow(Damaged);
    }
  });

  test("when it is sealed to other keys than four", async () => {
    const { data } = await written();
    const three = await resealed(data, (entries) => entries, FOUR.slice(1).concat(READER).slice(1));

    await expect(letter.receive(blob(three), [READER])).rejects.toThrow(
      "This letter is not sealed as letters are.",
    );
  });

  test("when its lock, its way or its text comes from another letter", async () => {
    const one = await written();
    const other = await written({
      lock: plan({ letter: new Uint8Array(16).fill(6), wish: null, nowS: NOW_S }),
    });
    const inner = new Map<string, Uint8Array>();
    await resealed(other.data, (entries) =>
      entries.map(([name, content]) => (inner.set(name, content), [name, content])),
    );

    for (const name of ["lock.cbor", "ways/1.txt", "letter.eml.age", "letter.eml.sig.age", "files.tar.age"]) {
      const changed = await resealed(
        one.data,
        swap(name, () => inner.get(name) ?? new Uint8Array(0)),
      );
      const refusal = await opened(changed, ours).catch((error: unknown) => error);
      expect(refusal instanceof Damaged || refusal instanceof NotForMe, name).toBe(true);
    }
  });

  test("when a byte differs anywhere or is missing, with nothing shown before the last tag", async () => {
    const { data } = await written({ attachments: [attachment("a", new Uint8Array(70_000).fill(1))] });

    for (let n = 0; n < 60; n++) {
      const place = Math.floor((data.length * n) / 60);
      const flipped = data.slice();
      flipped[place] = (flipped[place] ?? 0) ^ 1;
      for (const each of [flipped, data.slice(0, place)]) {
        const refusal = await opened(each, ours).catch((error: unknown) => error);
        expect(refusal instanceof Damaged || refusal instanceof NotForMe, String(place)).toBe(true);
      }
    }
    await expect(opened(concat(data, Uint8Array.of(0)), ours)).rejects.toThrow(Damaged);
    await expect(opened(data, ours)).resolves.toBeTruthy();
  });

  test("when the outside of its way is not what its lock says", async () => {
    const { data } = await written({ lock: LOCK });
    const far = plan({
      letter: LOCK.letter,
      wish: at(utc(NOW_S + 900), "Etc/UTC"),
      chains: LOCK.chains,
      nowS: NOW_S,
    });
    const other = await written({ lock: far });
    let theirs: Uint8Array = new Uint8Array(0);
    await resealed(other.data, (entries) => {
      theirs = entries.find(([name]) => name === "ways/1.age")?.[1] ?? theirs;
      return entries;
    });

    const changed = await resealed(
      data,
      swap("ways/1.age", () => theirs),
    );

    await expect(letter.receive(blob(changed), [READER])).rejects.toThrow(
      "The lock of this letter is not the one that it shows.",
    );
  });
});

test("a source that fails says so itself, and is let go", async () => {
  let cancelled = false;
  const broken = {
    size: 1,
    stream: () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new Unreachable("the disk is gone")),
        cancel: () => {
          cancelled = true;
        },
      }),
  };

  await expect(letter.receive(broken, [READER])).rejects.toThrow("the disk is gone");
  expect(cancelled).toBe(false); // there is nothing to cancel in a stream that has failed
});

test("reading the lock alone lets go of the rest of the file", async () => {
  const { data } = await written({ attachments: [attachment("a", new Uint8Array(3_000_000))] });
  let given = 0;
  let cancelled = false;
  const file = {
    size: data.length,
    stream: () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          controller.enqueue(data.subarray(given, given + 65_536));
          given += 65_536;
          if (given >= data.length) controller.close();
        },
        cancel: () => {
          cancelled = true;
        },
      }),
  };

  await letter.inspect(file, [READER]);

  expect(cancelled).toBe(true);
  expect(given).toBeLessThan(data.length / 2);
});

test("a large letter is never held: what was read and is not written yet stays below a mebibyte", async () => {
  const size = 8 * 1024 ** 2;
  const ahead = new Ahead(size);
  const kept: Uint8Array[] = [];
  const files = [{ name: "film.mp4", media: "video/mp4", size, file: ahead }];

  const sealed = await letter.write(
    { write: (data) => void (ahead.taken(data.length), kept.push(data)) },
    asked({ attachments: files }),
  );
  const sealedFile = new Blob(kept.map((part) => part.slice()));
  const back = new Ahead(sealedFile.size, sealedFile);
  await letter.open(back, [READER], {
    bond: BOND,
    writers: [SIGNER.verifyKey],
    keys: keys(),
    into: () => ({ write: (data) => back.taken(data.length) }),
  });

  expect(sealed.length).toBe(sealedFile.size);
  expect(ahead.most).toBeLessThan(1024 ** 2);
  expect(back.most).toBeLessThan(1024 ** 2);
  expect(ahead.most).toBeGreaterThan(0);
}, 120_000);

/** A file that sees how far its last reading is ahead of what came out at the other end. */
class Ahead {
  readonly size: number;
  most = 0;
  readonly #file: Blob | undefined;
  #ahead = 0;
  #readings = 0;

  constructor(size: number, file?: Blob) {
    this.size = size;
    this.#file = file;
  }

  stream(): ReadableStream<Uint8Array> {
    let at = 0;
    const counts = ++this.#readings > (this.#file ? 0 : 1); // a file that goes out is measured first
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const end = Math.min(at + 65_536, this.size);
          const data = this.#file
            ? new Uint8Array(await this.#file.slice(at, end).arrayBuffer())
            : new Uint8Array(end - at).fill(at / 65_536);
          at = end;
          if (data.length) controller.enqueue(data);
          if (at === this.size) controller.close();
          if (counts) this.#ahead += data.length;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** So much came out: more than went in, by headers and tags, which makes no difference here. */
  taken(length: number): void {
    this.most = Math.max(this.most, this.#ahead);
    this.#ahead -= length;
  }
}
