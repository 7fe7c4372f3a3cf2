/** The vectors of the repository: the contract that Python and TypeScript share. */

import { readdirSync, readFileSync } from "node:fs";

import { unhex } from "../src/core/bytes";

const FOLDER = new URL("../../vectors/", import.meta.url);

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One scenario: fields are read by what they must be, so that a test cannot pass by reading nothing. */
export class Scenario {
  readonly name: string;
  readonly json: Json;

  constructor(name: string, json: Json) {
    this.name = name;
    this.json = json;
  }

  /** The layer that must refuse, or undefined. */
  get refuses(): string | undefined {
    const layer = this.has("refuses") ? this.text("refuses") : undefined;
    if (this.name.startsWith("refused_") && layer === undefined)
      throw new Error(`${this.name} names no layer`);
    return layer;
  }

  has(field: string): boolean {
    return typeof this.json === "object" && this.json !== null && field in this.json;
  }

  field(field: string): Json {
    if (!this.has(field)) throw new Error(`${this.name} has no ${field}`);
    return (this.json as { [key: string]: Json })[field]!;
  }

  text(field: string): string {
    const value = this.field(field);
    if (typeof value !== "string") throw new Error(`${field} of ${this.name} is not text`);
    return value;
  }

  number(field: string): number {
    const value = this.field(field);
    if (typeof value !== "number") throw new Error(`${field} of ${this.name} is not a number`);
    return value;
  }

  bytes(field: string): Uint8Array {
    return unhex(this.text(field));
  }

  list(field: string): Json[] {
    const value = this.field(field);
    if (!Array.isArray(value)) throw new Error(`${field} of ${this.name} is not a list`);
    return value;
  }

  /** What is inside a field, as a scenario of its own. */
  inside(field: string): Scenario {
    return new Scenario(`${this.name}.${field}`, this.field(field));
  }

  each(field: string): Scenario[] {
    return this.list(field).map((json, at) => new Scenario(`${this.name}.${field}[${at}]`, json));
  }
}

/** All scenarios of a folder of `vectors/`, by name; `prefix` picks some. */
export function scenarios(noun: string, prefix = ""): Scenario[] {
  const found = readdirSync(new URL(`${noun}/`, FOLDER))
    .filter((file) => file.endsWith(".json") && file.startsWith(prefix))
    .sort()
    .map((file) => {
      const json = JSON.parse(readFileSync(new URL(`${noun}/${file}`, FOLDER), "utf8")) as Json;
      return new Scenario(file.slice(0, -".json".length), json);
    });
  if (!found.length) throw new Error(`there are no vectors of ${noun} ${prefix}`);
  return found;
}

export function scenario(noun: string, name: string): Scenario {
  const found = scenarios(noun, name).find((each) => each.name === name);
  if (!found) throw new Error(`there is no vector ${noun}/${name}`);
  return found;
}
