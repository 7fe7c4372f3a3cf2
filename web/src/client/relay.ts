/**
 * What a client asks of a relay: one function a request, answers as records, refusals as our errors.
 *
 * Tokens go into `Authorization` alone, never into an address. Mailboxes, deposits and blobs are named by 16 bytes
 * that the client chose, so each request may be repeated until it is answered. A socket is in `socket`.
 */

import { type Value, encode } from "../core/encoding";
import { Conflict, Damaged, NotFound, OverQuota, TwinbellError } from "../core/errors";
import { Token } from "../core/wire/auth";
import * as blobs from "../core/wire/blob";
import { PAGE_BYTES_MAX, PAIRING_WAIT_S_MAX } from "../core/wire/limits";
import * as mailbox from "../core/wire/mailbox";
import * as pairing from "../core/wire/pairing";
import * as problems from "../core/wire/problems";
import type { Answer, Asked, Transport } from "./transport";

const PART_BYTES_MIN = 256 << 10;
const PART_BYTES_MAX = 8 << 20; // a relay makes an upload durable each so often: a cut costs as much at most
const PART_MS = 1500; // about as long as a part may take: what a person sees of the progress
const SLOW_BYTES_A_MS = 8; // an upload that is slower has broken

const OCTETS = { "Content-Type": "application/octet-stream" };
const JSON_TYPE = { "Content-Type": "application/json" };

/** A relay, spoken to over HTTP. */
export class Relay {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get url(): string {
    return this.#transport.url;
  }

  /** Host and port: how a person calls this relay. */
  get name(): string {
    return this.#transport.name;
  }

  /** Return what the relay says of itself: its version, its limits, and the chains it hands out. */
  async about(): Promise<Record<string, unknown>> {
    return this.#object(await this.#ask("GET", "/v1/about"));
  }

  // Mailboxes

  /** Make a mailbox, or replace its capabilities. */
  async putMailbox(box: Uint8Array, owner: Uint8Array, registration: Value): Promise<void> {
    const fields = { "Content-Type": mailbox.CBOR_TYPE };
    await this.#ask("PUT", mailbox.path(box), owner, { body: encode(registration), fields });
  }

  /** Leave an envelope. The same id and bytes have the same answer; other bytes throw `Conflict`. */
  async deposit(
    box: Uint8Array,
    token: Uint8Array,
    deposit: Uint8Array,
    body: Uint8Array,
    beside: readonly Uint8Array[],
  ): Promise<void> {
    const fields = beside.length
      ? { ...OCTETS, [blobs.BLOBS_HEADER]: blobs.blobsHeader(beside) }
      : { ...OCTETS };
    await this.#ask("PUT", mailbox.envelopePath(box, deposit), token, { body, fields });
  }

