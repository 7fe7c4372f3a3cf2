/** A pair of one browser and one terminal: everything that two terminals can do, in both directions. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bond, Letter, NewLetter, Wish } from "../../src/client/api";
import { RelayProcess, type Running, TerminalHome } from "../relay";
import { Browser, type Page } from "./browser";

const FAR: Wish = { local: "2041-10-10T08:00", zone: "Asia/Tokyo" };

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

  expect(await page.api.ring(bond.id, [120, 140, 220])).toMatchObject({ gone: true });

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

test("no letter is written before the kit is confirmed", async () => {
  const bond = await jun();

  await expect(page.api.writeLetter(letterTo(bond))).rejects.toMatchObject({ code: "letter.kit" });

  const { words } = await page.api.kit(bond.id);
  expect(await page.api.confirmKit(bond.id, typed(words, [0, 7, 23], "wrong"))).toBe(false);
  expect(await page.api.confirmKit(bond.id, typed(words, [0, 7, 23]))).toBe(true);
  expect((await jun()).kitConfirmed).toBe(true);
  await expect(page.api.kit(bond.id)).rejects.toMatchObject({ code: "kit.paper" });
});

test("a letter for a far day comes to the terminal, and is refused there", async () => {
  const bond = await jun();
  const listening = terminal.start("listen", "--json");

  const [id = ""] = await page.api.writeLetter({ ...letterTo(bond), wish: FAR });

  expect(await heard(listening, "letter")).toMatchObject({ letter: id });
  listening.end();
  await expect(terminal.run("letter", "open", id)).rejects.toThrow("ended with 3");
});

test("a letter with a file opens in the terminal on its moment", async () => {
  const bond = await jun();
  const photo = new File([new Uint8Array(300_000).fill(7)], "夏の海.jpg", { type: "image/jpeg" });
  const wish = soon(2);

  const [id = ""] = await page.api.writeLetter({ ...letterTo(bond), files: [photo], wish });
  await page.eventually(async () => (await letter(id)).state === "sent");
  await relay.isPast(wish);

  await terminal.run("letter", "list");
  const opened = JSON.parse(
    await terminal.run("letter", "open", id, "--into", terminal.path("files"), "--json"),
  ) as { subject: string; text: string; attachments: { name: string; bytes: number }[] };
  expect(opened).toMatchObject({ subject: "Summer", text: "Dear Jun,\n\nlook." });
  expect(opened.attachments).toMatchObject([{ name: "夏の海.jpg", bytes: 300_000 }]);
  expect(await letter(id)).toMatchObject({ outgoing: true, subject: "Summer", fileCount: 1, progress: null });
});

test("a letter for a far day from the terminal shows its day and nothing else", async () => {
  const text = await terminal.file("letter.txt", new TextEncoder().encode("Guten Abend."));

  await terminal.run("letter", "write", text, "--subject", "Far", "--opens", FAR.local, "--zone", FAR.zone);
  const { letter: id = "" } = await page.until("letters", (event) => event.arrived === true);

  const waiting = await letter(id);
  expect(waiting).toMatchObject({ state: "waiting", outgoing: false, subject: null, fileCount: null });
  expect(waiting.seal).toMatchObject({ ...FAR, strength: "courtesy" }); // the relay runs on this very machine
  await expect(page.api.openLetter(id)).rejects.toMatchObject({ name: "NotYet", code: "letter.early" });
  page.told.length = 0;
});

test("a letter with a file from the terminal opens here on its moment", async () => {
  const file = await terminal.file("dusk.png", new Uint8Array(200_000).fill(3));

  await terminal.run("letter", "write", terminal.path("letter.txt"), "--opens", "in 2s", "--attach", file);
  const { letter: id = "" } = await page.until("letters", (event) => event.arrived === true);
  await page.until("news", ({ news }) => news.kind === "ready" && news.facts["letter"] === id);
  const opened = await page.api.openLetter(id);

  expect(opened).toMatchObject({ from: "Jun", subject: "", text: "Guten Abend." });
  expect(opened.files).toMatchObject([{ name: "dusk.png", type: "image/png", bytes: 200_000 }]);
  const bytes = await opened.files[0]!.content.arrayBuffer();
  expect(new Uint8Array(bytes)).toEqual(new Uint8Array(200_000).fill(3));
  expect(await letter(id)).toMatchObject({ state: "opened", subject: "", fileCount: 1 });
});

test("in the room, thoughts and hands go both ways between a browser and a terminal", async () => {
  const bond = await jun();
  const there = terminal.start("room", "--json", "--no-knock");
  await heard(there, "alone");

  const room = await page.api.enter(bond.id);
  await page.until("room", (event) => event.room.state === "together" && event.room.first === "them");
  await page.api.think(bond.id, { number: 0, text: "窓をあけて", done: true });

  expect(room).toMatchObject({ bond: bond.id });
  expect(await heard(there, "together")).toMatchObject({ first: true });
  expect(await heard(there, "thought")).toMatchObject({ text: "窓をあけて", done: true });
  there.say('{"think": "It is open", "done": true}\n{"hand": true}\n');
  await page.until("thought", ({ text, done }) => text === "It is open" && done);
  await page.until("hand", ({ pressed }) => pressed);
  await page.api.leave(bond.id);
  expect(await heard(there, "gone")).toMatchObject({ left: true });
  there.end();
});

function letterTo(bond: Bond): NewLetter {
  const what = { subject: "Summer", text: "Dear Jun,\n\nlook.", files: [] };
  return { bond: bond.id, ...what, wish: null, years: 1, hold: "balance" };
}

async function letter(id: string): Promise<Letter> {
  const found = (await page.api.letters((await jun()).id)).find((each) => each.id === id);
  if (!found) throw new Error("There is no such letter.");
  return found;
}

/** The words at these places, as typed from paper. */
function typed(words: readonly string[], places: readonly number[], instead?: string): Map<number, string> {
  return new Map(places.map((at) => [at, instead ?? words[at] ?? ""]));
}

/** A moment so many seconds ahead, as a person names it. */
function soon(s: number): Wish {
  return { local: new Date(Date.now() + s * 1000).toISOString().slice(0, 19), zone: "Etc/UTC" };
}

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
