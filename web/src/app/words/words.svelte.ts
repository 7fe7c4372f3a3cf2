/** The catalogue of the chosen language. English is at hand; another is loaded, and nothing is shown before. */
import { words as english, type Words } from "./en";
import type { WatchWords } from "./watch.en";

export const LANGUAGES = ["en", "ja", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** How each language calls itself; it is not translated. */
export const NAMES: Readonly<Record<Language, string>> = { en: "English", ja: "日本語", zh: "简体中文" };

const LOADERS: Readonly<Record<Language, () => Promise<{ words: Words }>>> = {
  en: async () => ({ words: english }),
  ja: () => import("./ja"),
  zh: () => import("./zh"),
};

const WATCH_LOADERS: Readonly<Record<Language, () => Promise<{ words: WatchWords }>>> = {
  en: () => import("./watch.en"),
  ja: () => import("./watch.ja"),
  zh: () => import("./watch.zh"),
};

let current = $state.raw<Words>();
let currentWatch = $state.raw<WatchWords>();
let language = $state.raw<Language>("en");

/** The sentences. Read inside markup, so that a change of language shows at once. */
export function words(): Words {
  if (!current) throw new Error("No language is loaded.");
  return current;
}

/** The sentences of last letters, which few pages need. Read on pages that wait for `loadWatchWords`. */
export function watchWords(): WatchWords {
  if (!currentWatch) throw new Error("The sentences of last letters are not loaded.");
  return currentWatch;
}

export async function loadWatchWords(spoken = language): Promise<void> {
  if (!currentWatch || spoken !== language) currentWatch = (await WATCH_LOADERS[spoken]()).words;
}

export function languageNow(): Language {
  return language;
}

/** The locale for dates and numbers: the person's own, where it is of the chosen language. */
export function localeNow(): string {
  return (
    navigator.languages.find((tag) => tag.split("-")[0] === language) ??
    (language === "zh" ? "zh-CN" : language)
  );
}

/** The language that was chosen, or the first of the browser's that we have. */
export function preferred(chosen: string | null): Language {
  const tags = [...(chosen ? [chosen] : []), ...navigator.languages].map((tag) => tag.split("-")[0]);
  return tags.flatMap((tag) => LANGUAGES.filter((known) => known === tag))[0] ?? "en";
}

export async function speak(next: Language): Promise<void> {
  const loaded = await LOADERS[next]();
  if (currentWatch) await loadWatchWords(next);
  current = loaded.words;
  language = next;
  document.documentElement.lang = next === "zh" ? "zh-Hans" : next;
}
