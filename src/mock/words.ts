// What does the mock say? The same words to the same prompt, so that a test, or a person, can tell what should arrive.

const LONGEST_ECHO = 280;

const SPEECH =
  "Every word of this answer left the mock provider as an event of its own, and it should reach you the moment it was sent: " +
  "nothing held back, nothing joined together. The key that this request was answered for was put in by the gateway; " +
  "your own token stayed there. ";

/** An answer, cut into what one event carries. Joined together the pieces are the whole text. */
export interface Speech {
  readonly pieces: readonly string[];
  readonly text: string;
  /** True when a token limit ended it. */
  readonly cutShort: boolean;
}

/**
 * The mock's answer to a prompt: a greeting, the prompt's first 280 characters, then some words.
 * @param events how many pieces the answer has; without it as many as the text has words
 * @param maxTokens the most pieces a client wants; a piece counts as a token
 */
export function speak(prompt: string, events?: number, maxTokens = Number.POSITIVE_INFINITY): Speech {
  const once = wordsOf(`Hello 👋 You said: “${clip(prompt)}”. ${SPEECH}`);
  const wanted = events ?? once.length;
  const pieces = [...once.slice(0, wanted), ...more(wanted - once.length)].slice(0, maxTokens);
  return { pieces, text: pieces.join(""), cutShort: pieces.length < wanted };
}

/** A client's token limit, if it is one: a number of at least 1. */
export function tokenLimit(given: unknown): number | undefined {
  return typeof given === "number" && given >= 1 ? Math.floor(given) : undefined;
}

/** A rough count of tokens: four bytes of UTF-16 text each, as the usual rule of thumb has it. */
export function countTokens(prompt: string): number {
  return Math.max(1, Math.ceil(prompt.length / 4));
}

function clip(prompt: string): string {
  // Cut by code units first: a prompt may be megabytes long, and only its start is shown.
  const points = Array.from(prompt.slice(0, 2 * LONGEST_ECHO + 2));
  return points.length <= LONGEST_ECHO ? prompt : `${points.slice(0, LONGEST_ECHO).join("")}…`;
}

function more(count: number): string[] {
  const again = wordsOf(SPEECH);
  return Array.from({ length: Math.max(0, count) }, (_, i) => again[i % again.length] ?? "");
}

function wordsOf(text: string): string[] {
  return text.match(/\S+\s*/gu) ?? [];
}
