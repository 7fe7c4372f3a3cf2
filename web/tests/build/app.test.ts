/** What a build leaves behind: the same bytes each time, every one of them named. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesIn, integrityOf, type AppFile } from "../../build/files";

const top = mkdtempSync(join(tmpdir(), "twinbell-build-"));
const web = join(import.meta.dirname, "..", "..");
const vite = join(web, "node_modules", "vite", "bin", "vite.js");

function build(name: string, environment: Record<string, string> = {}): string {
  const folder = join(top, name);
  execFileSync(
    process.execPath,
    [vite, "build", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"],
    {
      cwd: web,
      env: { ...process.env, TWINBELL_RELEASE_KEY: "", NODE_ENV: "production", ...environment },
      stdio: "pipe",
    },
  );
  return folder;
}

function list(folder: string): AppFile[] {
  return (JSON.parse(readFileSync(join(folder, "app.json"), "utf-8")) as { files: AppFile[] }).files;
}

const key = join(top, "key");
let first = "";
let signed = "";

beforeAll(() => {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", key]);
  first = build("first");
  signed = build("signed", { TWINBELL_RELEASE_KEY: key });
}, 240_000);

afterAll(() => rmSync(top, { recursive: true }));

test("two builds of one source are the same in every byte, but for a signature", () => {
  const second = filesIn(signed).filter(({ path }) => !path.startsWith("app.json.sig"));

  expect(second).toEqual(filesIn(first));
});

test("the list names every file that a browser can ask for, with its hash and length", () => {
  const named = list(first);

  const there = filesIn(first).filter(({ path }) => !/\.(br|gz)$|^app\.json/.test(path));
  expect(named).toEqual(there);
  expect(named.map(({ path }) => path)).toContain("service-worker.js");
});

test("the index names the hash of each script and style that it asks for", () => {
  const page = readFileSync(join(first, "index.html"), "utf-8");

  const asked = [...page.matchAll(/<(?:script|link)[^>]*(?:src|href)="(\/assets\/[^"]+)"[^>]*>/g)];
  expect(asked.length).toBeGreaterThan(0);
  for (const [tag, url] of asked) {
    expect(tag).toContain(`integrity="${integrityOf(readFileSync(join(first, url!)))}"`);
  }
});

test("no page has a script or a style in itself, or anything from elsewhere", () => {
  const page = readFileSync(join(first, "index.html"), "utf-8");

  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
});

test("the terms of every library inside go along", () => {
  const terms = readFileSync(join(first, "licenses.txt"), "utf-8");

  for (const name of ["svelte", "age-encryption", "@noble/curves", "@noble/post-quantum", "idb", "qr"]) {
    expect(terms).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ `, "m"));
  }
  expect(terms).toMatch(/^SLIP-39/m);
  expect(terms.match(/copyright/gi)!.length).toBeGreaterThan(6);
});

test("the service worker knows every file but itself", () => {
  const worker = readFileSync(join(first, "service-worker.js"), "utf-8");

  for (const { path, sha256 } of list(first)) {
    const integrity = "sha256-" + Buffer.from(sha256, "hex").toString("base64");
    expect(worker.includes(integrity)).toBe(path !== "service-worker.js");
  }
});

test("what is packed is what was built", () => {
  for (const { path } of filesIn(first)) {
    const packed = /^(.*)\.(br|gz)$/.exec(path);
    if (!packed) continue;
    const data = readFileSync(join(first, path));
    const plain = packed[2] === "br" ? brotliDecompressSync(data) : gunzipSync(data);
    expect(plain.equals(readFileSync(join(first, packed[1]!)))).toBe(true);
  }
});

test("with a key the list is signed, and ssh-keygen takes the signature", () => {
  const signers = join(top, "signers");
  writeFileSync(signers, `release ${readFileSync(`${key}.pub`, "utf-8")}`);

  const said = execFileSync(
    "ssh-keygen",
    [
      "-Y",
      "verify",
      "-f",
      signers,
      "-I",
      "release",
      "-n",
      "app@twinbell",
      "-s",
      join(signed, "app.json.sig"),
    ],
    { input: readFileSync(join(signed, "app.json")) },
  );
  expect(said.toString()).toContain("Good");
  expect(existsSync(join(first, "app.json.sig"))).toBe(false);
});
