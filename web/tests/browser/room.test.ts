/** The room of two phones, and what is left of it: nothing, wherever one looks (O14). */

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RelayProcess } from "../relay";
import { CHROMIUM } from "./chromium";
import { DIST, goTo, makeBond } from "./couple";
import { Phone, photographFailures, until } from "./phone";

const THINK = "Think something";
const HAND = "Hold hands: press and hold";
/** What is said in the room, in parts that are found nowhere else. */
const MEIS = "the heron stood in canary41 reeds";
const JUNS = "a lantern over canary59 water";
const CANARIES = ["canary41", "canary59"];
const PLANTED = "planted73canary";

describe.skipIf(CHROMIUM === null)("in the room", () => {
  let relay: RelayProcess;
  let mei: Phone;
  let jun: Phone;

  photographFailures();

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST] });
    mei = new Phone("Mei");
    jun = new Phone("Jun");
    await makeBond(mei, jun, relay.url);
  });

  afterAll(async () => {
    await mei.throwAway();
    await jun.throwAway();
    await relay.stop();
  });

  test("one knocks, the other one enters, and both know who came first", async () => {
    await goTo(jun, "Pendant");
    await goTo(mei, "Room");
    await mei.touch("Knock");
    await mei.sees("You are here. Jun is not yet.");

    await jun.sees("Mei is at the door of the room.");
    await jun.touch("Enter");
    await jun.touch("Go in");

    await jun.sees("Mei was here first.");
    await mei.sees("You were here first.");
  });

  test("words appear as they are thought, both ways", async () => {
    await mei.write(THINK, MEIS.slice(0, 20));
    await jun.sees(MEIS.slice(0, 20));
    await mei.page.keyboard.type(MEIS.slice(20));
    await jun.sees(MEIS);
    await mei.page.keyboard.press("Enter");
    expect(await mei.list("textarea")).toEqual([""]);

    await jun.write(THINK, JUNS);
    await jun.page.keyboard.press("Enter");
    await mei.sees(`Jun: ${JUNS}`);
    expect(await jun.list('[role="log"] p:last-child')).toEqual([JUNS]);
  });

  test("and fade as others come", async () => {
    const clear = async (): Promise<number> =>
      await jun.page.evaluate(
        (said) => {
          const thoughts = [...document.querySelectorAll<HTMLElement>('[role="log"] p')];
          const thought = thoughts.find((each) => each.innerText.includes(said));
          return thought ? Number(thought.style.opacity) : 0;
        },
        MEIS.slice(0, 9),
      );
    const before = await clear();

    for (const [at, word] of ["one", "two", "three", "four", "five", "six"].entries()) {
      await mei.write(THINK, word);
      await mei.page.keyboard.press("Enter");
      await jun.sees(word);
      if (at === 1) expect(await clear()).toBeLessThan(before);
    }

    await jun.seesNoMore(MEIS);
    expect(await jun.list('[role="log"] p')).toHaveLength(7);
  });

  test("two hands meet while both are held out", async () => {
    const meis = await mei.press(HAND);
    await mei.sees("Your hand is out.");
    await jun.sees("Mei holds out a hand.");

    const juns = await jun.press(HAND);
    for (const phone of [mei, jun]) await phone.sees("You hold hands.");

    await meis();
    await jun.sees("Your hand is out.");
    await juns();
    await mei.seesNoMore("holds out a hand.");
  });

  test("who leaves leaves the other one alone", async () => {
    await mei.touch("Leave");
    await mei.sees("You have left. Nothing was kept.");
    await jun.sees("Mei has left.");
    await jun.touch("Leave");
    await jun.sees("You have left. Nothing was kept.");
  });

  test("and nothing of it is kept in either memory", async () => {
    for (const phone of [mei, jun]) {
      const memories = await memoriesOf(phone);

      // What is there is found: in the page and in its worker, each planted a moment ago.
      for (const memory of memories) expect(memory.includes(PLANTED)).toBe(true);
      for (const memory of memories) expect(held(memory)).toEqual([]);
    }
  });

  test("nor in anything that a browser stores, nor at the relay", async () => {
    for (const phone of [mei, jun]) {
      await phone.page.evaluate(plant, PLANTED);
      const stores = await phone.page.evaluate(stored);

      for (const [name, text] of Object.entries(stores)) {
        expect([name, text.includes(PLANTED)]).toEqual([name, true]);
        expect([name, held(text)]).toEqual([name, []]);
      }

      await phone.off();
      const disk = textOf(phone.profile);
      expect(disk.includes(PLANTED)).toBe(true);
      expect(held(disk)).toEqual([]);
    }
    writeFileSync(join(relay.folder, "planted"), PLANTED);
    const kept = textOf(relay.folder);
    expect(kept.includes(PLANTED)).toBe(true);
    expect(held(kept)).toEqual([]);
  });
});

