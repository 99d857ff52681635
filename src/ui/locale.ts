// Chooses the language of the page and collects what depends on it: texts and number formats.

import { type Formats, formats } from "./formats.ts";
import { en } from "./texts/en.ts";
import type { Language, Texts } from "./texts/texts.ts";
import { zh } from "./texts/zh.ts";

export const TEXTS: Readonly<Record<Language, Texts>> = { en, zh };

/** The value of the page's `lang` attribute, for screen readers and fonts. */
export const LANG_TAG: Readonly<Record<Language, string>> = { en: "en", zh: "zh-Hans" };

/** What every part of the page needs in order to write in one language. */
export interface Locale {
  readonly language: Language;
  readonly texts: Texts;
  readonly formats: Formats;
}

export function localeOf(language: Language): Locale {
  return { language, texts: TEXTS[language], formats: formats(language) };
}

/**
 * Returns the first preferred language that the page has, else English.
 * @param preferred language tags, best first, such as `navigator.languages`
 */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const [primary] = tag.toLowerCase().split("-");
    if (primary === "zh" || primary === "en") return primary;
  }
  return "en";
}
