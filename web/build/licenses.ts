/** What the libraries inside the app ask in return: that their names and terms go with it, in one file of text. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "licenses.txt";
const RULE = "\n" + "-".repeat(78) + "\n\n";

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Of everything that runs in a browser: what package.json names as dependencies, what those need, and Svelte. */
export function writeLicenses(root: string, folder: string): void {
  const packages = new Map<string, string>();
  const visit = (name: string) => {
    const place = join(root, "node_modules", name);
    if (packages.has(name) || !existsSync(place)) return;
    const about = read(place);
    packages.set(name, `${about.name} ${about.version} (${about.license ?? "see below"})\n\n${terms(place)}`);
    Object.keys(about.dependencies ?? {}).forEach(visit);
  };
  Object.keys(read(root).dependencies ?? {}).forEach(visit);
  // Svelte's own dependencies belong to its compiler and stay at home.
  const svelte = join(root, "node_modules", "svelte");
  packages.set("svelte", `svelte ${read(svelte).version} (MIT)\n\n${terms(svelte)}`);
  // A list of words, which is in our own tree.
  packages.set("slip-39", `SLIP-39, its list of words (MIT)\n\n${terms(join(root, "build", "slip-39"))}`);
  const texts = [...packages.keys()].sort().map((name) => packages.get(name)!);
  writeFileSync(join(folder, FILE), "This app contains the following libraries.\n" + RULE + texts.join(RULE));
}

function read(place: string): Package {
  return JSON.parse(readFileSync(join(place, "package.json"), "utf-8")) as Package;
}

function terms(place: string): string {
  const names = readdirSync(place)
    .filter((name) => /^(licen[cs]e|notice)/i.test(name))
    .sort();
  return names.map((name) => readFileSync(join(place, name), "utf-8").trim() + "\n").join("\n");
}
