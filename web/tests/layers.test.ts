/**
 * The architecture of the app, as a table that is checked.
 *
 * Each folder may import itself and what its line allows. `core` is pure besides: bytes, events and times come in as
 * arguments, decisions go out as results. `docs/architecture.md` draws the same table.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

const GROUND = ["core/errors", "core/bytes", "core/encoding"];
const DISPLAY = ["core/bond/picture", "core/bond/drawing", "core/bond/signs"];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "core/crypto": GROUND,
  "core/age": [...GROUND, "core/crypto"],
  "core/wire": [...GROUND, "core/crypto"],
  "core/bond": [...GROUND, "core/crypto", "core/age", "core/wire"],
  client: ["core"],
  // What is only shown: a page knows no key, and asks the worker for everything else.
  app: ["client/api", "client/codes", "client/rpc", "core/errors", ...DISPLAY],
};
const CRYPTO = /^(@noble\/|@scure\/|age-encryption$)/;
const PACKAGES: Readonly<Record<string, RegExp>> = {
  core: CRYPTO,
  client: /^(idb$|@noble\/hashes\/)/,
  app: /^(svelte|qr)(\/|$)/,
};
/** What would reach outside, or read a clock: none of it has a place in `core`. */
const OUTSIDE =
  /\b(fetch\(|indexedDB\b|(localStorage|navigator|document|window|self)\.|WebSocket\b|set(Timeout|Interval)\(|Date\.now|new Date\(\)|performance\.)/;

interface Import {
  readonly name: string;
  readonly typeOnly: boolean;
}

function imports(source: string): Import[] {
  const found: Import[] = [];
  const pattern =
    /\bimport\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bexport\s+(type\s)?[^"';]*?\sfrom\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;
  for (const [, type, from, exported, reexported, dynamic] of source.matchAll(pattern)) {
    found.push({ name: (from ?? reexported ?? dynamic)!, typeOnly: Boolean(type ?? exported) });
  }
  return found;
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Return what `source`, living at `path` below `src`, imports and must not. */
function breaches(path: string, source: string): string[] {
  const layer = Object.keys(MAY_IMPORT).find((folder) => within(path, folder));
  const top = path.split("/")[0]!;
  return imports(source).flatMap(({ name }) => {
    if (name.includes("?worker")) return []; // an address, not an import: what it names runs elsewhere
    if (!name.startsWith(".")) return PACKAGES[top]?.test(name) ? [] : [name];
    const target = relative(SRC, resolve(SRC, dirname(path), name));
    const allowed = layer ? [layer, ...MAY_IMPORT[layer]!] : GROUND;
    return allowed.some((folder) => within(target, folder)) ? [] : [target];
  });
}

function files(folder: string): string[] {
  return readdirSync(join(SRC, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|svelte)$/.test(name))
    .map((name) => `${folder}/${name}`);
}

describe.each(["core", "client", "app"])("%s", (folder) => {
  test.each(files(folder))("%s keeps to its layer", (path) => {
    expect(breaches(path, readFileSync(join(SRC, path), "utf8"))).toEqual([]);
  });
});

test.each(files("core"))("%s reaches for nothing outside", (path) => {
  const code = readFileSync(join(SRC, path), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');

  expect(code.match(OUTSIDE)?.[0]).toBeUndefined();
});

test("every folder of the core has a line in the table", () => {
  const folders = readdirSync(join(SRC, "core"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `core/${name}`);

  expect(folders.toSorted()).toEqual(
    Object.keys(MAY_IMPORT)
      .filter((layer) => layer.startsWith("core/"))
      .toSorted(),
  );
});

test.each([
  ["core/crypto/bls.ts", 'import { Chain } from "../wire/beacon";'],
  ["core/wire/frame.ts", 'import { seal } from "../age/stream";'],
  ["core/bond/letter.ts", 'import { openDB } from "idb";'],
  ["core/bond/letter.ts", 'const vault = await import("../../client/vault");'],
  ["core/encoding.ts", 'export { hkdf } from "./crypto/kdf";'],
  ["client/vault.ts", 'import App from "../app/App.svelte";'],
  ["app/letters/Write.svelte", 'import { openLetter } from "../../client/opened";'],
  ["app/letters/Write.svelte", 'import { seal } from "../../core/age/stream";'],
])("what crosses a layer is seen: %s", (path, source) => {
  expect(breaches(path, source)).toHaveLength(1);
});
