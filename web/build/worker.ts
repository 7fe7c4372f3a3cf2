/** The service worker: one classic script at the root, with the hashes of a build in it. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { build, type ResolvedConfig } from "vite";
import type { AppFile } from "./files.ts";

export const SERVICE_WORKER = "service-worker.js";
const SOURCE = "src/service-worker.ts";

/** What the worker knows of its build: by URL, what the browser has to compare. */
export interface Precached {
  /** Of everything together, so that each build has a cache of its own. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

export async function buildServiceWorker(
  config: ResolvedConfig,
  folder: string,
  files: readonly AppFile[],
): Promise<void> {
  await build({
    configFile: false,
    root: config.root,
    publicDir: false,
    logLevel: "warn",
    define: { __APP__: JSON.stringify(precached(files)) },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: config.build.target,
      modulePreload: false,
      rolldownOptions: {
        input: join(config.root, SOURCE),
        output: { format: "iife", entryFileNames: SERVICE_WORKER },
      },
    },
  });
}

function precached(files: readonly AppFile[]): Precached {
  const integrity = (file: AppFile) => "sha256-" + Buffer.from(file.sha256, "hex").toString("base64");
  const url = (file: AppFile) => (file.path === "index.html" ? "/" : `/${file.path}`);
  const everything = files.map((file) => `${file.sha256}  ${file.path}\n`).join("");
  return {
    name: createHash("sha256").update(everything).digest("hex").slice(0, 16),
    files: Object.fromEntries(files.map((file) => [url(file), integrity(file)])),
  };
}
