/** A bond that is ended, and the watch for its last letters with it. */

import { afterEach, beforeEach, expect, test } from "vitest";

import { RelayProcess, type TerminalHome } from "../relay";
import { Browser, type Page } from "./browser";
import { bondWith, confirmKit } from "./friends";

let relay: RelayProcess;
let browser: Browser;
let page: Page;
let homes: TerminalHome[];

beforeEach(async () => {
  relay = await RelayProcess.start();
  browser = await Browser.make();
  page = browser.open(relay.url);
  homes = [];
  await page.api.start();
});

afterEach(async () => {
  await browser.remove();
  await relay.stop();
  for (const home of homes) await home.remove();
});

test("with the bond its watch ends, guardians let go, and a letter that was held goes to nobody", async () => {
  const jun = await bondWith(page, "Jun");
  const kim = await bondWith(page, "Kim", "guardian");
  homes.push(jun.home, kim.home);
  const rhythm = { every: 30, grace: 7, veto: 7 };
  await page.api.beginWatch(jun.bond.id, { rhythm, need: 1, zone: "Asia/Tokyo" });
  await page.api.askGuardian(jun.bond.id, kim.bond.id);
  await page.eventually(async () => (await page.api.link(kim.bond.id)).waitingOut === 0);
  await kim.home.run("guardian", "consent", "Ada", "yes");
  await page.eventually(async () => (await page.api.watch(jun.bond.id))?.guardians[0]?.seated);
  await confirmKit(page, jun.bond.id);
  await page.api.verify(jun.bond.id);
  const fate = { atParting: "keep", bothSilent: "later", heir: "" } as const;
  const letter = { bond: jun.bond.id, subject: "Held", text: "Dear Jun", files: [], fate } as const;
  await page.api.writeLast({ ...letter, floor: null, hold: "balance" });

  await page.api.part(jun.bond.id);

  expect(await page.api.watches()).toEqual([]);
  await page.eventually(async () => (await page.api.link(kim.bond.id)).waitingOut === 0);
  const said = JSON.parse(await kim.home.run("guardian", "list", "--json")) as { guardians: unknown[] };
  expect(said.guardians).toEqual([]);
  const { letters } = JSON.parse(await jun.home.run("letter", "list", "--json")) as { letters: unknown[] };
  expect(letters).toEqual([]);
});
