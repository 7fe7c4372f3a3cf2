/** O11: what leaves as a photo, or is shown of one, holds pixels alone. In a real browser, since it draws them. */

import type { Browser, Page } from "puppeteer-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CHROMIUM, chromium } from "./chromium";

const CANARY = "48.8584N 2.2945E";

/** Runs in the page: a photo that says where it was taken and which side is up, as cameras write it. */
const MAKE = `
  const { cleaned, isPhoto, reencoded } = await import("/src/app/media/picture.ts");
  const canvas = new OffscreenCanvas(120, 60);
  const context = canvas.getContext("2d");
  context.fillStyle = "#c00"; context.fillRect(0, 0, 60, 60);
  context.fillStyle = "#00c"; context.fillRect(60, 0, 60, 60);
  const bytes = async (blob) => new Uint8Array(await blob.arrayBuffer());
  const text = (data) => Array.from(data, (byte) => String.fromCharCode(byte)).join("");
  const ascii = (said) => Array.from(said, (c) => c.charCodeAt(0));
  const withExif = (data) => {
    const ifd = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    const exif = [...ascii("Exif\\0\\0"), ...ifd, ...ascii("GPS ${CANARY}")];
    const length = exif.length + 2;
    return new Uint8Array([...data.slice(0, 2), 0xff, 0xe1, length >> 8, length & 255, ...exif, ...data.slice(2)]);
  };
  const photo = withExif(await bytes(await canvas.convertToBlob({ type: "image/jpeg" })));
  const seen = async (blob) => {
    const bitmap = await createImageBitmap(blob);
    const look = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    look.drawImage(bitmap, 0, 0);
    const at = (x, y) => Array.from(look.getImageData(x, y, 1, 1).data.slice(0, 3), (n) => (n > 128 ? 1 : 0)).join("");
    return { width: bitmap.width, height: bitmap.height, first: at(5, 5), last: at(bitmap.width - 5, bitmap.height - 5) };
  };
`;

describe.skipIf(!CHROMIUM)("a photo", () => {
  let server: ViteDevServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await createServer({
      configFile: false,
      logLevel: "error",
      optimizeDeps: { noDiscovery: true },
      server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
    });
    await server.listen();
    browser = await chromium();
    page = await browser.newPage();
    const address = server.httpServer?.address();
    if (!address || typeof address === "string") throw new Error("The server has no port.");
    await page.goto(`http://127.0.0.1:${address.port}/src/app/media/picture.ts`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const run = async (what: string): Promise<unknown> =>
    await page.evaluate(`(async () => { ${MAKE} ${what} })()`);

  test("that leaves has neither place nor the file's own words, and the right side up", async () => {
    const done = await run(`
      const clean = await cleaned(new File([photo], "IMG_0001.JPEG", { type: "image/jpeg" }));
      const disguised = new File([photo], "notes.txt", { type: "text/plain" });
      return { photo: await isPhoto(disguised), before: text(photo).includes("${CANARY}"), after: text(await bytes(clean)), name: clean.name,
        type: clean.type, seen: await seen(clean) };
    `);

    expect(done).toMatchObject({
      photo: true,
      before: true,
      name: "IMG_0001.jpg",
      type: "image/jpeg",
      seen: { width: 60, height: 120, first: "100", last: "001" },
    });
    expect((done as { after: string }).after).not.toMatch(/Exif|GPS|48\.8584/);
  });

  test("that is shown is drawn anew, also where a page hides in it", async () => {
    const done = await run(`
      const hidden = new Uint8Array([...photo, ...ascii("<script>alert(1)</script>")]);
      const shown = await reencoded(new Blob([hidden], { type: "text/html" }));
      return { type: shown.type, text: text(await bytes(shown)) };
    `);

    expect(done).toMatchObject({ type: "image/jpeg" });
    expect((done as { text: string }).text).not.toMatch(/script|Exif/);
  });

  test("that would unpack to gigabytes is refused before it is unpacked", async () => {
    const done = await run(`
      const flood = photo.slice();
      for (let at = 2; at < flood.length - 9; at++) {
        if (flood[at] === 0xff && flood[at + 1] === 0xc0) flood.set([0xc3, 0x50, 0xc3, 0x50], at + 5);
      }
      let asked = 0;
      const decode = globalThis.createImageBitmap;
      globalThis.createImageBitmap = (...all) => (asked++, decode(...all));
      const refusal = await reencoded(new Blob([flood])).catch((error) => error.name);
      globalThis.createImageBitmap = decode;
      return { refusal, asked };
    `);

    expect(done).toEqual({ refusal: "RangeError", asked: 0 });
  });

  test("that is no picture is refused", async () => {
    const done = await run(`
      const svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>alert(1)</script></svg>";
      const refused = [];
      for (const said of [svg, "<!doctype html><b>hello, this is long enough</b>", ""]) {
        for (const show of [reencoded, (blob) => cleaned(new File([blob], "a.jpg", { type: "image/jpeg" }))]) {
          refused.push(await show(new Blob([said], { type: "image/jpeg" })).then(() => "shown", (error) => error.name));
        }
      }
      return refused;
    `);

    expect(done).toEqual(Array(6).fill("TypeError"));
  });
});
