// What may be printed, and how wide is it on a terminal?

/** Whether a terminal gives a character two cells. */
export function isWide(char: string): boolean {
  return /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    char,
  );
}

/** Characters that would move the cursor or turn the reading direction become U+FFFD. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, "\ufffd");
}

const HARMFUL = /[^\P{C}\t\n]|[\u2028\u2029]/gu;

/**
 * A key of the file as it may be shown. A forgotten colon makes a key of what should be a secret value: of a key that is
 * more than one word only the first is shown, and of one that looks like key material only the start.
 */
export function shownKey(key: string): string {
  const word = /^[^\s"'`:=,]*/.exec(key)?.[0] ?? "";
  if (looksLikeKeyMaterial(word)) return `${word.slice(0, 3)}…`;
  return word === key && key.length <= MAX_KEY ? key : `${word.slice(0, MAX_KEY)}…`;
}

const MAX_KEY = 60;

/** Whether a word could be a key or a token that has slipped to where none belongs: long, and with digits in it. */
export function looksLikeKeyMaterial(word: string): boolean {
  return word.length >= 12 && word.replace(/\D/g, "").length >= 4 && /[A-Za-z]/.test(word);
}

/** Stretches of a text that could be key material, when it is more than one word: a forgotten comma joins two values. */
export function keyMaterialIn(text: string): readonly { readonly start: number; readonly end: number }[] {
  if (!/[\s"']/.test(text)) return [];
  return [...text.matchAll(/\S{12,}/g)]
    .filter(([word]) => looksLikeKeyMaterial(word))
    .map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
}
