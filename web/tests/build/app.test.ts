/** What a build leaves behind: the same bytes each time, every one of them named. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
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

let first = "";

beforeAll(() => {
  first = build("first");
}, 120_000);

afterAll(() => rmSync(top, { recursive: true }));

test("two builds of one source are the same in every byte", () => {
  const second = build("second");

  expect(filesIn(second)).toEqual(filesIn(first));
}, 120_000);

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
    expect(plain).toEqual(readFileSync(join(first, packed[1]!)));
  }
});

test("with a key the list is signed, and ssh-keygen takes the signature", () => {
  const key = join(top, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", key]);
  const signers = join(top, "signers");
  writeFileSync(signers, `release ${readFileSync(`${key}.pub`, "utf-8")}`);

  const signed = build("signed", { TWINBELL_RELEASE_KEY: key });

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
  expect(hash(join(signed, "app.json"))).toBe(hash(join(first, "app.json")));
}, 120_000);

function hash(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
