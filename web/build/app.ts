/**
 * What follows once Vite has written the app: hashes in index.html, the service worker that knows all of them,
 * the list `app.json`, a signature over it if there is a key, and everything packed for the way.
 *
 * Two builds of one source give the same bytes: nothing here reads a clock, draws a number or leaves the order of
 * files to a disk. `docs/spec/web.md` is the law of the list.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin, ResolvedConfig } from "vite";
import { filesIn, integrityOf, type AppFile } from "./files.ts";
import { writeLicenses } from "./licenses.ts";
import { pack } from "./pack.ts";
import { buildServiceWorker } from "./worker.ts";

const INDEX = "index.html";
const LIST = "app.json";
const SIGNATURE = "app.json.sig";
const NAMESPACE = "app@twinbell";
const KEY_VARIABLE = "TWINBELL_RELEASE_KEY";

/** First words of a path that are the relay's own. */
const RESERVED = ["v1", "v2", "ws", "info", "health", "healthz", "public", "chains", "metrics", "bell"];

export function app(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "twinbell-app",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    // Only after everything was written, and not at all after a build that failed.
    writeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        if (config.build.watch) return;
        const folder = resolve(config.root, config.build.outDir);
        addIntegrity(folder);
        writeLicenses(config.root, folder);
        await buildServiceWorker(config, folder, filesIn(folder));
        const files = filesIn(folder);
        refuseReserved(files);
        writeList(folder, files, version(config.root));
        config.logger.warn(sign(folder));
        pack(folder);
      },
    },
  };
}

/** Name the hash of each script and style that the index asks for, so that a browser refuses another one. */
function addIntegrity(folder: string): void {
  const path = join(folder, INDEX);
  const page = readFileSync(path, "utf-8");
  const named = page.replace(
    /<(script|link)\b([^>]*?)\s(src|href)="(\/assets\/[^"]+\.(?:js|css))"([^>]*)>/g,
    (_whole, tag: string, before: string, attribute: string, url: string, after: string) => {
      const integrity = integrityOf(readFileSync(join(folder, url)));
      return `<${tag}${before} ${attribute}="${url}" integrity="${integrity}"${after}>`;
    },
  );
  writeFileSync(path, named);
}

function writeList(folder: string, files: readonly AppFile[], version: string): void {
  const list = { v: 1, type: "app", version, files };
  writeFileSync(join(folder, LIST), JSON.stringify(list, null, 1) + "\n");
}

function sign(folder: string): string {
  const key = process.env[KEY_VARIABLE];
  rmSync(join(folder, SIGNATURE), { force: true });
  if (!key) return `${LIST} is not signed: ${KEY_VARIABLE} names no key.`;
  execFileSync("ssh-keygen", ["-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, join(folder, LIST)], {
    stdio: ["inherit", "inherit", "pipe"],
  });
  return `${LIST} is signed.`;
}

function refuseReserved(files: readonly AppFile[]): void {
  for (const { path } of files) {
    if (RESERVED.includes(path.split("/")[0] ?? "") || !/^(?:\w[\w.-]*\/)*\w[\w.-]*$/.test(path)) {
      throw new Error(`A relay has no room for ${path}: it answers something else there.`);
    }
  }
}

/** The version is said once, in the project's own file. */
function version(root: string): string {
  const project = readFileSync(join(root, "..", "pyproject.toml"), "utf-8");
  const found = /^version = "([^"]+)"$/m.exec(project)?.[1];
  if (!found) throw new Error("pyproject.toml says no version.");
  return found;
}
