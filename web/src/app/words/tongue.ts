/**
 * In which language a text is set and read aloud that a person wrote, as a value of `lang`.
 *
 * Only the script is looked at: kana is Japanese, and Han is whichever of Chinese and Japanese the program speaks.
 * Empty means unknown: an English letter must not get the quotation marks of a Chinese page.
 */
import type { Language } from "./words.svelte";

export function tongue(text: string, spoken: Language): string | undefined {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return "ja";
  if (/\p{Script=Han}/u.test(text)) return spoken === "ja" ? "ja" : "zh-Hans";
  return spoken === "en" ? undefined : "";
}

/** Whether it is set in squares. */
export const inSquares = (text: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
