/**
 * What stands between the app and the network: it keeps one whole build, and lets in no byte that the build
 * did not have.
 *
 * A build's hashes are in this file. On install every file is fetched with its hash, and the browser compares; one
 * that differs, and the new build is not taken: the old one goes on, whole. So there is never half a version,
 * and the app starts without a network. The new build waits until the page says `take`, or all pages are closed.
 *
 * It opens no vault and holds no key. A push says only that something came, so its notification does too.
 */

import type { Precached } from "../build/worker";

declare const self: ServiceWorkerGlobalScope;
declare const __APP__: Precached;

const APP = __APP__;
const PREFIX = "twinbell-";
const CACHE = PREFIX + APP.name;
const PAGES = ["/", "/bell"];

self.addEventListener("install", (event) => {
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "take") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = fileOf(event.request);
  if (url !== null) event.respondWith(answer(url));
});

self.addEventListener("push", (event) => {
  event.waitUntil(tell());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(Object.keys(APP.files).map(async (url) => cache.put(url, await fetched(url))));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  );
}

/** The file of this build that a request is for; null for everything else, which goes its own way. */
function fileOf(request: Request): string | null {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return null;
  if (request.mode === "navigate") return PAGES.includes(url.pathname) ? "/" : null;
  return Object.hasOwn(APP.files, url.pathname) ? url.pathname : null;
}

async function answer(url: string): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(url);
  return kept ?? fetched(url);
}

/** From the network, and only as the build has it: `fetch` rejects anything else. */
async function fetched(url: string): Promise<Response> {
  const integrity = APP.files[url]!;
  const response = await fetch(url, { integrity, cache: "no-cache", credentials: "omit", redirect: "error" });
  if (!response.ok) throw new TypeError(`${url}: ${response.status}`);
  return response;
}

/**
 * Neutral on purpose, without our name or sign: it stands on a locked screen, perhaps under the plain name that a
 * person chose for the app, and the relay could not say more.
 */
const SOMETHING: Readonly<Record<string, string>> = {
  en: "Something is here.",
  ja: "何か届いています。",
  zh: "有新的东西到了。",
};

async function tell(): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" });
  if (pages.some((page) => page.visibilityState === "visible")) return; // the page itself tells, and better
  const language = self.navigator.language.slice(0, 2);
  await self.registration.showNotification(SOMETHING[language] ?? SOMETHING["en"]!, {
    tag: "here", // a second one takes the place of the first: how many came is nobody's business
  });
}

async function show(): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" });
  const open = pages[0];
  if (open) await open.focus();
  else await self.clients.openWindow("/");
}
