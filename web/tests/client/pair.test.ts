/** A pair of two browsers, with a real relay between them: what is said of oneself, paper, parting, the archive. */

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bond, NewLetter } from "../../src/client/api";
import { RelayProcess } from "../relay";
import { Browser, type Page } from "./browser";

const run = promisify(execFile);

let relay: RelayProcess;
let browsers: Browser[];
let ada: Page;
let ben: Page;
let kitOfBen: string;

beforeAll(async () => {
  relay = await RelayProcess.start();
  browsers = [await Browser.make(), await Browser.make(), await Browser.make()];
  ada = browsers[0]!.open(relay.url);
  ben = browsers[1]!.open(relay.url);
  await ada.api.start();
  await ben.api.start();
});

afterAll(async () => {
  await Promise.all([ada, ben].map((page) => page.api.awake(false)));
  await relay.stop();
  await Promise.all(browsers.map((browser) => browser.remove()));
});

test("a link makes a bond, told to both once", async () => {
  const bell = await ada.api.giveBell({ name: "Ada", form: "link" });
  expect(bell.code).toMatch(new RegExp(`^${relay.url}/bell#`));

  await ben.api.answerBell({ name: "Ben", code: bell.code });

  const [one, other] = await Promise.all([ada.until("bell"), ben.until("bell")]);
  expect(one.outcome).toMatchObject({ bell: bell.id, outcome: "joined" });
  expect(other.outcome.bond).toBe(one.outcome.bond);
  expect((await only(ada)).words).toEqual((await only(ben)).words);
  expect(await ada.api.bells()).toEqual([]);
});

test("a bell that is answered with a wrong word is told to both, and is no bond", async () => {
  const bell = await ada.api.giveBell({ name: "Ada", form: "spoken" });
  const wrong = bell.code
    .replace(/^(\d+)-\w+/, "$1-zebra")
    .replace("zebra-", bell.code.includes("-zebra") ? "abandon-" : "zebra-");

  await ben.api.answerBell({ name: "Ben", code: wrong });

  const told = await ada.until("bell", ({ outcome }) => outcome.bell === bell.id);
  expect(told.outcome).toMatchObject({ outcome: "wrong-code", seems: false });
  const other = await ben.until("bell", ({ outcome }) => outcome.outcome !== "joined");
  expect(other.outcome).toMatchObject({ outcome: "wrong-code", seems: true });
  expect(await ada.api.bonds()).toHaveLength(1);
});

test("one's own bell is not answered", async () => {
  const bell = await ada.api.giveBell({ name: "Ada", form: "link" });

  await expect(ada.api.answerBell({ name: "Ada", code: bell.code })).rejects.toMatchObject({
    code: "bell.own",
  });

  await ada.api.dropBell(bell.id);
  expect(await ada.api.bells()).toEqual([]);
});

test("what one says of oneself, and a portrait, come to the other", async () => {
  const bond = await only(ada);
  const portrait = { size: 96, pixels: new Uint8Array(96 * 24).fill(0b00011011) };
  const about = { birthday: "10-07", zone: "Asia/Tokyo", place: "harbour" };

  await ada.api.setAbout(bond.id, about);
  await ada.api.setPortrait(bond.id, portrait);

  const there = await ben.eventually(async () => {
    const { about, portraits } = await only(ben);
    return about.theirs.birthday && portraits.theirs ? { about, portraits } : null;
  });
  expect(there.about.theirs).toEqual(about);
  expect(there.portraits.theirs).toEqual(portrait);
  expect((await only(ada)).portraits.ours).toEqual(portrait);
});

test("in quiet hours a ring is not sounded and becomes one line", async () => {
  const bond = await only(ben);
  await ben.api.setQuiet(bond.id, { fromMinute: 0, toMinute: 1439, perHour: 20 });

  await ada.api.ring(bond.id, [400]);

  expect((await ben.until("ring")).ring).toMatchObject({ sound: false, pattern: [400] });
  expect(await ben.api.missedRings(bond.id)).toHaveLength(1);
  await ben.api.seenRings(bond.id);
  expect(await ben.api.missedRings(bond.id)).toEqual([]);
});

test("a letter that opens at once comes with its files, and says that it has reached the other", async () => {
  const { id } = await only(ada);
  kitOfBen = (await ben.api.kit(id)).page;
  for (const page of [ada, ben]) {
    await page.api.setReceipts(id, true);
    const { words } = await page.api.kit(id);
    await page.api.confirmKit(id, new Map([1, 2, 3].map((at) => [at, words[at] ?? ""])));
  }
  await ada.eventually(async () => (await only(ada)).receipts.theirs);

  const [letter] = await ada.api.writeLetter(letterTo(await only(ada), "Now"));
  const { letter: arrived } = await ben.until("letters", (event) => event.arrived === true);

  expect(arrived).toBe(letter);
  expect(await ben.api.openLetter(letter!)).toMatchObject({ text: "Dear one", files: [{ name: "a.txt" }] });
  await ben.api.ring(id, [400]); // what a person does carries what has been received
  await ada.eventually(async () => (await ada.api.letters(id)).every(({ reached }) => reached));

  const { n } = await ada.api.ring(id, [400]);
  await ben.until("ring");
  await ben.api.ring(id, [400]);
  expect((await ada.until("reached", ({ upto }) => upto >= n)).upto).toBe(n);
});

