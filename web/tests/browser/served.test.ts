/** The app as a relay serves it: what its policy stops, how it starts offline, and which bytes it takes (O10, O12, O13). */

import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { integrityOf } from "../../build/files";
import { RelayProcess } from "../relay";
import { CHROMIUM, chromium } from "./chromium";
import { Meddler } from "./meddler";

const DIST = process.env["TWINBELL_WEB_DIST"] ?? join(import.meta.dirname, "..", "..", "dist");
const WORKER = "service-worker.js";

interface Listed {
  readonly path: string;
}

const files = (JSON.parse(readFileSync(join(DIST, "app.json"), "utf-8")) as { files: Listed[] }).files;
const urls = files.map(({ path }) => (path === "index.html" ? "/" : `/${path}`));

describe.skipIf(CHROMIUM === null)("the served app", () => {
  let browser: Browser;
  let relay: RelayProcess;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    relay = await RelayProcess.start({ more: ["--web", DIST] });
    browser = await chromium();
  });

  afterAll(async () => {
    await browser.close();
    await relay.stop();
  });

  beforeEach(async () => {
    context = await browser.createBrowserContext();
    page = await context.newPage();
  });

  afterEach(() => context.close());

  test("a page starts without a complaint from the browser", async () => {
    const said: string[] = [];
    page.on("console", (message) => ["error", "warn"].includes(message.type()) && said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));

    await page.goto(relay.url, { waitUntil: "networkidle0" });

    expect(said).toEqual([]);
    expect(await page.$eval("#app", (element) => element.childElementCount)).toBeGreaterThan(0);
  });

  test("a page may speak to its relay, and to nobody else", async () => {
    await page.goto(relay.url);
    const opens = (url: string) =>
      page.evaluate(
        (address) =>
          new Promise<boolean>((resolve) => {
            const socket = new WebSocket(address);
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
          }),
        url,
      );
    const fetches = (url: string) =>
      page.evaluate(
        (address) =>
          fetch(address, { mode: "no-cors" }).then(
            () => true,
            () => false,
          ),
        url,
      );

    const own = [await opens("/ws"), await fetches("/v1/about")];
    const port = Number(new URL(relay.url).port);
    const other = [
      await opens(`ws://localhost:${port}/ws`),
      await fetches(`http://localhost:${port}/v1/about`),
    ];

    expect(own).toEqual([true, true]);
    expect(other).toEqual([false, false]);
  });

  test("no markup, no text and no address becomes a script", async () => {
    await page.goto(relay.url);

    const ran = await page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve)); // what a debugger starts may eval until its first pause
      const happened: string[] = [];
      const attempt = (name: string, run: () => unknown) => {
        try {
          run();
          happened.push(name);
        } catch {
          // As it should be.
        }
      };
      Object.assign(globalThis, { ran: (name: string) => happened.push(name) });
      const element = document.createElement("div");
      document.body.append(element);
      attempt("innerHTML", () => (element.innerHTML = "<img src=x onerror=ran('onerror')>"));
      attempt("eval", () => (0, eval)("ran('eval')"));
      attempt("Function", () => new Function("ran('Function')")());
      attempt("Worker", () => new Worker("/assets/x.js"));
      attempt("policy", () =>
        (
          globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
        ).trustedTypes.createPolicy("other", {}),
      );
      attempt("onclick", () => element.setAttribute("onclick", "ran('onclick')"));
      element.click();
      const script = document.createElement("script");
      attempt("text", () => (script.textContent = "ran('inline')"));
      attempt("src", () => (script.src = "data:text/javascript,ran('data')"));
      document.body.append(script);
      const frame = document.createElement("iframe");
      attempt("srcdoc", () => (frame.srcdoc = "<script>parent.ran('srcdoc')<\/script>"));
      document.body.append(frame);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return happened;
    });

    expect(ran).toEqual([]);
    expect(await context.cookies()).toEqual([]);
  });

  test("after one visit it starts without a network, also at a bell", async () => {
    await page.goto(relay.url);
    await installed(page);

    await page.setOfflineMode(true);
    for (const path of ["/", "/bell#secret"]) {
      const answer = await page.goto(relay.url + path, { waitUntil: "load" });

      expect(answer?.fromServiceWorker()).toBe(true);
      await page.waitForFunction(() => document.querySelector("#app")!.childElementCount > 0);
    }
  });

  test("one changed byte in any of its files, and no build is taken", async () => {
    const meddler = await Meddler.before(relay.url);
    try {
      await page.goto(`${meddler.url}/v1/about`);
      for (const url of urls) {
        if (url === `/${WORKER}`) continue; // whoever serves the worker itself: see docs/decisions/0092
        meddler.touched = url;
        expect(await settled(page), url).toBe("redundant");
        expect(await kept(page), url).toEqual([]);
      }

      meddler.touched = null;
      expect(await settled(page)).toBe("activated");
      expect((await kept(page)).length).toBe(1);
    } finally {
      await meddler.stop();
    }
  }, 600_000);

  test("a new build with one changed byte leaves the old one in place, whole", async () => {
    const newer = mkdtempSync(join(tmpdir(), "twinbell-newer-"));
    anotherBuild(newer);
    const second = await RelayProcess.start({ more: ["--web", newer] });
    const meddler = await Meddler.before(relay.url);
    try {
      await page.goto(meddler.url);
      await installed(page);
      const before = await kept(page);

      meddler.behind = second.url;
      meddler.touched = "/";
      expect(await updated(page)).toBe("redundant");
      expect(await kept(page)).toEqual(before);
      expect(await startPage(page)).not.toContain("another build");

      meddler.touched = null;
      expect(await updated(page)).toBe("installed");
      expect(await startPage(page)).not.toContain("another build");
      await page.evaluate(async () => {
        const taken = new Promise((resolve) =>
          navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }),
        );
        (await navigator.serviceWorker.ready).waiting!.postMessage("take");
        await taken;
      });
      expect(await startPage(page)).toContain("another build");
      await page.waitForFunction(async () => (await caches.keys()).length === 1);
      expect(await kept(page)).not.toEqual(before);
    } finally {
      await meddler.stop();
      await second.stop();
      rmSync(newer, { recursive: true });
    }
  });

  test("a push becomes one constant line, and several stay one", async () => {
    await context.setPermission(relay.url, { permission: { name: "notifications" }, state: "granted" });
    await page.goto(relay.url);
    await installed(page);
    const session = await page.createCDPSession();
    const registration = new Promise<string>((resolve) =>
      session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
        if (registrations[0]) resolve(registrations[0].registrationId);
      }),
    );
    await session.send("ServiceWorker.enable");
    const registrationId = await registration;
    // The page that is looked at tells by itself; so it looks away.
    await page.goto("about:blank");
    const told = await context.newPage();

    for (const data of ["", "Mei wrote to you"]) {
      await session.send("ServiceWorker.deliverPushMessage", { origin: relay.url, registrationId, data });
    }

    await told.goto(`${relay.url}/v1/about`);
    const shown = await told.waitForFunction(async () => {
      const all = await (await navigator.serviceWorker.ready).getNotifications();
      return all.length ? all.map(({ title, body, tag }) => ({ title, body, tag })) : null;
    });
    expect(await shown.jsonValue()).toEqual([{ title: "Something is here.", body: "", tag: "here" }]);
  });
});

