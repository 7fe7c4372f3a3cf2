/** A phone without a network: the app starts, letters open and are written, and what was done goes out once. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RelayProcess, TerminalHome } from "../relay";
import { CHROMIUM } from "./chromium";
import { bondWithTerminal, confirmKit, DIST, goTo } from "./couple";
import { Phone, photographFailures, until } from "./phone";

const READ = "Look down.";
const PENDANT = "The pendant of you and Jun. Press and hold to ring.";

describe.skipIf(CHROMIUM === null)("without a network", () => {
  let relay: RelayProcess;
  let mei: Phone;
  let jun: TerminalHome;
  let unread: string;

  photographFailures();

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST] });
    mei = new Phone("Mei");
    jun = await TerminalHome.make();
    await bondWithTerminal(mei, jun, "Jun", relay.url);
    await confirmKit(mei);
    // Two letters for one moment: whoever opens one of them knows the round of the other.
    const opens = new Date(Date.now() + 10_000).toISOString().slice(0, 19);
    for (const text of [READ, "Look up."]) {
      const letter = await jun.file("letter.txt", new TextEncoder().encode(text));
      await jun.run("letter", "write", letter, "--opens", opens, "--zone", "Etc/UTC");
    }
    await goTo(mei, "Letters");
    await until("both letters", async () => (await mei.list("a.ready")).length === 2);
    await mei.touch("from Jun");
    await mei.touch("Open the letter");
    await mei.sees(/Look (down|up)\./);
    unread = (await mei.reads()).includes(READ) ? "Look up." : READ;
    await mei.page.evaluate(async () => {
      const workers = navigator.serviceWorker;
      await workers.ready;
      if (workers.controller) return;
      await new Promise((resolve) => workers.addEventListener("controllerchange", resolve, { once: true }));
    });
  });

  afterAll(async () => {
    await mei.throwAway();
    await jun.remove();
    await relay.stop();
  });

  test("the app starts by itself, and says that it is offline", async () => {
    await mei.off();
    await relay.goAway();

    await mei.open(relay.url);

    await mei.sees("Offline");
    await mei.sees("A letter from Jun opens now.");
  });

  test("a letter opens whose moment was known", async () => {
    await mei.touch("Read it");
    await mei.touch("Open the letter");

    await mei.sees(unread);
    await mei.sees("Signed by Jun.");
  });

  test("a ring and a letter are safe, and say that they go later", async () => {
    await goTo(mei, "Pendant");
    const release = await mei.press(PENDANT);
    await mei.sees("Let go, and press again for a rhythm");
    await release();
    await mei.sees("You are offline. It goes out by itself.");

    await goTo(mei, "Letters");
    await mei.touch("Write");
    await mei.write("Your letter", "I am under a mountain.");
    await mei.touch("Seal and send");
    await mei.sees("It is safe on this phone, and goes out by itself.");
    await mei.touch("To the letters");
    await mei.sees("Sealed and safe here. It goes out by itself.");

    await mei.off();
    await mei.open(relay.url);
    await goTo(mei, "Letters");
    await mei.sees("Sealed and safe here. It goes out by itself.");
  });

  test("back in the network each goes out once, however often the phone starts", async () => {
    const listening = jun.start("listen", "--json");
    await relay.comeBack();

    await mei.seesNoMore("It goes out by itself.");
    await mei.off();
    await mei.open(relay.url);
    await goTo(mei, "Pendant");
    await until("a network", async () => !(await mei.reads()).includes("Offline"));
    for (let count = 0; count < 2; count++) {
      const release = await mei.press(PENDANT);
      await mei.sees("Let go, and press again for a rhythm");
      await release();
      await mei.sees("It rings there.");
      await mei.sees("Press and hold to ring");
    }

    const heard: string[] = [];
    while (heard.filter((kind) => kind === "ring").length < 3) {
      const { event } = JSON.parse(await listening.line()) as { event: string };
      heard.push(event);
    }
    listening.end();
    const { letters } = JSON.parse(await jun.run("letter", "list", "--json")) as {
      letters: { letter: string; direction: string }[];
    };
    const came = letters.filter(({ direction }) => direction === "in");
    expect(heard.filter((kind) => kind === "letter")).toHaveLength(1);
    expect(came).toHaveLength(1);
    const opened = JSON.parse(await jun.run("letter", "open", came[0]!.letter, "--json")) as { text: string };
    expect(opened.text).toBe("I am under a mountain.");
    const after = jun.start("listen", "--json", "--for", "1");
    expect(await after.output()).toBe("");
  });
});
