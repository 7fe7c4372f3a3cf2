/** A real Chromium, without a window and without calls home. */

import { existsSync } from "node:fs";
import { type Browser, launch } from "puppeteer-core";

const PATHS = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"];

/** Where it is, or null: then a story says that it was skipped. */
export const CHROMIUM = PATHS.find((path) => path !== undefined && existsSync(path)) ?? null;

export async function chromium(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error("There is no Chromium here.");
  return launch({
    executablePath: CHROMIUM,
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
