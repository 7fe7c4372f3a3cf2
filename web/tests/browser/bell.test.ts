/** What can become of a bell, told to both in words: joined, wrong words, or burnt. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RelayProcess } from "../relay";
import { CHROMIUM } from "./chromium";
import { answerBell, answerWords, DIST, giveBell, sayBell } from "./couple";
import { Phone, photographFailures } from "./phone";

const BURNT = "This bell is burnt.";

describe.skipIf(CHROMIUM === null)("a bell", () => {
  let relay: RelayProcess;
  let mei: Phone;
  let jun: Phone;

  photographFailures();

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST] });
  });

  afterAll(() => relay.stop());

  beforeEach(() => {
    mei = new Phone("Mei");
    jun = new Phone("Jun");
  });

  afterEach(async () => {
    await mei.throwAway();
    await jun.throwAway();
  });

  test("that is spoken and answered rightly makes a bond, also with four letters of each word", async () => {
    const said = await sayBell(mei, relay.url);
    expect(said).toMatch(/^\d+ [a-z]+ [a-z]+ [a-z]+$/);

    const short = said.split(" ").map((word) => word.slice(0, 4));
    await answerWords(jun, relay.url, short.join(" "));

    for (const phone of [mei, jun]) await phone.sees("The bond is made.");
  });

  test("that is answered with wrong words is burnt, and both are told why", async () => {
    const said = await sayBell(mei, relay.url);
    const [number, first, second, third] = said.split(" ");

    await answerWords(jun, relay.url, [number, second, first, third].join(" "));

    await mei.sees("The words were wrong, and the bell is burnt.");
    expect(await mei.offers("Give a new bell")).toBe(true);
    await jun.sees("The words were not right, and the bell is burnt.");
    await jun.sees("Ask them for a new one.");

    await mei.touch("Give a new bell");
    await mei.sees("How will you give it?");
  });

  test("that was answered before is burnt for whoever comes second", async () => {
    const link = await giveBell(mei, relay.url);
    await answerBell(jun, link);
    await jun.sees("The bond is made.");
    const late = new Phone("Ada");

    await answerBell(late, link);

    await late.sees(BURNT);
    expect(await late.reads()).toContain("Nothing was given away.");
    await mei.sees("The bond is made.");
    await late.throwAway();
  });

  test("that was taken back is burnt for whoever has its link", async () => {
    const link = await giveBell(mei, relay.url);
    await mei.touch("Take the bell back");
    await mei.sees("Make the bell");

    await answerBell(jun, link);

    await jun.sees(BURNT);
  });

  test("whose time has passed says so to who gave it", async () => {
    await sayBell(mei, relay.url);
    // Only the page's clock: ten minutes and one later it is looked at again.
    await mei.page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 601_000;
      document.dispatchEvent(new Event("visibilitychange"));
    });

    await mei.sees("The time of this bell has passed. Give a new one.");

    await mei.touch("Give a new bell");
    await mei.sees("How will you give it?");
  });
});
