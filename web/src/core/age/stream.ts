/**
 * Whole age files as streams of bounded memory: `encrypt` and `decrypt`, `seal` and `open`.
 *
 * Headers and sealing are npm `age-encryption`'s work, loaded when a file is first needed. Ours are the recipients, the
 * limits before anything is authenticated, the class of each refusal, and opening a payload: see `payload`. What a reader
 * gives out has been verified; it cannot know before the end that the file is whole, so its caller keeps what it got to
 * itself until then.
 */

import { concat, randomBytes } from "../bytes";
import { unb64 } from "../encoding";
import { HeaderDamaged, HmacDamaged, Mistaken, NotForMe, TwinbellError } from "../errors";
import { CHUNK_BYTES, NONCE_BYTES, payload, TAG_BYTES } from "./payload";
import { FILE_KEY_BYTES, unwrap, wrap, type Identity, type Recipient, type Stanza } from "./recipient";
import { Source } from "./source";

export const HEADER_BYTES_MAX = 1 << 20; // about 630 recipients; read before anything can be authenticated
const MAC_LINE_BYTES = 48; // three dashes, a space, 43 characters, a line feed
const VERSION_LINE_BYTES = 22;
const COLUMNS = 64;
const MAC_BYTES = 32;
const LINE_FEED = 10;
const DASH = 45;

export interface Decrypted {
  /** The stanzas of the header, whose MAC has been checked. */
  readonly stanzas: readonly Stanza[];
  /** What is in the file; errs with `PayloadDamaged` where the file is damaged or cut short. */
  readonly plain: ReadableStream<Uint8Array>;
}

/** Return the age file of what `plain` gives; throw `Mistaken` if the recipients do not go together. */
export async function encrypt(
  plain: ReadableStream<Uint8Array>,
  recipients: readonly Recipient[],
): Promise<ReadableStream<Uint8Array>> {
  return (await encrypter(recipients)).encrypt(plain);
}

/**
 * Open the header of an age file and return what is behind it.
 *
 * Throws `HeaderDamaged`, `HmacDamaged`, `NotForMe`, or a time-lock identity's `NotYet`; and what `file` itself
 * errs with, as it is.
 */
export async function decrypt(
  file: ReadableStream<Uint8Array>,
  identities: readonly Identity[],
): Promise<Decrypted> {
  const source = new Source(file);
  const header = await readHeader(source);
  const { stanzas, fileKey } = await openHeader(header, (found) => unwrap(found, identities));
  return { stanzas, plain: await payload(source, fileKey) };
}

/** Return the stanzas of an age file without opening it; nothing is authenticated. Takes the file's first bytes. */
export async function readStanzas(file: ReadableStream<Uint8Array>): Promise<readonly Stanza[]> {
  const header = await readHeader(new Source(file));
  let stanzas: readonly Stanza[] | undefined;
  try {
    await openHeader(header, (found) => {
      stanzas = found;
      throw new NotForMe();
    });
  } catch (error) {
    if (!(error instanceof NotForMe)) throw error;
  }
  return stanzas!;
}

/** Return `data` as an age file to `recipients`. */
export async function seal(
  data: Uint8Array,
  recipients: readonly Recipient[],
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await encrypter(recipients)).encrypt(data));
}

/** Return what is in the age file `data`; throws as `decrypt` does, and `PayloadDamaged`. */
export async function open(
  data: Uint8Array,
  identities: readonly Identity[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { plain } = await decrypt(streamOf(data), identities);
  return new Uint8Array(await new Response(plain as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

/** Return how many bytes the header to `recipients` has: it does not depend on chance or on contents. */
export async function headerLength(recipients: readonly Recipient[]): Promise<number> {
  const stanzas = await wrap(randomBytes(FILE_KEY_BYTES), recipients);
  const lengths = stanzas.map(({ type, args, body }) => {
    const line = ["->", type, ...args].join(" ").length + 1;
    const characters = Math.ceil((body.length * 4) / 3);
    // The last line of a body is always shorter than 64 columns: empty, if need be.
    return line + characters + Math.floor(characters / COLUMNS) + 1;
  });
  return lengths.reduce((sum, length) => sum + length, VERSION_LINE_BYTES + MAC_LINE_BYTES);
}

/** Return the length in bytes of an age file. */
export function sealedLength(headerLength: number, plainLength: number): number {
  const chunks = Math.max(1, Math.ceil(plainLength / CHUNK_BYTES));
  return headerLength + NONCE_BYTES + plainLength + chunks * TAG_BYTES;
}

/** Return a stream that gives `data` at once. */
export function streamOf(data: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (data.length) controller.enqueue(data);
      controller.close();
    },
  });
}

async function encrypter(recipients: readonly Recipient[]) {
  if (!recipients.length) throw new Mistaken("An age file needs at least one recipient.");
  const { Encrypter, Stanza: Made } = await import("age-encryption");
  const encrypter = new Encrypter();
  encrypter.addRecipient({
    async wrapFileKey(fileKey) {
      const stanzas = await wrap(fileKey, recipients);
      return stanzas.map(({ type, args, body }) => new Made([type, ...args], body));
    },
  });
  return encrypter;
}

/** Take a header off the front of `source`: all lines up to the one that begins with three dashes. */
async function readHeader(source: Source): Promise<Uint8Array> {
  const lines: Uint8Array[] = [];
  let left = HEADER_BYTES_MAX;
  for (;;) {
    const line = await source.through(LINE_FEED, left);
    if (!line) {
      throw new HeaderDamaged("The header of this age file is cut short, or longer than any header.");
    }
    lines.push(line);
    left -= line.length;
    if (!line.subarray(0, 3).every((byte) => byte === DASH)) continue;
    // The library takes a MAC of any length, and says of a short one that the header was changed.
    if (!isMacLine(line)) throw new HeaderDamaged();
    return concat(...lines);
  }
}

async function openHeader(
  header: Uint8Array,
  key: (stanzas: readonly Stanza[]) => Uint8Array | Promise<Uint8Array>,
): Promise<{ readonly stanzas: readonly Stanza[]; readonly fileKey: Uint8Array }> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  let stanzas: readonly Stanza[] = [];
  decrypter.addIdentity({
    unwrapFileKey: async (found) => {
      stanzas = found.map(({ args: [type = "", ...args], body }) => ({ type, args, body }));
      return key(stanzas);
    },
  });
  try {
    return { fileKey: await decrypter.decryptHeader(header), stanzas };
  } catch (error) {
    if (error instanceof TwinbellError) throw error;
    // The library has one class for all that it refuses; a test holds it to these words.
    const changed = error instanceof Error && error.message === "invalid header HMAC";
    throw changed ? new HmacDamaged() : new HeaderDamaged();
  }
}

function isMacLine(line: Uint8Array): boolean {
  const [dashes, mac = "", ...others] = String.fromCharCode(...line.subarray(0, -1)).split(" ");
  try {
    return dashes === "---" && !others.length && unb64(mac).length === MAC_BYTES;
  } catch {
    return false;
  }
}
