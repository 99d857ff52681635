// For whom is the page written? A language's words, and figures as it writes them.

import { type Formats, formats } from "./formats.ts";
import type { Range, Summary } from "./summary.ts";
import { type Language, WORDS } from "./words/index.ts";
import type { Words } from "./words/words.ts";

export interface Reader {
  readonly language: Language;
  readonly words: Words;
  readonly formats: Formats;
}

/** A part of the page that shows figures: built once, brought up to date with each summary. */
export interface View {
  readonly root: HTMLElement;
  update(summary: Summary, range: Range): void;
}

export function readerOf(language: Language): Reader {
  return { language, words: WORDS[language], formats: formats(language) };
}
