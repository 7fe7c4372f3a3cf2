/**
 * The code of a bell: what one person gives the other, by voice or as a link.
 *
 *     7-crater-lamp-violin@relay.example                      spoken: nameplate, three words (33 bits), relay
 *     https://relay.example/bell#<nameplate>-<26 letters>     link or QR: 128 bits, in the part of a URL that
 *                                                             browsers do not send
 *
 * A bell that is given to a guardian ends in `-guardian` in both forms, so that whoever is about to answer is told
 * what for.
 *
 * The nameplate finds the bell at the relay and is no secret; the rest never goes to the relay. People type what
 * they heard: case, spaces and hyphens are free, and four letters of a word are enough.
 */

import { type Random, utf8 } from "../bytes";
import * as words from "../crypto/words";
import { Damaged, Mistaken } from "../errors";
import { checkRelayUrl, type Kind } from "./bundle";
import { Frozen } from "./frozen";
import { unlessDamaged } from "./record";

export const SECRET_BYTES = 16;
export const CODE_LENGTH_MAX = 512;
export const LINK_PATH = "/bell";

const SPOKEN = /^([1-9][0-9]{0,8})[\s\-–—]+(\S.*)$/s;
const SPOKEN_NAMEPLATE = /^[1-9][0-9]{0,8}$/;
const LINK_NAMEPLATE = /^[a-z2-7]{26}$/;
const LINK = /^([a-z2-7]{26})-([a-z2-7]{26})(-guardian)?$/;
const MARK = "-guardian";
const SPOKEN_MARK = /[\s\-–—]+guardian$/i;
const LOOPBACK = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?$/;
const HOST = /^([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?$/;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** How a bell is given. */
export type Form = "spoken" | "link";

interface CodeFields {
  readonly form: Form;
  readonly relay: string;
  readonly nameplate: string;
  readonly secret: string;
  readonly kind: Kind;
}

export interface Code extends CodeFields {}

/** A bell's code, checked. */
export class Code extends Frozen<CodeFields> {
  constructor(fields: Omit<CodeFields, "kind"> & Partial<CodeFields>) {
    super({ kind: "pair", ...fields });
  }

  /** What both sides put into CPace: three words joined by hyphens, or 26 letters. */
  get password(): Uint8Array {
    return utf8(this.secret);
  }

  /** The code as it is shown; secret until the bell was answered. */
  override toString(): string {
    const said = `${this.nameplate}-${this.secret}${this.kind === "guardian" ? MARK : ""}`;
    return this.form === "link" ? `${this.relay}${LINK_PATH}#${said}` : `${said}@${short(this.relay)}`;
  }

  /**
   * Read a code or a link as a person typed, heard or pasted it.
   *
   * `relay` is the relay that is meant where the code names none. Throws `Mistaken` with what is wrong.
   */
  static parse(text: string, { relay = "" }: { relay?: string } = {}): Code {
    const typed = text.trim();
    if ([...typed].length > CODE_LENGTH_MAX) {
      throw new Mistaken("This is too long to be the code of a bell.", { code: "bell.long" });
    }
    if (typed.includes("#")) return parseLink(typed);
    const at = typed.indexOf("@");
    const named = at < 0 ? relay : relayOf(typed.slice(at + 1).trim());
    if (!named) {
      throw new Mistaken("This code does not say at which relay the bell hangs.", {
        code: "bell.relay",
        hint: "Add it behind the code, as in 7-crater-lamp-violin@relay.example.",
      });
    }
    const said = at < 0 ? typed : typed.slice(0, at).trim();
    const bare = said.replace(SPOKEN_MARK, "");
    const kind = bare === said ? "pair" : "guardian";
    const relayUrl = checked(named.replace(/\/+$/, ""));
    return new Code({ form: "spoken", relay: relayUrl, kind, ...parseSpoken(bare) });
  }
}

/** Return the secret of a new bell: three words, or 26 letters of base32. */
export function freshSecret(form: Form, random: Random): string {
  if (form === "link") return base32(random(SECRET_BYTES));
  return words.spoken(random).join("-");
}

/** Return `nameplate` if a relay may give it to a bell of this form; throw `Damaged` if not. */
export function checkNameplate(form: Form, nameplate: string): string {
  const pattern = form === "link" ? LINK_NAMEPLATE : SPOKEN_NAMEPLATE;
  if (!pattern.test(nameplate)) throw new Damaged("The relay gave this bell a name that cannot be one.");
  return nameplate;
}

function parseSpoken(text: string): { nameplate: string; secret: string } {
  const [, nameplate, said] = SPOKEN.exec(text) ?? [];
  if (nameplate === undefined || said === undefined) {
    throw new Mistaken("The code of a bell is a number and three words.", {
      code: "bell.shape",
      hint: "It looks like 7-crater-lamp-violin@relay.example.",
    });
  }
  const known = unlessDamaged(() => words.normalise(said));
  if (known instanceof Damaged) {
    throw new Mistaken(known.sentence, {
      code: "bell.word",
      facts: known.facts,
      hint: "Ask for the code again, word by word.",
    });
  }
  if (known.length !== words.SPOKEN_WORDS) {
    throw new Mistaken(
      `The code of a bell has three words behind its number, and this one has ${known.length}.`,
      {
        code: "bell.count",
      },
    );
  }
  return { nameplate, secret: known.join("-") };
}

function parseLink(text: string): Code {
  const cut = text.indexOf("#");
  const address = text.slice(0, cut);
  if (!address.endsWith(LINK_PATH)) {
    throw new Mistaken("This link does not lead to a bell.", {
      code: "bell.link",
      hint: `It ends in ${LINK_PATH}#… and two long names.`,
    });
  }
  const [, nameplate, secret, mark] = LINK.exec(text.slice(cut + 1).toLowerCase()) ?? [];
  if (nameplate === undefined || secret === undefined) {
    throw new Mistaken("This link is not whole: something is missing behind the #, or was added.", {
      code: "bell.cut",
      hint: "Copy it again, up to its last letter.",
    });
  }
  // 26 letters carry 130 bits, and the last two are zero.
  if (!/[aeimquy4]$/.test(secret)) {
    throw new Mistaken("A letter of this link is wrong.", { code: "bell.cut", hint: "Copy it again." });
  }
  const kind = mark ? "guardian" : "pair";
  const relay = checked(address.slice(0, -LINK_PATH.length));
  return new Code({ form: "link", relay, nameplate, secret, kind });
}

function relayOf(host: string): string {
  if (host.includes("://")) return host;
  if (!HOST.test(host)) {
    throw new Mistaken("What stands behind the @ is not the name of a relay.", { code: "bell.relay" });
  }
  const name = host.toLowerCase();
  return LOOPBACK.test(name) ? `http://${name}` : `https://${name}`;
}

/** Return what must be said of a relay so that `relayOf` has it back. */
function short(relay: string): string {
  const host = relay.slice(relay.indexOf("://") + 3);
  return HOST.test(host) && relayOf(host) === relay ? host : relay;
}

function checked(relay: string): string {
  const url = unlessDamaged(() => checkRelayUrl(relay));
  if (url instanceof Damaged) throw new Mistaken(url.sentence, { code: "bell.relay" });
  return url;
}

/** Return 16 bytes as 26 letters, without padding; the last two bits are zero (RFC 4648 §6). */
function base32(data: Uint8Array): string {
  let text = "";
  for (let bit = 0; bit < data.length * 8; bit += 5) {
    const at = bit >> 3;
    const pair = ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
    text += BASE32[(pair >> (11 - (bit & 7))) & 31];
  }
  return text;
}
