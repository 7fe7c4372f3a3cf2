import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type Measured, measure } from "../../src/app/media/header";

function bytes(...parts: (string | number | readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === "number") return [part];
      return typeof part === "string" ? [...part].map((character) => character.charCodeAt(0)) : part;
    }),
  );
}

const big = (number: number, size: number): number[] =>
  Array.from({ length: size }, (_, at) => Math.floor(number / 256 ** (size - 1 - at)) % 256);
const little = (number: number, size: number): number[] => big(number, size).reverse();
const zeros = (length: number): number[] => Array.from({ length }, () => 0);

function png(width: number, height: number): Uint8Array<ArrayBuffer> {
  return bytes(
    [0x89],
    "PNG\r\n\x1a\n",
    big(13, 4),
    "IHDR",
    big(width, 4),
    big(height, 4),
    [8, 6, 0, 0, 0],
    zeros(4),
  );
}

function jpeg(width: number, height: number, before: readonly number[][] = []): Uint8Array<ArrayBuffer> {
  const segments = before.flatMap((data) => [0xff, 0xe1, ...big(data.length + 2, 2), ...data]);
  return bytes(
    [0xff, 0xd8],
    segments,
    [0xff, 0xff, 0xc2],
    big(11, 2),
    8,
    big(height, 2),
    big(width, 2),
    zeros(20),
  );
}

function gif(width: number, height: number): Uint8Array<ArrayBuffer> {
  return bytes("GIF89a", little(width, 2), little(height, 2), zeros(30));
}

function webp(kind: "VP8 " | "VP8L" | "VP8X", width: number, height: number): Uint8Array<ArrayBuffer> {
  const body = {
    "VP8 ": [zeros(3), [0x9d, 0x01, 0x2a], little(width, 2), little(height, 2)],
    VP8L: [[0x2f], little((width - 1) | ((height - 1) << 14), 4)],
    VP8X: [zeros(4), little(width - 1, 3), little(height - 1, 3)],
  }[kind].flat();
  return bytes("RIFF", little(100, 4), "WEBP", kind, little(body.length, 4), body, zeros(20));
}

function box(kind: string, ...inside: (string | readonly number[])[]): number[] {
  const data = [...bytes(...inside)];
  return [...big(data.length + 8, 4), ...bytes(kind), ...data];
}

function avif(brand: string, ...sizes: readonly (readonly [number, number])[]): Uint8Array<ArrayBuffer> {
  const said = sizes.map(([width, height]) => box("ispe", zeros(4), big(width, 4), big(height, 4)));
  const meta = box("meta", zeros(4), box("hdlr", zeros(24)), box("iprp", box("ipco", said.flat())));
  return bytes(box("ftyp", brand, zeros(4), "mif1"), meta, zeros(8));
}

function bmp(width: number, height: number): Uint8Array<ArrayBuffer> {
  return bytes("BM", zeros(12), little(40, 4), little(width, 4), little(height, 4), zeros(8));
}

const side = fc.integer({ min: 1, max: 16_383 });

describe("a picture says how large it is", () => {
  const kinds: [Measured["type"], (width: number, height: number) => Uint8Array<ArrayBuffer>][] = [
    ["image/png", png],
    ["image/jpeg", jpeg],
    [
      "image/jpeg",
      (width, height) => jpeg(width, height, [zeros(65_000), zeros(65_000), [0xff, 0xc0, 1, 2]]),
    ],
    ["image/gif", gif],
    ["image/webp", (width, height) => webp("VP8 ", width, height)],
    ["image/webp", (width, height) => webp("VP8L", width, height)],
    ["image/webp", (width, height) => webp("VP8X", width, height)],
    ["image/avif", (width, height) => avif("avif", [1, 1], [width, height])],
    ["image/heic", (width, height) => avif("heic", [width, 1], [1, height])],
    ["image/bmp", bmp],
  ];

  test.each(kinds)("%s", async (type, make) => {
    await fc.assert(
      fc.asyncProperty(side, side, async (width, height) => {
        expect(await measure(new Blob([make(width, height)]))).toEqual({ type, width, height });
      }),
      { numRuns: 30 },
    );
  });
});

test("a flood of pixels is seen in the first bytes", async () => {
  for (const flood of [
    png(50_000, 50_000),
    jpeg(50_000, 50_000),
    gif(50_000, 50_000),
    avif("avif", [50_000, 50_000]),
  ]) {
    const said = await measure(new Blob([flood]));
    expect((said?.width ?? 0) * (said?.height ?? 0)).toBe(2_500_000_000);
  }
});

test("what is no picture is none, whatever it is called", async () => {
  const others = [
    "",
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>alert(1)</script></svg>",
    "<!doctype html><img src=x onerror=alert(1)>                         ",
    "%PDF-1.7 and so on, for more than thirty-two bytes",
    "PK\u0003\u0004 and so on, for more than thirty-two bytes",
    "GIF7 and so on, for more than thirty-two bytes......",
    "BM and so on",
  ];

  for (const text of others) {
    expect(await measure(new Blob([bytes(text)], { type: "image/jpeg" })), text).toBeNull();
  }
});

test("a picture without a size, or one that never comes to it, is none", async () => {
  const endless = bytes([0xff, 0xd8], Array.from({ length: 2000 }, () => [0xff, 0xe1, 0, 2]).flat());
  const nested = bytes(box("ftyp", "avif", zeros(4)), Array.from({ length: 500 }, () => box("free")).flat());

  for (const data of [endless, nested, png(0, 5), avif("avif"), avif("mp42", [4, 4])]) {
    expect(await measure(new Blob([data]))).toBeNull();
  }
});

test("nothing that begins like a picture makes it fail", async () => {
  const starts = [png(3, 3), jpeg(3, 3), webp("VP8X", 3, 3), avif("avif", [3, 3]), bmp(3, 3)];

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 }),
      fc.nat(130),
      async (start, changes, length) => {
        const data = start.slice(0, length);
        for (const [at, byte] of changes) if (at < data.length) data[at] = byte;

        await expect(measure(new Blob([data]))).resolves.toSatisfy(
          (said: Measured | null) => said === null || said.width * said.height > 0,
        );
      },
    ),
    { numRuns: 500 },
  );
});
