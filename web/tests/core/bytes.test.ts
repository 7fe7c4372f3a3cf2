import fc from "fast-check";
import { expect, test } from "vitest";

import * as bytes from "../../src/core/bytes";
import { Damaged, Mistaken } from "../../src/core/errors";

test("hex has one writing", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (data) => {
      expect(bytes.unhex(bytes.hex(data))).toEqual(data);
    }),
  );
  for (const text of ["0", "AB", "0 ", "0x", " 00", "zz"]) expect(() => bytes.unhex(text)).toThrow(Damaged);
});

test("text is read as it was written, a mark at its start included", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(bytes.unutf8(bytes.utf8(text))).toBe(text);
    }),
  );
  expect(bytes.unutf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
});

test("half of a character is neither written nor read", () => {
  expect(() => bytes.utf8("a\ud800")).toThrow(Mistaken);
  expect(() => bytes.utf8("\udc00b")).toThrow(Mistaken);
  expect(() => bytes.unutf8(Uint8Array.of(0xed, 0xa0, 0x80))).toThrow(Damaged);
  expect(bytes.utf8("🔔")).toHaveLength(4);
});

test("numbers keep to their bytes", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (number) => {
      expect(bytes.fromBigEndian(bytes.bigEndian(number, 8))).toBe(number);
    }),
  );
  expect(bytes.hex(bytes.bigEndian(2 ** 53 - 1, 8))).toBe("001fffffffffffff");
  for (const number of [-1, 1.5, 256, NaN]) expect(() => bytes.bigEndian(number, 1)).toThrow(Mistaken);
});

test("bytes are ordered as Python orders them", () => {
  const sorted = [[], [0], [0, 0], [1], [1, 0], [255]].map((each) => Uint8Array.from(each));

  expect([...sorted].reverse().sort(bytes.compare)).toEqual(sorted);
});

test("more chance than the engine gives at once is still chance", () => {
  const data = bytes.randomBytes(200_000);

  for (const at of [0, 65_536, 131_072, 196_608]) {
    expect(data.subarray(at, at + 32).some((byte) => byte)).toBe(true);
  }
});
