/** The files of a build, in one order on every machine, each with its hash. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** As `app.json` has it; `path` is relative, with slashes. */
export interface AppFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export function filesIn(folder: string): AppFile[] {
  return paths(folder)
    .sort()
    .map((path) => {
      const data = readFileSync(join(folder, path));
      return { path, sha256: createHash("sha256").update(data).digest("hex"), bytes: data.length };
    });
}

/** The value of an `integrity` attribute (W3C Subresource Integrity). */
export function integrityOf(data: Uint8Array): string {
  return "sha256-" + createHash("sha256").update(data).digest("base64");
}

function paths(folder: string, under = ""): string[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    const path = under ? `${under}/${entry.name}` : entry.name;
    return entry.isDirectory() ? paths(folder, path) : [path];
  });
}
