// Decides what an answer of the mock costs in tokens: what a provider would put on the bill, told to the client or not.

import type { AnswerSettings } from "../answer-settings.ts";

/** What is billed for one answer, in tokens. */
export interface Bill {
  /** All input, what came from a cache or went into one included. */
  readonly input: number;
  /** The part of `input` that was read from a cache. */
  readonly cacheRead: number;
  /** The part of `input` that was written to a cache, for whatever time. */
  readonly cacheWrite: number;
  /** The part of `cacheWrite` that lives for an hour. */
  readonly cacheWrite1h: number;
  /** All output, reasoning included. */
  readonly output: number;
  /** The part of `output` that is reasoning. */
  readonly reasoning: number;
}

/**
 * What a correct reader takes from the numbers that a client was sent. The meaning is that of `Bill`; `null` was not told.
 */
export type Told = { readonly [K in keyof Bill]: number | null } & {
  /** The provider's own figure of the cost, units of 1e-10 USD. */
  readonly costTicks: number | null;
};

/**
 * The bill of an answer.
 * @param input the tokens of the prompt, unless the settings say another number
 * @param words the tokens that are spoken; reasoning comes on top of them
 */
export function billOf(settings: AnswerSettings, input: number, words: number): Bill {
  const whole = settings.inputTokens ?? input;
  // The parts lie inside the whole: a short prompt can't have a long part in the cache.
  const cacheRead = Math.min(settings.cacheReadTokens ?? 0, whole);
  const cacheWrite = Math.min(settings.cacheWriteTokens ?? 0, whole - cacheRead);
  const cacheWrite1h = Math.min(settings.cacheWrite1hTokens ?? 0, cacheWrite);
  const reasoning = settings.reasoningTokens ?? 0;
  return { input: whole, cacheRead, cacheWrite, cacheWrite1h, output: words + reasoning, reasoning };
}

/** The bill when only some of the words have been spoken. Reasoning is over before the first word. */
export function billAfter(bill: Bill, words: number): Bill {
  return { ...bill, output: bill.reasoning + words };
}

/** The tokens that were spoken: the output without reasoning. */
export function spoken(bill: Bill): number {
  return bill.output - bill.reasoning;
}

const TOLD_NOTHING: Told = {
  input: null,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  output: null,
  reasoning: null,
  costTicks: null,
};

/** What was told: the given numbers, and nothing else. */
export function told(numbers: Partial<Told>): Told {
  return { ...TOLD_NOTHING, ...numbers };
}

/**
 * The cost that the mock tells where it plays a provider that tells one, units of 1e-10 USD: 1 USD for a million tokens of input,
 * 4 USD for a million tokens of output.
 */
export function costTicks(bill: Bill): number {
  return bill.input * 10_000 + bill.output * 40_000;
}

/** Usage as an answer holds it, and what it tells. */
export interface WrittenUsage {
  /** `null` where none is told. */
  readonly usage: object | null;
  /** `undefined` where the numbers can't be. */
  readonly tells: Told | undefined;
}
