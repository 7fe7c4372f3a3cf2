/** Two people who have only a browser: from the bell to a letter that opens on its time. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RelayProcess } from "../relay";
import { CHROMIUM, FIREFOX } from "./chromium";
import { confirmKit, DIST, giveBell, goTo, touchBell } from "./couple";
import { type Kind, Phone, photographFailures, until } from "./phone";
import { halves, PLACE, takePhoto } from "./photo";

const AHEAD_S = 20;
const TEXT = "Dear Jun,\n\nthe sea was <b>here</b> all the time.\n\nMei";

describe.each<[Kind, Kind, string | null]>([
  ["Chromium", "Chromium", CHROMIUM],
  ["Firefox", "Chromium", CHROMIUM && FIREFOX],
])("a phone with %s and one with %s", (meis, juns, there) => {
  describe.skipIf(there === null)("are a pair:", () => {
    let relay: RelayProcess;
    let mei: Phone;
    let jun: Phone;
    let photos: string;

    photographFailures();

    beforeAll(async () => {
      relay = await RelayProcess.start({ more: ["--web", DIST] });
      mei = new Phone("Mei", meis);
      jun = new Phone("Jun", juns);
      photos = mkdtempSync(join(tmpdir(), "twinbell-photos-"));
    });

    afterAll(async () => {
      await mei.throwAway();
      await jun.throwAway();
      await relay.stop();
      rmSync(photos, { recursive: true });
    });

    test("a link only brings one to the bell, which waits for a touch", async () => {
      const link = await giveBell(mei, relay.url);

      await jun.open(link);
      await jun.sees("Touch it to answer. Nothing happens before.");

      expect(link).toMatch(new RegExp(`^${relay.url}/bell#`));
      expect(jun.page.url()).toBe(`${relay.url}/#answer`);
      expect(await jun.reads()).toContain(`It hangs at ${new URL(relay.url).host}.`);
      expect(await mei.reads()).toContain("Waiting for them.");

      await touchBell(jun);
      for (const phone of [mei, jun]) await phone.sees("The bond is made.");
    });

    test("both compare the same six words, beside the same picture", async () => {
      const seen = [];
      for (const phone of [mei, jun]) {
        await phone.touch("Compare the words");
        await phone.sees("You read");
        const words = await phone.list('ol[aria-label="The six words"] li');
        seen.push([words, await phone.list("figcaption")]);
      }

      expect(seen[0]).toEqual(seen[1]);
      expect(seen[0]?.[0]).toHaveLength(6);

      await mei.touch("All six are the same");
      await mei.sees("Jun has not yet said so.");
      await jun.sees("Mei has compared the words with you.");
      await jun.touch("All six are the same");
      for (const phone of [mei, jun]) await phone.sees("Nobody stands between you.");
    });

    test("no letter is written before the kit is on paper", async () => {
      await goTo(mei, "Letters");
      await mei.sees("First, a recovery kit.");
      expect(await mei.offers("Write")).toBe(false);

      for (const phone of [mei, jun]) {
        const page = await confirmKit(phone);
        expect(page).toContain("relay");
      }

      await mei.touch("Continue");
      await mei.sees("No letters yet.");
      expect(await mei.offers("Write")).toBe(true);
    });

    test("a ring is pressed and held, and its rhythm arrives, both ways", async () => {
      await feel(mei);
      await feel(jun);
      for (const [from, to] of [
        [mei, jun],
        [jun, mei],
      ] as const) {
        await goTo(from, "Pendant");
        await goTo(to, "Pendant");
        await from.sees("Press and hold to ring"); // the ring of the other one has faded
        const pendant = `The pendant of you and ${to.name}. Press and hold to ring.`;

        const press = await from.finger(pendant);
        for (const holdMs of [300, 700]) {
          const release = await press();
          await until("the bell to strike", async () => struckMs(await felt(from)) >= holdMs);
          await release();
        }

        await Promise.all([to.sees(`${from.name} rings.`), from.sees("It rings there.")]);
        const heard = (await felt(to)).at(-1)?.what as number[];
        const [firstUp = 0, secondDown = 0, secondUp = 0] = (await touched(from)).slice(-3);
        const given = [secondDown - firstUp, secondUp - secondDown];
        expect(heard).toHaveLength(3);
        expect(heard[0]).toBeGreaterThan(300);
        for (const [at, ms] of given.entries()) expect(Math.abs(heard[at + 1]! - ms)).toBeLessThan(60);
      }
    });

    test("a letter with a photo is refused early in words, and opened on its time", async () => {
      const photo = join(photos, "IMG_0417.jpg");
      writeFileSync(photo, await takePhoto(mei.page));
      await goTo(mei, "Letters");
      await mei.touch("Write");
      await mei.write("Title", "The sea");
      await mei.write("Your letter", TEXT);
      await mei.attach("Photos", photo);
      await mei.sees("IMG_0417.jpg");
      await mei.touch("on a day");
      await mei.page.click('.calendar button[tabindex="0"]');
      const opens = new Date(Math.ceil(Date.now() / 1000 + AHEAD_S) * 1000);
      await mei.set("Time", opens.toTimeString().slice(0, 8));
      await mei.sees("Held back by");
      await mei.touch("Seal and send");
      await mei.sees("Sealed.");
      await mei.touch("To the letters");

      await jun.sees("A letter from Mei has come.");
      await goTo(jun, "Letters");
      await jun.touch("Today");
      expect(Date.now()).toBeLessThan(opens.getTime());
      await jun.sees(/It opens in .*, at /);
      const early = await jun.reads();
      expect(early).toContain("Nothing about what is in it is known before.");
      expect(early).not.toMatch(/The sea|IMG_0417|photo|file/);
      expect(await jun.offers("Open the letter")).toBe(false);

      await jun.sees("It is its day. It can be opened.", 120_000);
      expect(Date.now()).toBeGreaterThanOrEqual(opens.getTime());
      await jun.touch("Open the letter");
      await jun.sees("the sea was <b>here</b> all the time.");
      expect(await jun.reads()).toContain("The sea");
      expect(await jun.list("article p")).toEqual(TEXT.split("\n\n"));
    });

    test("its photo is the one that was taken, and says no more where that was", async () => {
      await jun.sees("Signed by Mei.");
      const seen = await until("the picture", async () => (await halves(jun.page)).join(" "));
      await jun.touch("Save IMG_0417.jpg");
      const saved = await jun.saved("IMG_0417.jpg");

      expect(seen).toBe("red blue");
      expect(saved.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
      expect(saved.toString("latin1")).not.toMatch(/Exif|GPS/);
      expect(saved.includes(PLACE)).toBe(false);
    });

    test("rings of the quiet hours make no sound and are told as one line, also after a new start", async () => {
      await goTo(mei, "Pendant");
      await goTo(jun, "You");
      await jun.set("From", "00:00");
      await jun.set("To", "23:59");
      await goTo(jun, "Pendant");
      for (let count = 0; count < 2; count++) {
        const release = await mei.press("The pendant of you and Jun. Press and hold to ring.");
        await mei.sees("Let go, and press again for a rhythm");
        await release();
        await mei.sees("It rings there.");
        await mei.sees("Press and hold to ring");
      }

      await jun.sees("Rang 2 times while you were away");
      expect(await jun.reads()).not.toContain("Mei rings.");

      await jun.open(relay.url);
      await jun.sees("Rang 2 times while you were away");
    });

    test("after a new start all is as it was, and the letter opens again", async () => {
      for (const phone of [mei, jun]) {
        await phone.off();
        await phone.open(relay.url);
        await goTo(phone, "Letters");
        await phone.touch("The sea");
        await phone.sees("the sea was <b>here</b> all the time.");
        await until("the picture", async () => (await halves(phone.page)).join(" ") === "red blue");
      }
    });

    test("and no browser had a complaint", () => {
      expect(mei.complaints).toEqual([]);
      expect(jun.complaints).toEqual([]);
    });
  });
});

interface Felt {
  readonly what: number | number[];
  readonly atMs: number;
  readonly nowMs: number;
}

/** Keep what the phone would do in a hand. */
async function feel(phone: Phone): Promise<void> {
  await phone.page.evaluate(() => {
    const felt: { what: number | number[]; atMs: number }[] = [];
    const touched: number[] = [];
    Object.assign(globalThis, { felt, touched });
    for (const what of ["pointerdown", "pointerup"]) {
      addEventListener(what, () => touched.push(performance.now()), { capture: true });
    }
    Object.defineProperty(navigator, "vibrate", {
      configurable: true,
      value: (what: number | number[]) => felt.push({ what, atMs: performance.now() }) > 0,
    });
  });
}

async function felt(phone: Phone): Promise<Felt[]> {
  return await phone.page.evaluate(() => {
    const all = (globalThis as unknown as { felt: { what: number | number[]; atMs: number }[] }).felt;
    return all.map((each) => ({ ...each, nowMs: performance.now() }));
  });
}

/** For how long the bell has been struck now, or 0. */
function struckMs(all: Felt[]): number {
  const last = all.at(-1);
  return last && typeof last.what === "number" && last.what > 0 ? last.nowMs - last.atMs : 0;
}

/** When the finger came and went, in milliseconds. */
async function touched(phone: Phone): Promise<number[]> {
  return await phone.page.evaluate(() => (globalThis as unknown as { touched: number[] }).touched);
}
