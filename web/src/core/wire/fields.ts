/**
 * Reading the fields of a record: each is what it should be, or the record is damaged.
 *
 * A record is a map with `v` and `type`. A field that is not known is left alone, so that a later Twinbell may
 * add one, except where `only` is asked; a version that is not known is refused in words.
 */

import { decodeMap, INTEGER_MAX, isList, isMap, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";

export const VERSION = 1;

/** The fields of one record, each taken by name and kind. `Damaged` for any that does not fit. */
export class Fields {
  readonly #record: RecordValue;
  readonly #type: string;

  constructor(value: Value, type: string) {
    if (!isMap(value)) throw new Damaged(`This ${type} is not a record.`);
    this.#record = value;
    this.#type = type;
  }

  /** Read a whole record of this type from its encoding. */
  static of(data: Uint8Array, type: string, limit: { bytesMax: number }): Fields {
    return Fields.typed(decodeMap(data, limit), type);
  }

  /** Read a whole record whose type is still to be looked at; `type` is for the sentences. */
  static untyped(data: Uint8Array, type: string, limit: { bytesMax: number }): Fields {
    return new Fields(decodeMap(data, limit), type);
  }

  /** Read a record that says its version and type. */
  static typed(value: Value, type: string): Fields {
    const fields = new Fields(value, type);
    if (fields.#take("type") !== type) throw new Damaged(`This is no ${type}.`);
    if (fields.#take("v") !== VERSION) throw new Damaged(`This ${type} was made by a newer Twinbell.`);
    return fields;
  }

  /** Return these fields if there are no others: where one that is passed over could do harm. */
  only(...names: readonly string[]): this {
    const more = Object.keys(this.#record).find((name) => !["v", "type", ...names].includes(name));
    if (more === undefined) return this;
    throw new Damaged(`This ${this.#type} has a field “${more}” that nobody knows.`);
  }

  /** Take bytes: exactly so many, where that is given. */
  data(name: string, length?: number): Uint8Array {
    const value = this.#take(name);
    if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
      throw this.#wrong(name);
    }
    return value;
  }

  /** Take bytes, so many at most. */
  dataUpTo(name: string, lengthMax: number): Uint8Array {
    const value = this.data(name);
    if (value.length > lengthMax) throw this.#wrong(name);
    return value;
  }

  number(name: string, least = 0, most = INTEGER_MAX): number {
    const value = this.#take(name);
    if (typeof value !== "number" || value < least || value > most) throw this.#wrong(name);
    return value;
  }

  /** Take a number, or null where there is none. */
  numberOrNull(name: string): number | null {
    return this.has(name) ? this.number(name) : null;
  }

  /** Take text of at most so many characters: a bell that is drawn as one sign is one. */
  text(name: string, lengthMax: number): string {
    const value = this.#take(name);
    if (typeof value !== "string" || (value.length > lengthMax && [...value].length > lengthMax)) {
      throw this.#wrong(name);
    }
    return value;
  }

  /** Take text, or null where the field says that there is none. */
  textOrNull(name: string, lengthMax: number): string | null {
    return this.#take(name) === null ? null : this.text(name, lengthMax);
  }

  /** Take text that is one of these. */
  oneOf<Kind extends string>(name: string, kinds: readonly Kind[]): Kind {
    const value = this.#take(name);
    const kind = kinds.find((each) => each === value);
    if (kind === undefined) throw this.#wrong(name);
    return kind;
  }

  flag(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== "boolean") throw this.#wrong(name);
    return value;
  }

  items(name: string, lengthMax: number): readonly Value[] {
    const value = this.#take(name);
    if (!isList(value) || value.length > lengthMax) throw this.#wrong(name);
    return value;
  }

  map(name: string): RecordValue {
    const value = this.#take(name);
    if (!isMap(value)) throw this.#wrong(name);
    return value;
  }

  /** Say whether the field is there and not null. */
  has(name: string): boolean {
    return Object.hasOwn(this.#record, name) && this.#record[name] !== null;
  }

  #take(name: string): Value {
    const value = Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
    if (value === undefined) throw new Damaged(`This ${this.#type} has no field “${name}”.`);
    return value;
  }

  #wrong(name: string): Damaged {
    return new Damaged(`The field “${name}” of this ${this.#type} is not what it should be.`);
  }
}

/** Return what `act` gives, or the `Damaged` that it throws for what came from outside. */
export function unlessDamaged<Result>(act: () => Result): Result | Damaged {
  try {
    return act();
  } catch (error) {
    if (error instanceof Damaged) return error;
    throw error;
  }
}

/** Say whether text has something in it, is not too long, and cannot move a cursor or hide. */
export function isVisible(text: string, lengthMax: number): boolean {
  const isPrintable = !/[\p{C}\p{Z}]/u.test(text.replaceAll(" ", ""));
  return text.trim() !== "" && isPrintable && [...text].length <= lengthMax;
}

interface Kinds {
  number: number;
  bytes: Uint8Array;
  flag: boolean;
}

/** Return a list of exactly these kinds; throw `Damaged` for anything else. */
export function row<const Names extends readonly (keyof Kinds)[]>(
  value: Value,
  ...kinds: Names
): { readonly [At in keyof Names]: Kinds[Names[At]] } {
  if (!isList(value) || value.length !== kinds.length || !kinds.every((kind, at) => is(kind, value[at]))) {
    throw new Damaged("A row of this record is not what it should be.");
  }
  return value as unknown as { readonly [At in keyof Names]: Kinds[Names[At]] };
}

function is(kind: keyof Kinds, value: Value | undefined): boolean {
  if (kind === "number") return typeof value === "number" && value >= 0;
  return kind === "flag" ? typeof value === "boolean" : value instanceof Uint8Array;
}
