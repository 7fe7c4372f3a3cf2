import { describe, expect, test } from "vitest";
import { clarity, heard, type Thought } from "../../src/app/room/thoughts";

const thought = (key: string, text: string, done = true): Thought => ({
  key,
  mine: false,
  text,
  done,
  atS: 100,
});
const texts = (all: readonly Thought[]): string[] => all.map(({ text }) => text);

describe("thoughts in a room", () => {
  test("keep the place where they began, whoever ends first", () => {
    const begun = heard(heard([], thought("t1", "the her", false)), thought("m1", "a lantern"));

    expect(texts(heard(begun, thought("t1", "the heron")))).toEqual(["the heron", "a lantern"]);
  });

  test("go when nothing is left of them", () => {
    const both = heard(heard([], thought("t1", "no")), thought("m1", "yes"));

    expect(texts(heard(both, thought("t1", "")))).toEqual(["yes"]);
    expect(texts(heard(both, thought("t2", "")))).toEqual(["no", "yes"]);
  });

  test("make room for newer ones", () => {
    let all: readonly Thought[] = [];
    for (let number = 1; number <= 9; number++) all = heard(all, thought(`m${number}`, String(number)));

    expect(texts(all)).toEqual(["3", "4", "5", "6", "7", "8", "9"]);
  });

  test("fade with age and with what came after, but not while they are thought", () => {
    const one = thought("m1", "one");

    expect(clarity(one, 0, 110)).toBe(1);
    expect(clarity(one, 1, 110)).toBeLessThan(1);
    expect(clarity(one, 0, 140)).toBeLessThan(1);
    expect(clarity(one, 0, 300)).toBe(0);
    expect(clarity(thought("m1", "one", false), 6, 300)).toBe(1);
  });
});