/** Register the worker anew, and say what became of it. */
function settled(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const old = await navigator.serviceWorker.getRegistration("/");
    await old?.unregister();
    const policy = (
      globalThis as unknown as {
        trustedTypes?: {
          createPolicy(name: string, rules: object): { createScriptURL(url: string): string };
        };
      }
    ).trustedTypes?.createPolicy("twinbell", { createScriptURL: (url: string) => url });
    const address = policy?.createScriptURL("/service-worker.js") ?? "/service-worker.js";
    const registration = await navigator.serviceWorker.register(address, { updateViaCache: "none" });
    const worker = registration.installing ?? registration.waiting ?? registration.active!;
    return new Promise<string>((resolve) => {
      const look = () => {
        if (worker.state === "redundant" || worker.state === "activated") resolve(worker.state);
      };
      worker.addEventListener("statechange", look);
      look();
    });
  });
}

function installed(page: Page): Promise<void> {
  return page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const workers = navigator.serviceWorker;
    if (!workers.controller) {
      await new Promise((resolve) => workers.addEventListener("controllerchange", resolve, { once: true }));
    }
  });
}

/** Ask for a new build, and say how far its worker came. */
function updated(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise<ServiceWorker>((resolve) =>
      registration.addEventListener("updatefound", () => resolve(registration.installing!), { once: true }),
    );
    // Chromium rejects when the new worker fails to install; what became of it is asked of itself.
    registration.update().catch(() => undefined);
    const worker = await found;
    return new Promise<string>((resolve) => {
      const look = () => {
        if (["redundant", "installed", "activated"].includes(worker.state)) resolve(worker.state);
      };
      worker.addEventListener("statechange", look);
      look();
    });
  });
}

function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("twinbell-")));
}

function startPage(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const controller = navigator.serviceWorker.controller!;
    void controller;
    return names.length ? (await fetch("/")).text() : "";
  });
}

/** Write a build that differs in its index, with a worker and a list that say so. */
function anotherBuild(folder: string): void {
  cpSync(DIST, folder, { recursive: true });
  const index = join(folder, "index.html");
  const before = readFileSync(index);
  const after = Buffer.concat([before, Buffer.from("<!-- another build -->\n")]);
  writeFileSync(index, after);
  for (const ending of [".br", ".gz"]) {
    rmSync(index + ending, { force: true });
    rmSync(join(folder, WORKER + ending), { force: true });
    rmSync(join(folder, "app.json" + ending), { force: true });
  }
  const worker = join(folder, WORKER);
  const source = readFileSync(worker, "utf-8").replaceAll(integrityOf(before), integrityOf(after));
  writeFileSync(worker, source.replace(/(name:\W)[0-9a-f]{16}/, "$1" + "0".repeat(16)));
  const list = JSON.parse(readFileSync(join(folder, "app.json"), "utf-8")) as {
    files: { path: string; sha256: string; bytes: number }[];
  };
  for (const file of list.files) {
    const data = readFileSync(join(folder, file.path));
    file.sha256 = createHash("sha256").update(data).digest("hex");
    file.bytes = data.length;
  }
  writeFileSync(join(folder, "app.json"), JSON.stringify(list));
}
