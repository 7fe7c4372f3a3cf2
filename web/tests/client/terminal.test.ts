/** A pair of one browser and one terminal: everything that two terminals can do, in both directions. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bond } from "../../src/client/api";
import { RelayProcess, type Running, TerminalHome } from "../relay";
import { Browser, type Page } from "./browser";

let relay: RelayProcess;
let browser: Browser;
let page: Page;
let terminal: TerminalHome;

beforeAll(async () => {
  relay = await RelayProcess.start();
  browser = await Browser.make();
  page = browser.open(relay.url);
  terminal = await TerminalHome.make();
  expect((await page.api.start()).state).toBe("empty");
});

afterAll(async () => {
  await relay?.stop();
  await browser?.remove();
  await terminal?.remove();
});

test("a bell given here is answered in a terminal, and both see the same words", async () => {
  const bell = await page.api.giveBell({ name: "Ada", form: "spoken" });

  const said = JSON.parse(
    await terminal.run("bell", "answer", bell.code, "--name", "Jun", "--no-passphrase", "--json"),
  ) as { words: string[]; peer: string };
  const told = await page.until("bell");

  const [bond] = await page.api.bonds();
  expect(told).toMatchObject({ outcome: { outcome: "joined", bond: bond?.id, seems: false } });
  expect(bond).toMatchObject({ peer: "Jun", me: "Ada", role: "giver", words: said.words });
  expect(said.peer).toBe("Ada");
});

test("a bell given in a terminal is answered here", async () => {
  const other = await TerminalHome.make();
  const giving = other.start(
    "bell",
    "give",
    "--relay",
    relay.url,
    "--link",
    "--name",
    "Mei",
    "--no-passphrase",
    "--json",
  );
  const given = JSON.parse(await giving.line()) as { link: string };

  await page.api.answerBell({ name: "Ada", code: given.link });

  const said = JSON.parse(await giving.output()) as { words: string[] };
  const bond = await page.eventually(async () => (await page.api.bonds()).find(({ peer }) => peer === "Mei"));
  expect(bond).toMatchObject({ role: "answerer", words: said.words });
  await other.remove();
});

test("a ring here is heard in the terminal, in its rhythm", async () => {
  const bond = await jun();
  const listening = terminal.start("listen", "--json");

  expect(await page.api.ring(bond.id, [120, 140, 220])).toEqual({ gone: true });

  expect(await heard(listening, "ring")).toMatchObject({
    peer: "Ada",
    pattern: [120, 140, 220],
    sound: true,
  });
  listening.end();
});

test("a ring in the terminal is heard here", async () => {
  const bond = await jun();

  await terminal.run("ring", "--pattern", "knock");

  const { ring } = await page.until("ring");
  expect(ring).toMatchObject({ bond: bond.id, pattern: [120, 120, 120], sound: true });
  expect(await page.api.missedRings(bond.id)).toEqual([]);
});

test("words that were compared are told to the other side, both ways", async () => {
  const bond = await jun();
  const listening = terminal.start("listen", "--json");

  await page.api.verify(bond.id);

  expect(await heard(listening, "verified")).toMatchObject({ peer: "Ada" });
  listening.end();
  await terminal.run("bond", "verify", "--yes");
  await page.eventually(async () => (await jun()).peerVerified);
  expect((await jun()).verified).toBe(true);
});

/** The bond with the terminal. */
async function jun(): Promise<Bond> {
  const found = (await page.api.bonds()).find(({ peer }) => peer === "Jun");
  if (!found) throw new Error("There is no bond with Jun.");
  return found;
}

/** The next event of a kind that a listening terminal tells. */
async function heard(listening: Running, kind: string): Promise<Record<string, unknown>> {
  for (;;) {
    const event = JSON.parse(await listening.line()) as Record<string, unknown>;
    if (event["event"] === kind) return event;
  }
}