  /** Return envelopes behind `after`. */
  async collect(box: Uint8Array, token: Uint8Array, after: number): Promise<mailbox.Page> {
    return mailbox.Page.parse((await this.#ask("GET", mailbox.envelopesPath(box, { after }), token)).body);
  }

  /** Tell the relay that everything up to `upto` is safe on this device. */
  async acknowledge(box: Uint8Array, token: Uint8Array, upto: number): Promise<void> {
    const body = mailbox.cursorToBytes(upto);
    await this.#ask("POST", mailbox.cursorPath(box), token, { body, fields: JSON_TYPE });
  }

  /** Return what is in the slot and its version; nothing and 0 if it was never written. */
  async readSlot(box: Uint8Array, token: Uint8Array): Promise<[Uint8Array, number]> {
    try {
      const answer = await this.#ask("GET", mailbox.slotPath(box), token);
      return [answer.body, version(answer)];
    } catch (error) {
      if (error instanceof NotFound) return [new Uint8Array(0), 0];
      throw error;
    }
  }

  /** Replace the slot if it is still at version `replaces`; throw `Conflict` if it is not. */
  async writeSlot(box: Uint8Array, token: Uint8Array, data: Uint8Array, replaces: number): Promise<void> {
    const fields = { ...OCTETS, "If-Match": `"${replaces}"` };
    await this.#ask("PUT", mailbox.slotPath(box), token, { body: data, fields });
  }

  // Push

  /** Return the key by which this relay wakes a browser; throw `NotFound` where it wakes none. */
  async pushKey(): Promise<string> {
    const { key } = this.#object(await this.#ask("GET", "/v1/push"));
    if (typeof key !== "string") throw new NotFound();
    return key;
  }

  /** Let this device be woken by this subscription; by none, where it has no bytes. */
  async subscribe(box: Uint8Array, token: Uint8Array, subscription: Uint8Array): Promise<void> {
    const path = `${mailbox.path(box)}/push`;
    if (subscription.length) await this.#ask("PUT", path, token, { body: subscription, fields: JSON_TYPE });
    else await this.#ask("DELETE", path, token);
  }

  // Blobs

  /** Send a file from where an earlier try stopped; `told` hears how far it is. */
  async sendBlob(
    box: Uint8Array,
    token: Uint8Array,
    blob: Uint8Array,
    file: Blob,
    told: (offset: number) => void,
  ): Promise<void> {
    const path = blobs.path(box, blob);
    const begun = await this.#ask("POST", blobs.beginPath(box, blob, { length: file.size }), token);
    let offset = blobs.offsetFromBytes(begun.body);
    told(offset);
    for (let size = PART_BYTES_MIN; offset < file.size;) {
      const part = file.slice(offset, offset + size);
      const began = performance.now();
      offset = await this.#part(path, token, part, offset);
      const lasted = performance.now() - began;
      if (lasted < PART_MS / 2) size = Math.min(2 * size, PART_BYTES_MAX);
      else if (lasted > 2 * PART_MS) size = Math.max(size / 2, PART_BYTES_MIN);
      told(offset);
    }
  }

  async #part(path: string, token: Uint8Array, part: Blob, offset: number): Promise<number> {
    const fields = { ...OCTETS, [blobs.OFFSET_HEADER]: String(offset) };
    const silenceMs = 30_000 + part.size / SLOW_BYTES_A_MS;
    let answer: Answer;
    try {
      answer = await this.#ask("PATCH", path, token, { body: part, fields, silenceMs });
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      answer = await this.#ask("HEAD", path, token); // an answer of the relay was lost: go on from where it is
    }
    return blobs.parseLength(answer.fields.get(blobs.OFFSET_HEADER));
  }

  /** Give the rest of a blob to `take`, of which `start` bytes are here already. */
  async fetchBlob(
    box: Uint8Array,
    token: Uint8Array,
    blob: Uint8Array,
    start: number,
    take: (part: Uint8Array) => void,
  ): Promise<void> {
    const fields = { ...bearer(token), ...(start > 0 && { Range: blobs.rangeHeader(start) }) };
    const answer = await this.#transport.download(blobs.path(box, blob), { fields, start }, take);
    if (answer.status !== 416) this.#judge(answer); // nothing lies behind `start`: it was all here
  }

  // Pairings

  /** Open a pairing with the giver's first message; the same token and message have the same answer. */
  async offer(form: pairing.Form, token: Uint8Array, m1: Uint8Array): Promise<pairing.Opened> {
    const answer = await this.#ask("POST", pairing.openPath(form), token, { body: m1, fields: OCTETS });
    return pairing.Opened.parse(answer.body);
  }

  /** Return the giver's first message. */
  async offered(nameplate: string): Promise<Uint8Array> {
    return (await this.#ask("GET", pairing.path(nameplate))).body;
  }

  /** Put message 2, 3 or 4 into its place; saying the same again is the same. */
  async say(nameplate: string, part: number, token: Uint8Array, message: Uint8Array): Promise<void> {
    await this.#ask("PUT", pairing.partPath(nameplate, part), token, { body: message, fields: OCTETS });
  }

  /** Return message 2, 3 or 4, waiting for it a while; null if it has not come. Throws `Burnt`. */
  async hear(
    nameplate: string,
    part: number,
    token: Uint8Array,
    wait: { readonly waitS: number; readonly until?: AbortSignal },
  ): Promise<Uint8Array | null> {
    const path = pairing.partPath(nameplate, part, { waitS: Math.min(wait.waitS, PAIRING_WAIT_S_MAX) });
    const answer = await this.#ask("GET", path, token, wait.until && { until: wait.until });
    return answer.status === 200 ? answer.body : null;
  }

  /** Burn a pairing, so that the other side is told. */
  async burn(nameplate: string, token: Uint8Array): Promise<void> {
    await this.#ask("DELETE", pairing.path(nameplate), token);
  }

  async #ask(method: string, path: string, token?: Uint8Array, asked: Asked = {}): Promise<Answer> {
    const fields = { ...asked.fields, ...(token && bearer(token)) };
    const answer = await this.#transport.request(method, path, {
      bytesMax: PAGE_BYTES_MAX,
      ...asked,
      fields,
    });
    this.#judge(answer);
    return answer;
  }

  #judge(answer: Answer): void {
    if (answer.status >= 200 && answer.status < 300) return;
    const error = problems.parse(answer.status, answer.body);
    // It is our request that the relay could not read, not a letter.
    if (error.name === "Damaged")
      throw new TwinbellError(`The relay at ${this.name} could not read what we sent.`);
    if (error instanceof OverQuota)
      throw new OverQuota(error.sentence, { code: "relay.full", facts: { relay: this.name } });
    throw error;
  }

  #object(answer: Answer): Record<string, unknown> {
    try {
      return mailbox.parseJson(answer.body);
    } catch {
      throw new Damaged(`What ${this.name} answers is not what a relay says.`, {
        hint: "Is this the address of a Twinbell relay?",
        code: "relay.not",
        facts: { relay: this.name },
      });
    }
  }
}

function bearer(token: Uint8Array): { Authorization: string } {
  return { Authorization: new Token(token).header() };
}

function version(answer: Answer): number {
  const text = (answer.fields.get("ETag") ?? "").replace(/^(?:W\/)?"(.*)"$/, "$1");
  if (!/^[0-9]{1,15}$/.test(text)) throw new Damaged("The relay did not say which version this is.");
  return Number(text);
}
