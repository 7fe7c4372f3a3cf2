import { expect, test } from "vitest";
import { tongue } from "../../src/app/words/tongue";

test.each([
  ["It didn’t freeze.", "en", undefined],
  ["It didn’t freeze.", "zh", ""],
  ["Es fror nicht.", "ja", ""],
  ["誕生日おめでとう", "zh", "ja"],
  ["誕生日おめでとう", "en", "ja"],
  ["生日快乐", "zh", "zh-Hans"],
  ["生日快乐", "en", "zh-Hans"],
  ["生日", "ja", "ja"],
] as const)("%s, where the program speaks %s", (text, spoken, lang) => {
  expect(tongue(text, spoken)).toBe(lang);
});