test("a letter for several years is one letter a year", async () => {
  const { id } = await only(ada);
  const wish = { local: "2031-02-28T08:00", zone: "Europe/Berlin" };

  const plan = await ada.api.plan({ bond: id, wish, hold: "balance" });
  const letters = await ada.api.writeLetter({ ...letterTo(await only(ada), "Again"), wish, years: 3 });

  expect(plan).toMatchObject({ local: "2031-02-28T08:00", zone: "Europe/Berlin", keep: true });
  expect(letters).toHaveLength(3);
  const there = await ben.eventually(async () => {
    const found = (await ben.api.letters(id)).filter(({ state }) => state === "waiting");
    return found.length === 3 && found;
  });
  expect(there.map(({ seal }) => seal.local?.slice(0, 4)).sort()).toEqual(["2031", "2032", "2033"]);
  await expect(ben.api.openLetter(letters[0]!)).rejects.toMatchObject({
    name: "NotYet",
    code: "letter.early",
  });
});

test("the archive opens with tar, and ssh-keygen knows who signed", async () => {
  const { id } = await only(ben);
  const folder = await mkdtemp(join(tmpdir(), "twinbell-archive-"));

  const archive = await ben.api.exportBond(id);
  await writeFile(join(folder, "bond.tar"), new Uint8Array(await archive.arrayBuffer()));

  await run("tar", ["xf", "bond.tar"], { cwd: folder });
  await run("sha256sum", ["-c", "SHA256SUMS"], { cwd: folder });
  const opened = (await run("find", ["letters", "-name", "letter.eml"], { cwd: folder })).stdout.trim();
  const dir = opened.replace("/letter.eml", "");
  const principal = `writer@${id.slice(0, 16)}.twinbell`;
  const check = `ssh-keygen -Y verify -f allowed_signers -I ${principal} -n letter@twinbell -s ${dir}/letter.eml.sig < ${opened}`;
  await run("sh", ["-c", check], { cwd: folder });
  await rm(folder, { recursive: true });
});

test("who lost everything comes back from paper, and has every letter again", async () => {
  const { id } = await only(ada);
  const before = await ben.api.letters(id);
  await ben.api.awake(false);
  const again = browsers[2]!.open(relay.url);
  await again.api.start();

  const bond = await again.api.restore(kitOfBen);

  expect(bond).toMatchObject({ id, peer: "Ada", me: "Ben", kitConfirmed: true, role: "answerer" });
  const letters = await again.eventually(async () => {
    const found = await again.api.letters(id);
    return found.length === before.length && found;
  });
  expect(new Set(letters.map((each) => each.id))).toEqual(new Set(before.map((each) => each.id)));
  const now = letters.find(({ seal }) => seal.opensS === null)!;
  expect(await again.api.openLetter(now.id)).toMatchObject({ subject: "Now" });
  await again.eventually(async () => (await only(again)).about.theirs.birthday === "10-07");
  await again.eventually(async () => (await only(again)).portraits.theirs?.size === 96);
  await again.api.ring(id, [120, 120, 120]);
  await ada.until("ring", ({ ring }) => ring.pattern.length === 3);
  await expect(again.api.restore(kitOfBen)).rejects.toMatchObject({ code: "kit.here" });
  ben = again;
});

test("who parts is quiet: the other one rings as before, and nothing comes", async () => {
  const { id } = await only(ada);

  await ada.api.part(id);

  expect((await only(ada)).parted).toBe(true);
  await expect(ada.api.ring(id, [400])).rejects.toMatchObject({ code: "bond.parted" });
  expect(await ada.api.letters(id)).not.toHaveLength(0);
  expect(await ben.api.ring(id, [400])).toMatchObject({ gone: true });
  expect((await only(ben)).parted).toBe(false);
});

async function only(page: Page): Promise<Bond> {
  const [bond] = await page.api.bonds();
  if (!bond) throw new Error("There is no bond.");
  return bond;
}

function letterTo(bond: Bond, subject: string): NewLetter {
  const files = [new File(["hello"], "a.txt", { type: "text/plain" })];
  return { bond: bond.id, subject, text: "Dear one", files, wish: null, years: 1, hold: "balance" };
}
