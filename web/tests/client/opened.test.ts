/** Opening ahead: a short letter is unsealed from its moment on, in memory, while a person looks at its seal. */

import { rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Opened } from "../../src/client/api";
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
  const { words } = await ada.api.kit(bond);
  await ada.api.confirmKit(bond, new Map([3, 4, 5].map((at) => [at, words[at] ?? ""])));
});

afterAll(async () => {
  await Promise.all([ada, ben].map((page) => page.api.awake(false)));
  await relay.stop();
  await Promise.all(browsers.map((browser) => browser.remove()));
});

/** Send a letter that opens at once, with a file of so many bytes; resolves once it came. */
async function arrived(bytes: number): Promise<string> {
  const files = [new File([new Uint8Array(bytes)], "a.bin")];
  const letter = { subject: "Now", text: "Dear one", files, wish: null, years: 1, hold: "balance" } as const;
  const [id = ""] = await ada.api.writeLetter({ bond, ...letter });
  await ben.until("letters", (event) => event.arrived === true && event.letter === id);
  return id;
}

/** Open a letter while its file is away, and put it back. */
async function openWithoutFile(id: string): Promise<Opened> {
  const file = join(browsers[1]!.folder, `${id}.age`);
  await rename(file, `${file}.away`);
  try {
    return await ben.api.openLetter(id);
  } finally {
    await rename(`${file}.away`, file);
  }
}

test("a short letter that was looked at needs its file no more, once; a long one does", async () => {
  const long = await arrived(300_000);
  const short = await arrived(10);

  const opened = await vi.waitFor(
    async () => {
      await ben.api.letters(bond);
      return await openWithoutFile(short);
    },
    { timeout: 20_000 },
  );

  expect(opened).toMatchObject({ text: "Dear one", files: [{ name: "a.bin", bytes: 10 }] });
  await expect(openWithoutFile(short)).rejects.toMatchObject({ name: "NotFound" });
  await expect(openWithoutFile(long)).rejects.toMatchObject({ name: "NotFound" });
  expect(await ben.api.openLetter(long)).toMatchObject({ files: [{ bytes: 300_000 }] });
});
