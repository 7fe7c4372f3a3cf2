/** Everything is lost but a page of paper: it opens what was written and what was received, here and there. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RelayProcess, TerminalHome } from "../relay";
import { CHROMIUM } from "./chromium";
import { bondWithTerminal, confirmKit, confirmKitOf, DIST, goTo, makeBond } from "./couple";
import { Phone, photographFailures, until } from "./phone";

const LETTERS = { Mei: "The plum tree stands.", Jun: "I have seen the sea." } as const;

describe.skipIf(CHROMIUM === null)("with a page of paper", () => {
  let relay: RelayProcess;

  photographFailures();

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST] });
  });

  afterAll(() => relay.stop());

  describe("of two phones", () => {
    let mei: Phone;
    let jun: Phone;
    let page: string;
    let computer: TerminalHome;

    beforeAll(async () => {
      mei = new Phone("Mei");
      jun = new Phone("Jun");
      computer = await TerminalHome.make();
      await makeBond(mei, jun, relay.url);
      page = await confirmKit(mei);
      await confirmKit(jun);
      for (const phone of [mei, jun]) await write(phone, LETTERS[phone.name as keyof typeof LETTERS]);
      for (const phone of [mei, jun]) {
        await phone.touch("To the letters");
        await phone.touch(phone === mei ? "from Jun" : "from Mei");
        await phone.touch("Open the letter");
        await phone.sees("Signed by");
      }
    });

    afterAll(async () => {
      await mei.throwAway();
      await jun.throwAway();
      await computer.remove();
    });

    test("who wipes the browser comes back, and has every letter again", async () => {
      await wipe(mei, relay.url);
      await mei.open(relay.url);
      await mei.sees("Two pendants, for two people");

      await restore(mei, page);

      await mei.sees("You are back.");
      await mei.touch("Continue");
      await opensAll(mei, "Jun");
      await jun.sees("Mei came back from paper, on a new device.");
    });

    test("the same page brings the bond to a computer, with every letter", async () => {
      const kit = await computer.file("kit.txt", new TextEncoder().encode(page));

      const back = JSON.parse(
        await computer.run("kit", "restore", kit, "--no-passphrase", "--json"),
      ) as Record<string, unknown>;

      expect(back).toMatchObject({ peer: "Jun", me: "Mei" });
      const letters = await until("both letters", async () => {
        const { letters } = JSON.parse(await computer.run("letter", "list", "--json")) as {
          letters: { letter: string; direction: string; state: string }[];
        };
        return letters.length === 2 ? letters : null;
      });
      const texts: Record<string, string> = {};
      for (const { letter, direction } of letters) {
        const opened = JSON.parse(await computer.run("letter", "open", letter, "--json")) as { text: string };
        texts[direction] = opened.text;
      }
      expect(texts).toEqual({ in: LETTERS.Jun, out: LETTERS.Mei });
    });
  });

  test("of a terminal, a phone takes up the bond, with every letter", async () => {
    const jun = new Phone("Jun");
    const mei = new Phone("Mei");
    const computer = await TerminalHome.make();
    await bondWithTerminal(jun, computer, "Mei", relay.url);
    const page = await confirmKitOf(computer);
    await confirmKit(jun);
    const text = await computer.file("letter.txt", new TextEncoder().encode(LETTERS.Mei));
    await computer.run("letter", "write", text);
    await write(jun, LETTERS.Jun);
    await until("his letter", async () => (await computer.run("letter", "list", "--json")).includes('"in"'));
    await computer.remove();

    await mei.open(relay.url);
    await restore(mei, page);
    await mei.sees("You are back.");
    await mei.touch("Continue");
    await opensAll(mei, "Jun");

    await mei.throwAway();
    await jun.throwAway();
  });
});

async function write(phone: Phone, text: string): Promise<void> {
  await goTo(phone, "Letters");
  await phone.touch("Write");
  await phone.write("Your letter", text);
  await phone.touch("Seal and send");
  await phone.sees("Sealed.");
}

/** Clear all that a site has stored, as the browser's own settings do. */
async function wipe(phone: Phone, origin: string): Promise<void> {
  await phone.page.goto("about:blank");
  const session = await phone.page.createCDPSession();
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await session.detach();
}

async function restore(phone: Phone, page: string): Promise<void> {
  await phone.touch("Come back from paper");
  await phone.set("Words, relay, inbox and peer, as on the page", page);
  await phone.touch("Come back");
}

/** Open both letters: the one that was received, and the one that was written. */
async function opensAll(phone: Phone, peer: string): Promise<void> {
  for (const [which, text] of [
    [`from ${peer}`, LETTERS.Jun],
    ["from you", LETTERS.Mei],
  ] as const) {
    await goTo(phone, "Letters");
    await phone.touch(await until(`the letter ${which}`, () => linkWith(phone, which), 90_000));
    await until(`“${text}”`, async () => {
      if (await phone.offers("Open the letter")) await phone.touch("Open the letter");
      return (await phone.reads()).includes(text);
    });
  }
}

/** The whole name of the letter on the shelf that says this. */
async function linkWith(phone: Phone, words: string): Promise<string | null> {
  const names = await phone.page.$$eval("main a", (all) =>
    all.map((each) => (each.textContent ?? "").replace(/\s+/g, " ").trim()),
  );
  return names.find((name) => name.includes(words)) ?? null;
}
