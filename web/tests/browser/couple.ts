/** What two people do together before a story begins: the bond, the words, the paper. */

import { join } from "node:path";
import type { Running, TerminalHome } from "../relay";
import { type Phone, until } from "./phone";

/** The app as it was built; `TWINBELL_WEB_DIST` names another build. */
export const DIST = process.env["TWINBELL_WEB_DIST"] ?? join(import.meta.dirname, "..", "..", "dist");

const NAME = "Your name, as they call you";

/** Give a bell as a link, and return what the code on the screen says. */
export async function giveBell(phone: Phone, url: string): Promise<string> {
  await phone.open(url);
  await phone.touch("Give a bell");
  await phone.write(NAME, phone.name);
  await phone.touch("Make the bell");
  await phone.sees("Waiting for them.");
  return await phone.scan();
}

/** Follow a link, and touch the bell behind it. */
export async function answerBell(phone: Phone, link: string): Promise<void> {
  await phone.open(link);
  await touchBell(phone);
}

/** Say who one is, and touch the bell that a link has led to. */
export async function touchBell(phone: Phone): Promise<void> {
  await phone.write(NAME, phone.name);
  await phone.touch("Touch the bell");
}

/** Give a bell to be spoken, and return what is to be said. */
export async function sayBell(phone: Phone, url: string): Promise<string> {
  await phone.open(url);
  await phone.touch("Give a bell");
  await phone.write(NAME, phone.name);
  await phone.touch("Spoken words");
  await phone.touch("Make the bell");
  await phone.sees("Say this to them. It is worth one guess.");
  return (await phone.list("ol.spoken li")).join(" ");
}

/** Type what was said, and answer. */
export async function answerWords(phone: Phone, url: string, said: string): Promise<void> {
  await phone.open(url);
  await phone.touch("Answer a bell");
  await phone.write("What they told you, or the link", said);
  await phone.write(NAME, phone.name);
  await phone.touch("Answer");
}

/** Two phones become a pair. */
export async function makeBond(giver: Phone, answerer: Phone, url: string): Promise<void> {
  await answerBell(answerer, await giveBell(giver, url));
  await compareWords(giver, answerer);
}

/** Two who have just made a bond compare the words, one after the other. */
export async function compareWords(giver: Phone, answerer: Phone): Promise<void> {
  for (const phone of [giver, answerer]) {
    await phone.sees("The bond is made.");
    await phone.touch("Compare the words");
    await phone.sees("You read");
  }
  await giver.touch("All six are the same");
  await answerer.sees(`${giver.name} has compared the words with you.`);
  await answerer.touch("All six are the same");
  for (const phone of [giver, answerer]) await phone.sees("Nobody stands between you.");
}

/** Take the kit to paper, and show that it is there. Returns the page. */
export async function confirmKit(phone: Phone): Promise<string> {
  await goTo(phone, "You");
  await phone.touch("Show the kit");
  await phone.touch("Show the words");
  await phone.sees("I have it on paper");
  await phone.touch("Save as a file");
  const page = (await phone.saved("twinbell-kit.txt")).toString();
  const words = await phone.list("section.page ol li");
  await phone.touch("I have it on paper");
  await phone.sees("Type three of the words, from the paper.");
  for (const label of await phone.list("label.word-field")) {
    await phone.write(label, words[Number(label.slice("Word ".length)) - 1] ?? "");
  }
  await phone.touch("Check");
  await phone.sees("The kit is right.");
  return page;
}

/** Go to one of the pages at the foot, back over as many as lie between. */
export async function goTo(phone: Phone, page: "Pendant" | "Letters" | "Room" | "You"): Promise<void> {
  await until(`the way to ${page}`, async () => {
    if (await phone.offers(page)) return true;
    for (const way of ["Back", "To the letters", "Continue"]) {
      if (await phone.offers(way)) return void (await phone.touch(way));
    }
    return false;
  });
  await phone.touch(page);
}

/** A phone and a terminal become a pair, by a bell that was given in the terminal. */
export async function bondWithTerminal(
  phone: Phone,
  terminal: TerminalHome,
  name: string,
  url: string,
): Promise<{ words: string[] }> {
  const options = ["--relay", url, "--link", "--name", name, "--no-passphrase", "--json"];
  const giving = terminal.start("bell", "give", ...options);
  const { link } = JSON.parse(await giving.line()) as { link: string };
  await answerBell(phone, link);
  await phone.sees("The bond is made.");
  return JSON.parse(await giving.output()) as { words: string[] };
}

/** The kit of a terminal: its page, now on paper alone. */
export async function confirmKitOf(terminal: TerminalHome): Promise<string> {
  const shown = JSON.parse(await terminal.run("kit", "show", "--json")) as { page: string[] };
  const page = shown.page.join("\n");
  const confirming = terminal.start("kit", "confirm", "--json");
  const words = [...page.matchAll(/\d+ ([a-z]+)/g)].map(([, word]) => word);
  confirming.say(words.slice(0, 24).join(" "));
  await confirming.output();
  return page;
}

/** The next event of a kind that a terminal tells. */
export async function told(running: Running, kind: string): Promise<Record<string, unknown>> {
  for (;;) {
    const event = JSON.parse(await running.line()) as Record<string, unknown>;
    if (event["event"] === kind) return event;
  }
}
