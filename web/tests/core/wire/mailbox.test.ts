import { expect, test } from "vitest";

import { hex, unhex, utf8 } from "../../../src/core/bytes";
import { Damaged } from "../../../src/core/errors";
import { Token } from "../../../src/core/wire/auth";
import * as blob from "../../../src/core/wire/blob";
import * as mailbox from "../../../src/core/wire/mailbox";
import * as pairing from "../../../src/core/wire/pairing";

const BOX = unhex("6f0c000102030405060708090a0b0c0d");
const ID = unhex("9e41000102030405060708090a0b0c0d");

test("paths are those of the specification", () => {
  const box = "/v1/mailboxes/6f0c000102030405060708090a0b0c0d";

  expect(mailbox.path(BOX)).toBe(box);
  expect(mailbox.envelopePath(BOX, ID)).toBe(`${box}/envelopes/${hex(ID)}`);
  expect(mailbox.envelopesPath(BOX)).toBe(`${box}/envelopes`);
  expect(mailbox.envelopesPath(BOX, { after: 0, limit: 9 })).toBe(`${box}/envelopes?after=0&limit=9`);
  expect(mailbox.cursorPath(BOX)).toBe(`${box}/cursor`);
  expect(mailbox.slotPath(BOX, { version: 2 })).toBe(`${box}/slot?version=2`);
  expect(blob.beginPath(BOX, ID, { length: 5 })).toBe(`${box}/blobs/${hex(ID)}?length=5`);
  expect(pairing.openPath("spoken")).toBe("/v1/pairings?form=spoken");
  expect(pairing.partPath("7", 2, { waitS: 99 })).toBe("/v1/pairings/7/2?wait=25");
  expect(pairing.partPath("7", 3)).toBe("/v1/pairings/7/3");
});

test("a page is read as it was written, and refused out of order", () => {
  const kept = (seq: number) => ({ seq, arrivedS: 60, blobs: [ID], body: Uint8Array.of(1) });

  const page = mailbox.Page.parse(new mailbox.Page([kept(1), kept(7)], true).toBytes());
  expect(page.envelopes).toEqual([kept(1), kept(7)]);
  expect(page.more).toBe(true);
  for (const wrong of [
    new mailbox.Page([kept(2), kept(1)], false),
    new mailbox.Page([kept(1), kept(1)], false),
    new mailbox.Page([], true),
    new mailbox.Page([{ ...kept(1), body: new Uint8Array(0) }], false),
    new mailbox.Page([{ ...kept(1), blobs: [ID, ID, ID, ID, ID] }], false),
    new mailbox.Page([{ ...kept(1), blobs: [Uint8Array.of(1)] }], false),
    new mailbox.Page([{ ...kept(1), seq: 2 ** 32 }], false),
  ]) {
    expect(() => mailbox.Page.parse(wrong.toBytes())).toThrow(Damaged);
  }
});

test("what a relay says in JSON is taken exactly", () => {
  expect(mailbox.cursorToBytes(9)).toEqual(utf8('{"upto":9}'));
  expect(blob.offsetFromBytes(utf8('{"offset": 5}'))).toBe(5);
  expect(blob.parseLength("2147483648")).toBe(2 ** 31);
  const opened = pairing.Opened.parse(utf8('{"nameplate": "7", "expires": 1795347062}'));
  expect(opened).toEqual(new pairing.Opened("7", 1_795_347_062));

  for (const text of ["", "[]", "null", '{"seq": "1", "arrived": 60}', '{"seq": -1, "arrived": 0}', "{}"]) {
    expect(() => blob.offsetFromBytes(utf8(text))).toThrow(Damaged);
    expect(() => pairing.Opened.parse(utf8(text))).toThrow(Damaged);
  }
  for (const text of [null, undefined, "", "1.5", "+1", "-1", "2147483649", "1e3"]) {
    expect(() => blob.parseLength(text)).toThrow(Damaged);
  }
});

test("a nameplate is a short number or 26 letters, and cannot be a path", () => {
  for (const good of ["7", "123456789", "a2".repeat(13)]) expect(pairing.parseNameplate(good)).toBe(good);
  for (const bad of ["", "0", "07", "1234567890", "../x", "a1".repeat(13), "A2".repeat(13), "7\n"]) {
    expect(() => pairing.parseNameplate(bad)).toThrow(Damaged);
  }
});

test("ranges and names of blobs are written for the header", () => {
  expect(blob.rangeHeader(5)).toBe("bytes=5-");
  expect(blob.rangeHeader(5, 10)).toBe("bytes=5-9");
  expect(blob.blobsHeader([BOX, ID])).toBe(`${hex(BOX)},${hex(ID)}`);
});

test("a token shows itself in its header alone", () => {
  const token = new Token(new Uint8Array(32).fill(0xfb));

  expect(token.header()).toBe("Bearer " + "-_v7".repeat(10) + "-_s");
  expect(JSON.stringify(token)).toBe("{}");
  expect(token.hash).toHaveLength(32);
  expect(() => new Token(new Uint8Array(31))).toThrow(Damaged);
  expect(Token.generate().secret).not.toEqual(Token.generate().secret);
});
