/** Last letters with three people who have only a browser: the watch is set up, rehearsed by all of them, and armed. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Inbox } from "../client/friends";
import { RelayProcess } from "../relay";
import { CHROMIUM } from "./chromium";
import { compareWords, confirmKit, DIST, goTo, makeBond, touchBell } from "./couple";
import { Phone, photographFailures, until } from "./phone";

describe.skipIf(CHROMIUM === null)("last letters", () => {
  let relay: RelayProcess;
  let inbox: Inbox;
  let mei: Phone;
  let jun: Phone;
  let kim: Phone;

  photographFailures();

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST, "--remind", "json", "--remind-private"] });
    inbox = await Inbox.open();
    [mei, jun, kim] = ["Mei", "Jun", "Kim"].map((name) => new Phone(name)) as [Phone, Phone, Phone];
    await makeBond(mei, jun, relay.url);
    await confirmKit(mei);
    await mei.touch("Continue");
  }, 120_000);

  afterAll(async () => {
    for (const phone of [mei, jun, kim]) await phone?.throwAway();
    inbox?.close();
    await relay?.stop();
  });

  /** Go to the page of the watch, back over as many as lie between, and on to one of its steps. */
  async function step(name: string): Promise<void> {
    await until("the page of the watch", async () => {
      if ((await mei.reads()).includes("Last letters for Jun")) return true;
      for (const way of ["Look", "Back", "You"]) {
        if (await mei.offers(way)) return void (await mei.touch(way));
      }
      return false;
    });
    await mei.touch(name);
  }

  /** A guardian's bell, from the page that offers one, and the words compared. */
  async function appoint(giver: Phone, answerer: Phone): Promise<void> {
    await giver.touch("Give a guardian’s bell");
    await giver.touch("Make the bell");
    await giver.sees("Waiting for them.");
    await answerer.open(await giver.scan());
    await answerer.sees("This bell is for a guardian.");
    await touchBell(answerer);
    await compareWords(giver, answerer);
  }

  test("a watch that was begun is not armed, and says what is missing", async () => {
    await goTo(mei, "You");
    await mei.touch("Look");
    await mei.sees("Letters to Jun that open only if you fall silent.");
    await mei.touch("Begin");

    await mei.sees("Not armed yet.");
    expect(await mei.reads()).toContain("Nobody has been asked yet.");
    await mei.touch("Arm it");
    await mei.sees("Still missing");
    expect(await mei.offers("Arm it")).toBe(false);
  });

  test("a guardian knows what for before the bell is touched, and is asked only then", async () => {
    await step("Guardians");
    await appoint(mei, kim);
    await step("Guardians");
    await mei.touch("Ask Kim");
    await mei.sees("Kim was asked and has not answered.");

    await kim.sees("Mei asks whether you will be a guardian.");
    await kim.touch("Look");
    await kim.sees("Mei writes last letters to Jun. You can read none of them.");
    await kim.touch("Yes, I will");

    await mei.sees("Kim is a guardian.");
    await mei.choose("How many must agree", "1");
    await mei.sees("1 of 1");
  });

  test("a guardian needs a way to the reader, and gets one", async () => {
    await kim.sees("You have no guardian’s pendant with Jun.");

    await appoint(kim, jun);

    await goTo(kim, "You");
    await kim.touch("Whose guardian you are");
    await kim.sees("You hold none yet.");
    await kim.seesNoMore("You have no guardian’s pendant with Jun.");
  });

  test("two ways to be reminded are tested, and the page that stops it goes to paper", async () => {
    await step("Two ways to be reminded");
    for (const name of ["phone", "mail"]) {
      await mei.write("What you call it", name);
      await mei.write("Its address", inbox.address(name));
      await mei.touch("Add and test it");
      await until(`a test by ${name}`, async () => inbox.told.length === (name === "phone" ? 1 : 2));
      await mei.sees("A test was sent, and its service accepted it.");
    }

    await step("The page that stops it");
    await mei.touch("Show the page");
    await mei.sees("How to stop the watch of Mei");
    expect(await mei.list(".paper ol li")).toHaveLength(12);
    await mei.touch("I have it on paper");
    await mei.sees("On paper, and nowhere else.");
  });

  test("everyone rehearses, and sees that it is a rehearsal", async () => {
    await step("The rehearsal");
    await mei.touch("Begin the rehearsal");

    await kim.sees("Mei asks whether you will be a guardian.");
    await goTo(kim, "You");
    await kim.touch("Look");
    await kim.sees("This is a rehearsal. Nobody is missing.");
    await kim.touch("Yes, I will");
    await kim.sees("Mei is told.");

    await until("the guardian to be asked", async () => {
      if (await mei.offers("See how far it is")) await mei.touch("See how far it is");
      return (await kim.reads()).includes("Have you heard from Mei?");
    });
    await kim.touch("No");
    await kim.sees("Your answer is with the relay.");
    await until("the share to be free", async () => await kim.offers("Give your share to Jun"));
    await kim.touch("Give your share to Jun");
    await kim.touch((await kim.offers("Yes, give it")) ? "Yes, give it" : "Give it all the same");
    await kim.sees("Your share is given to Jun.");

    await jun.sees("Rehearsal. Mei has left something for you.");
    await jun.touch("Look");
    await jun.sees("Kim has given their share.");
    await jun.touch("Open it");
    await jun.touch("Yes, open it");
    await jun.sees("Mei is told that it worked for you.");

    await until("the end of the rehearsal", async () => {
      if (await mei.offers("See how far it is")) await mei.touch("See how far it is");
      return (await mei.reads()).includes("The rehearsal is done.");
    });
  });

  test("then it is armed, a last letter is sealed, and its reader has it closed", async () => {
    await step("Arm it");
    await mei.touch("Arm it");
    await mei.sees("Your watch for Jun is armed.");

    await mei.touch("Write a last letter");
    await mei.sees("It opens for Jun once you have been silent and guardians help.");
    await mei.write("Title", "When you read this");
    await mei.write("Your letter", "The key of the shed is under the third stone.");
    await mei.sees("has said so, and Kim must help.");
    await mei.touch("Seal it");
    await mei.sees("Jun has it soon, closed.");

    await goTo(jun, "Letters");
    await jun.sees("Opens if silence comes");
    await jun.touch("A last letter");
    await jun.sees("You need do nothing.");
    await kim.sees("You hold it since");
    for (const phone of [mei, jun, kim]) expect(phone.complaints).toEqual([]);
  });
});
