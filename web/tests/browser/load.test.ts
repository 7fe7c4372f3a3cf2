/** The first visit: what has to come over the network before a person can do something, and in all. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RelayProcess } from "../relay";
import { CHROMIUM } from "./chromium";
import { DIST } from "./couple";
import { Phone } from "./phone";

const FIRST_BYTES_MAX = 150_000;
const ALL_BYTES_MAX = 400_000;

/** The length of a file as a relay sends it to whoever can unpack it. */
function packedBytes(url: string): number {
  const { pathname } = new URL(url, "http://relay.invalid");
  const path = join(DIST, pathname === "/" ? "index.html" : pathname);
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}

const sum = (urls: Iterable<string>): number => [...urls].reduce((bytes, url) => bytes + packedBytes(url), 0);

test("the whole app is at most 400 kB on its way", () => {
  const { files } = JSON.parse(readFileSync(join(DIST, "app.json"), "utf-8")) as {
    files: { path: string }[];
  };

  const bytes = sum(files.map(({ path }) => `/${path}`));

  expect(bytes).toBeLessThanOrEqual(ALL_BYTES_MAX);
});

describe.skipIf(CHROMIUM === null)("on a first visit", () => {
  let relay: RelayProcess;
  let phone: Phone;

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST] });
    phone = new Phone("Ada");
    await phone.open("about:blank");
  });

  afterAll(async () => {
    await phone.throwAway();
    await relay.stop();
  });

  test("a person can begin after at most 150 kB, and nothing is fetched twice or from elsewhere", async () => {
    const asked: string[] = [];
    phone.page.on("request", (request) => asked.push(request.url()));
    let first = 0;
    await phone.page.exposeFunction("canBegin", () => (first ||= sum(new Set(asked))));
    await phone.page.evaluateOnNewDocument(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector("main button, main a, section button, section a")) return;
        observer.disconnect();
        void (globalThis as unknown as { canBegin(): Promise<void> }).canBegin();
      }).observe(document, { childList: true, subtree: true });
    });

    await phone.open(relay.url);
    await phone.sees("Give a bell");
    await phone.page.waitForNetworkIdle();

    expect(first).toBeGreaterThan(30_000);
    expect(first).toBeLessThanOrEqual(FIRST_BYTES_MAX);
    expect(asked.every((url) => url.startsWith(`${relay.url}/`))).toBe(true);
    const assets = asked.filter((url) => url.includes("/assets/"));
    expect(assets.length).toBe(new Set(assets).size);
  });
});