function held(text: string): string[] {
  return CANARIES.filter((canary) => text.includes(canary));
}

/** The heaps of a page and of the worker behind it, each with something planted in it. */
async function memoriesOf(phone: Phone): Promise<string[]> {
  const worker = await until("the worker", async () => phone.page.workers()[0]);
  // Put together there, so that it lies in no source.
  const halves = [PLANTED.slice(0, 7), PLANTED.slice(7)];
  const keep = (parts: string[]): void =>
    void Object.assign(globalThis, { planted: JSON.parse(`"${parts.join("")}"`) });
  await phone.page.evaluate(keep, halves);
  await worker.evaluate(keep, halves);
  return [await heapOf(await phone.page.createCDPSession()), await heapOf(worker.client)];
}

async function heapOf(session: CDPSession): Promise<string> {
  const chunks: string[] = [];
  const take = ({ chunk }: { chunk: string }): void => void chunks.push(chunk);
  session.on("HeapProfiler.addHeapSnapshotChunk", take);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  session.off("HeapProfiler.addHeapSnapshotChunk", take);
  return chunks.join("");
}

/** Runs in the page: put something into every store that there is. */
async function plant(what: string): Promise<void> {
  localStorage.setItem("planted", what);
  sessionStorage.setItem("planted", what);
  await (await caches.open("planted")).put("/planted", new Response(what));
  const folder = await navigator.storage.getDirectory();
  const writable = await (await folder.getFileHandle("planted", { create: true })).createWritable();
  await writable.write(what);
  await writable.close();
  await new Promise<void>((resolve, reject) => {
    const opening = indexedDB.open("planted", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("planted").put({ what }, "planted");
    opening.onsuccess = () => (opening.result.close(), resolve());
    opening.onerror = () => reject(opening.error as Error);
  });
}

/** Runs in the page: everything that it could find again after a new start. */
async function stored(): Promise<Record<string, string>> {
  const decode = (data: ArrayBuffer | ArrayBufferView): string => new TextDecoder("latin1").decode(data);
  const files = async (folder: FileSystemDirectoryHandle): Promise<string> => {
    let text = "";
    for await (const [name, handle] of folder.entries()) {
      text += name;
      if (handle instanceof FileSystemDirectoryHandle) text += await files(handle);
      else text += decode(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer());
    }
    return text;
  };
  const whole = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) =>
      each instanceof ArrayBuffer || ArrayBuffer.isView(each) ? decode(each) : each,
    ) ?? "";
  const answered = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error as Error);
    });
  let rows = "";
  for (const { name } of await indexedDB.databases()) {
    const database = await answered(indexedDB.open(name ?? ""));
    for (const store of database.objectStoreNames) {
      rows += name + store;
      const objects = database.transaction(store).objectStore(store);
      rows +=
        whole(await answered(objects.getAllKeys())) +
        whole(await answered(database.transaction(store).objectStore(store).getAll()));
    }
    database.close();
  }
  let kept = "";
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys())
      kept += request.url + (await (await cache.match(request))?.text());
  }
  return {
    IndexedDB: rows,
    OPFS: await files(await navigator.storage.getDirectory()),
    localStorage: JSON.stringify(localStorage),
    sessionStorage: JSON.stringify(sessionStorage),
    caches: kept,
  };
}

/** All bytes of a folder, as they are and with every second one left out, for texts of two bytes a letter. */
function textOf(folder: string): string {
  let text = "";
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf-8" })) {
    const path = join(folder, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
    const data = readFileSync(path).toString("latin1");
    text += name + data + data.replaceAll("\0", "");
  }
  return text;
}
