/** The three catalogues say the same: what English names, each names; and none of them says what it should not. */
import { describe, expect, test } from "vitest";
import { words as english } from "../../src/app/words/en";
import { words as japanese } from "../../src/app/words/ja";
import { words as watchEnglish } from "../../src/app/words/watch.en";
import { words as watchJapanese } from "../../src/app/words/watch.ja";
import { words as watchChinese } from "../../src/app/words/watch.zh";
import { words as chinese } from "../../src/app/words/zh";

type Said = string | ((...given: unknown[]) => unknown);

/** Every sentence of a catalogue by its place, `watch.how.0`. */
function sentences(catalogue: object, place = ""): Map<string, Said> {
  const found = new Map<string, Said>();
  for (const [name, value] of Object.entries(catalogue)) {
    const here = place ? `${place}.${name}` : name;
    if (typeof value === "string" || typeof value === "function") found.set(here, value as Said);
    else for (const each of sentences(value as object, here)) found.set(...each);
  }
  return found;
}

/** What a sentence says where each of its places holds a name; null where it takes something else. */
const NAMES = ["Ada Lovelace", "Mei Ling", "Jun Aoki", "Noor Khan", "Elif Kaya"];
function said(sentence: Said): string | null {
  if (typeof sentence === "string") return sentence;
  try {
    const text = sentence(...NAMES);
    return typeof text === "string" ? text : null;
  } catch {
    return null;
  }
}

const CATALOGUES = [
  ["Japanese", english, japanese],
  ["Chinese", english, chinese],
  ["Japanese, of last letters", watchEnglish, watchJapanese],
  ["Chinese, of last letters", watchEnglish, watchChinese],
] as const;

describe.each(CATALOGUES)("the catalogue in %s", (_name, model, catalogue) => {
  const there = sentences(catalogue);

  test("has a sentence for each", () => {
    expect([...there.keys()].sort()).toEqual([...sentences(model).keys()].sort());
  });

  test("names whom English names", () => {
    const forgotten = [...sentences(model)].flatMap(([place, sentence]) => {
      const [theirs, ours] = [said(sentence), said(there.get(place) ?? "")];
      if (theirs === null || ours === null) return [];
      return NAMES.filter((name) => theirs.includes(name) && !ours.includes(name)).map(
        (name) => `${place} without ${name}`,
      );
    });

    expect(forgotten).toEqual([]);
  });
});

describe.each([
  ["English", english, watchEnglish],
  ["Japanese", japanese, watchJapanese],
  ["Chinese", chinese, watchChinese],
] as const)("in %s", (_name, catalogue, lasting) => {
  const all = [...sentences(catalogue), ...sentences(lasting)];

  test("nothing is empty, and nothing is shouted", () => {
    const loud = all.filter(([, sentence]) => {
      const text = said(sentence);
      return sentence === "" || /[!！]/.test(text ?? "");
    });

    expect(loud.map(([place]) => place)).toEqual([]);
  });

  test("nobody is called dead", () => {
    const DEAD = /\b(dead|deceased|dies|died|death)\b|死|亡くな|故人|去世|逝/i;

    expect(all.flatMap(([place, sentence]) => (DEAD.test(said(sentence) ?? "") ? [place] : []))).toEqual([]);
  });
});
