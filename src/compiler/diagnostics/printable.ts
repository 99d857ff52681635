// Makes text safe to print on a terminal, and recognizes text that could be a key or a token.

import { eastAsianWidth } from "get-east-asian-width";

/** Whether a terminal gives a character two cells. @param char one code point */
export function isWide(char: string): boolean {
  const codePoint = char.codePointAt(0);
  return codePoint !== undefined && eastAsianWidth(codePoint) === 2;
}

/** Puts U+FFFD in place of each character that would move the cursor or change the reading direction. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, "\ufffd");
}

const HARMFUL = /[^\P{C}\t\n]|[\u2028\u2029]/gu;

/**
 * A key of the file, as much of it as may be shown. When a colon is forgotten, a secret value can become part of a key.
 * So only the first word of a key is shown, and only the start of a word that could be a secret.
 */
export function shownKey(key: string): string {
  const word = /^[^\s"'`:=,]*/.exec(key)?.[0] ?? "";
  if (looksLikeKeyMaterial(word)) return `${word.slice(0, 3)}…`;
  return word === key && key.length <= MAX_KEY ? key : `${word.slice(0, MAX_KEY)}…`;
}

const MAX_KEY = 60;

/** Whether a word could be a key or a token in the wrong position: it is long, and has letters and digits. */
export function looksLikeKeyMaterial(word: string): boolean {
  return word.length >= 12 && word.replace(/\D/g, "").length >= 4 && /[A-Za-z]/.test(word);
}

/** The ranges of words that could be a key or a token. Only a text of several words is searched: a forgotten comma can join two values. */
export function keyMaterialIn(text: string): readonly { readonly start: number; readonly end: number }[] {
  if (!/[\s"']/.test(text)) return [];
  return [...text.matchAll(/\S{12,}/g)]
    .filter(([word]) => looksLikeKeyMaterial(word))
    .map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
}
