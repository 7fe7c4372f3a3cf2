/** Real browsers, without a window and without calls home. */

import { existsSync } from "node:fs";
import { type Browser, launch } from "puppeteer-core";

const CHROMIUMS = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"];
const FIREFOXES = [process.env["FIREFOX"], "/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** Where they are, or null: then a story says that it was skipped. */
export const CHROMIUM = there(CHROMIUMS);
export const FIREFOX = there(FIREFOXES);

export interface Kept {
  /** The folder of a profile that outlives the browser; without it there is none. */
  readonly profile?: string;
  /** Where files go that are saved. */
  readonly saves?: string;
}

export async function chromium({ profile, saves }: Kept = {}): Promise<Browser> {
  if (CHROMIUM === null) throw new Error("There is no Chromium here.");
  return launch({
    executablePath: CHROMIUM,
    ...(profile ? { userDataDir: profile } : {}),
    ...(saves ? { downloadBehavior: { policy: "allow", downloadPath: saves } } : {}),
    protocolTimeout: 120_000,
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** Firefox, spoken to in WebDriver BiDi, as it has no other language left. */
export async function firefox({ profile, saves }: Kept = {}): Promise<Browser> {
  if (FIREFOX === null) throw new Error("There is no Firefox here.");
  return launch({
    browser: "firefox",
    executablePath: FIREFOX,
    headless: true,
    ...(profile ? { userDataDir: profile } : {}),
    protocolTimeout: 120_000,
    extraPrefsFirefox: {
      "browser.download.folderList": 2,
      "browser.download.dir": saves ?? "",
      "browser.download.useDownloadDir": true,
      "browser.download.always_ask_before_handling_new_types": false,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
    },
  });
}

function there(paths: readonly (string | undefined)[]): string | null {
  return paths.find((path) => path !== undefined && existsSync(path)) ?? null;
}
