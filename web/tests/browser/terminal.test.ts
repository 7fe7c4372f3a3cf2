/** One with a phone, one with a terminal: everything that two phones can do, in both directions. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RelayProcess, TerminalHome } from "../relay";
import { CHROMIUM } from "./chromium";
import { bondWithTerminal, confirmKit, DIST, giveBell, goTo, told } from "./couple";
import { Phone, photographFailures, until } from "./phone";
import { halves, PLACE, takePhoto } from "./photo";

const SIX = 'ol[aria-label="The six words"] li';
const word = (text: string): string => text.replace(/^\d+/, "");

describe.skipIf(CHROMIUM === null)("a phone and a terminal are a pair:", () => {
  let relay: RelayProcess;
  let mei: Phone;
  let jun: TerminalHome;

  photographFailures();

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST] });
    mei = new Phone("Mei");
    jun = await TerminalHome.make();
  });

  afterAll(async () => {
    await mei.throwAway();
    await jun.remove();
    await relay.stop();
  });

  test("a bell given in the terminal is answered on the phone", async () => {
    const { words } = await bondWithTerminal(mei, jun, "Jun", relay.url);

    await mei.touch("Compare the words");
    await mei.sees("Jun reads");
    expect((await mei.list(SIX)).map(word)).toEqual(words);
    await mei.touch("All six are the same");
    await jun.run("bond", "verify", "--yes");
    await mei.sees("Jun has too. Nobody stands between you.");
  });

  test("a bell given on the phone is answered in a terminal", async () => {
    const other = await TerminalHome.make();
    const ada = new Phone("Ada");

    const link = await giveBell(ada, relay.url);
    const { words, peer } = JSON.parse(
      await other.run("bell", "answer", link, "--name", "Ben", "--no-passphrase", "--json"),
    ) as { words: string[]; peer: string };

    await ada.sees("The bond is made.");
    await ada.touch("Compare the words");
    await ada.sees("Ben reads");
    expect(peer).toBe("Ada");
    expect((await ada.list(SIX)).map(word)).toEqual(words);
    await ada.throwAway();
    await other.remove();
  });

  test("a ring goes both ways, and arrives as it was given", async () => {
    await goTo(mei, "Pendant");
    const listening = jun.start("listen", "--json");

    const release = await mei.press("The pendant of you and Jun. Press and hold to ring.");
    await mei.sees("Let go, and press again for a rhythm");
    await release();
    const ring = await told(listening, "ring");
    listening.end();
    await mei.sees("It rings there.");
    expect(ring).toMatchObject({ peer: "Mei", sound: true });
    expect(ring["pattern"]).toHaveLength(1);

    const rung = jun.start("ring", "--pattern", "knock");
    await mei.sees("Jun rings.");
    await rung.output();
  });

  test("a letter with a photo goes to the terminal, where its place is not known", async () => {
    await confirmKit(mei);
    const photo = await jun.file("IMG_0417.jpg", await takePhoto(mei.page));

    await mei.touch("Continue");
    await mei.touch("Write");
    await mei.write("Title", "夏の海");
    await mei.write("Your letter", "Dear Jun,\n\nlook.");
    await mei.attach("Photos", photo);
    await mei.sees("IMG_0417.jpg");
    await mei.touch("Seal and send");
    await mei.sees("Sealed.");

    const listening = jun.start("listen", "--json");
    const { letter } = await told(listening, "letter");
    listening.end();
    const opened = JSON.parse(
      await jun.run("letter", "open", String(letter), "--into", jun.path("files"), "--json"),
    ) as { subject: string; text: string; attachments: { name: string }[] };
    expect(opened).toMatchObject({ subject: "夏の海", text: "Dear Jun,\n\nlook." });
    expect(opened.attachments.map(({ name }) => name)).toEqual(["IMG_0417.jpg"]);
    const bytes = await jun.read("files/IMG_0417.jpg");
    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect(bytes.includes("Exif") || bytes.includes(PLACE)).toBe(false);
  });

  test("a letter with a photo comes from the terminal, waits, and opens on its time", async () => {
    await jun.file("letter.txt", new TextEncoder().encode("Guten Abend,\n\n<i>es</i> ist spät."));
    await goTo(mei, "Letters");

    const options = ["--subject", "Abend", "--opens", "in 12s", "--attach", jun.path("IMG_0417.jpg")];
    await jun.run("letter", "write", jun.path("letter.txt"), ...options);
    await mei.touch("Today");
    await mei.sees(/It opens in \d+ seconds?, at /);
    expect(await mei.reads()).not.toMatch(/Abend|IMG/);

    await mei.sees("It is its day. It can be opened.");
    await mei.touch("Open the letter");
    await mei.sees("Signed by Jun.");
    expect(await mei.list("h1")).toEqual(["Abend"]);
    expect(await mei.list("article p")).toEqual(["Guten Abend,", "<i>es</i> ist spät."]);
    await until("the picture", async () => (await halves(mei.page)).join(" ") === "red blue");
  });

  test("they meet in the room", async () => {
    await goTo(mei, "Pendant");
    const there = jun.start("room", "--json");
    await told(there, "knocked");

    await mei.sees("Jun is at the door of the room.");
    await mei.touch("Enter");
    await mei.touch("Go in");
    await mei.sees("Jun was here first.");
    expect(await told(there, "together")).toMatchObject({ first: true });

    await mei.write("Think something", "窓をあけて");
    await mei.page.keyboard.press("Enter");
    expect(await thought(there)).toBe("窓をあけて");
    there.say('{"think": "It is <b>open</b>", "done": true}\n{"hand": true}\n');
    await mei.sees("It is <b>open</b>");
    await mei.sees("Jun holds out a hand.");
    const release = await mei.press("Hold hands: press and hold");
    await mei.sees("You hold hands.");
    expect(await told(there, "held")).toMatchObject({ held: true });
    await release();

    await mei.touch("Leave");
    expect(await told(there, "gone")).toMatchObject({ left: true });
    there.end();
  });
});

/** The next thought that is whole. */
async function thought(there: ReturnType<TerminalHome["start"]>): Promise<unknown> {
  for (;;) {
    const { text, done } = await told(there, "thought");
    if (done) return text;
  }
}
