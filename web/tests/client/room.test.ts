/** The room of two browsers: what is thought is seen as it grows, and nothing of it is kept. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { RelayProcess } from "../relay";
import { Browser, type Page } from "./browser";

let relay: RelayProcess;
let browsers: Browser[];
let ada: Page;
let ben: Page;
let bond: string;

beforeAll(async () => {
  relay = await RelayProcess.start();
  browsers = [await Browser.make(), await Browser.make()];
  ada = browsers[0]!.open(relay.url);
  ben = browsers[1]!.open(relay.url);
  await ada.api.start();
  await ben.api.start();
  const { code } = await ada.api.giveBell({ name: "Ada", form: "link" });
  await ben.api.answerBell({ name: "Ben", code });
  bond = (await ada.until("bell")).outcome.bond!;
  await ben.until("bell");
});

afterAll(async () => {
  await Promise.all([ada, ben].map((page) => page.api.awake(false)));
  await relay.stop();
  await Promise.all(browsers.map((browser) => browser.remove()));
});

test("who knocks is heard, and who came first is known to both", async () => {
  await ada.api.knock(bond);
  const room = await ada.api.enter(bond);
  await ben.until("knock", (event) => event.bond === bond);
  await ben.api.enter(bond);

  const [one, other] = await Promise.all(
    [ada, ben].map((page) => page.until("room", (event) => event.room.state === "together")),
  );

  expect(room).toMatchObject({ bond, state: "alone" });
  expect(one?.room.first).toBe("me");
  expect(other?.room.first).toBe("them");
});

test("a thought is seen as it grows, and hands as they come and go", async () => {
  await ada.api.think(bond, { number: 0, text: "I was", done: false });
  await ben.until("thought", ({ text, done }) => text === "I was" && !done);
  await ada.api.think(bond, { number: 0, text: "I was thinking", done: true });
  await ben.until("thought", ({ text, done }) => text === "I was thinking" && done);
  await ben.api.hand(bond, true);
  await ada.until("hand", ({ pressed }) => pressed);
  await ben.api.hand(bond, false);
  await ada.until("hand", ({ pressed }) => !pressed);
});

test("a thought that is too long for one is ended and goes on in another", async () => {
  const long = "word ".repeat(120).trim();

  await ben.api.think(bond, { number: 0, text: long, done: true });

  await ada.until("thought", ({ number, done }) => number === 1 && done);
  const heard = new Map(
    ada.told.flatMap((event) => (event.kind === "thought" ? [[event.number, event.text]] : [])),
  );
  expect([...heard.values()].join("")).toBe(long);
});

test("who leaves leaves the other alone, and nothing of it is kept", async () => {
  await ada.api.leave(bond);

  const { why } = await ben.until("room", ({ why }) => why !== undefined);
  expect(why).toBe("left");
  await expect(ben.api.think(bond, { number: 1, text: "nobody hears", done: true })).resolves.toBeUndefined();
  await ben.api.leave(bond);
  for (const page of [ada, ben]) expect((await page.api.news()).map(({ kind }) => kind)).toEqual(["joined"]);
});
