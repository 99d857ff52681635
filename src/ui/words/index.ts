// In which language does the page speak? The first of the browser's that it knows, else English.

import { en } from "./en.ts";
import type { Words } from "./words.ts";
import { zh } from "./zh.ts";

export type Language = "en" | "zh";

export const WORDS: Readonly<Record<Language, Words>> = { en, zh };

/** @param wanted language tags, the best first, as `navigator.languages` has them */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [primary] = tag.toLowerCase().split("-");
    if (primary === "zh" || primary === "en") return primary;
  }
  return "en";
}

/** What `lang` of the page is to be, for screen readers and fonts. */
export const LANG_TAG: Readonly<Record<Language, string>> = { en: "en", zh: "zh-Hans" };
