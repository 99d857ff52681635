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
