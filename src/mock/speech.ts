// Makes the text that the mock answers with. The same prompt always gets the same text, so one can compare what arrives.

const LONGEST_ECHO = 280;

const SPEECH =
  "Every word of this answer left the mock provider as an event of its own, and it should reach you the moment it was sent: " +
  "no event waited for another one. The gateway added the provider's key to your request. " +
  "Your own token stayed in the gateway. ";

/** An answer, divided into pieces of one event each. Joined, the pieces are the text. */
export interface Speech {
  readonly pieces: readonly string[];
  readonly text: string;
  /** Whether the client's token limit shortened it. */
  readonly cutShort: boolean;
}

/**
 * The mock's answer to a prompt: a greeting, the prompt's first 280 characters, then some more words.
 * @param events the number of pieces; by default as many as the text has words
 * @param maxTokens the largest number of pieces that the client wants; a piece counts as a token
 */
export function speak(prompt: string, events?: number, maxTokens = Number.POSITIVE_INFINITY): Speech {
  const once = wordsOf(`Hello 👋 You said: “${clip(prompt)}”. ${SPEECH}`);
  const wanted = events ?? once.length;
  const pieces = [...once.slice(0, wanted), ...more(wanted - once.length)].slice(0, maxTokens);
  return { pieces, text: pieces.join(""), cutShort: pieces.length < wanted };
}

/** Reads a client's token limit. @returns undefined unless it is a number of at least 1 */
export function tokenLimit(given: unknown): number | undefined {
  return typeof given === "number" && given >= 1 ? Math.floor(given) : undefined;
}

/** A rough count of tokens: one per four characters, a common rule of thumb. */
export function countTokens(prompt: string): number {
  return Math.max(1, Math.ceil(prompt.length / 4));
}

function clip(prompt: string): string {
  // Cut by code units first: a prompt may be megabytes long, and only its start is needed.
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
