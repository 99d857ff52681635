// Describes how the gateway records the tokens that requests use, what they cost, and how much clients may use
// (contract, sections 12 and 13). Data only.

/** The forms in which APIs report the usage of a request. */
export type UsageForm = "auto" | "openai" | "anthropic" | "gemini" | "ollama";

/** How the usage of a route is read. */
export interface RouteUsageSpec {
  readonly form: UsageForm;
  /** Chat streams are asked to report their usage, and the event that comes only for that is removed from them. */
  readonly ask: boolean;
}

/** How long an upstream may go on with a response whose client has left, for its usage to be known. */
export interface DrainSpec {
  /** From the moment the client left, ms. */
  readonly timeoutMs: number;
  /** Bytes of the response after that moment. */
  readonly maxBytes: number;
}

/** Counts of tokens. `null`: not reported. A reported 0 is 0. All are whole numbers from 0 to 2^53 - 1. */
export interface TokenCounts {
  /** All input, cached input included. */
  readonly input: number | null;
  /** The part of `input` that was read from a cache. */
  readonly cacheRead: number | null;
  /** The part of `input` that was written to a cache, for any time. */
  readonly cacheWrite: number | null;
  /** The part of `cacheWrite` that lives for an hour or longer. The rest lives for 5 minutes, or for the provider's only time. */
  readonly cacheWrite1h: number | null;
  /** All billed output, reasoning included. */
  readonly output: number | null;
  /** The part of `output` that is reasoning. */
  readonly reasoning: number | null;
  /** The part of `input` that is audio. It may have a price of its own. */
  readonly audioInput: number | null;
  /** The part of `output` that is audio. */
  readonly audioOutput: number | null;
}

/** What tokens cost, USD per million of them. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number;
  /** Written to a cache that lives for 5 minutes, or for as long as the provider has no other. */
  readonly cacheWrite: number;
  /** Written to a cache that lives for an hour. */
  readonly cacheWrite1h: number;
}

/** A price of the config. It holds for the models whose name matches the pattern; `*` stands for any run of characters. */
export interface ConfiguredPrice {
  readonly pattern: string;
  readonly prices: TokenPrices;
}

export interface LedgerSpec {
  readonly dir: string;
  /** Files older than this are deleted. */
  readonly keepDays: number;
}

/** How usage becomes costs and charges. */
export interface ChargingSpec {
  /** In the order of the config: the first match counts. */
  readonly prices: readonly ConfiguredPrice[];
  /** What is charged for a response that reported no usage. */
  readonly unknownCharge: "estimate" | "none";
  /** Whether a client with a budget in USD may use a model without a price. */
  readonly unpriced: "deny" | "allow";
}

/** The time after which a budget resets: UTC days, weeks that begin on Monday, calendar months, or never. */
export type BudgetPeriod = "day" | "week" | "month" | "total";

/** What a client may use in a period. At least one of the two limits is set. */
export interface BudgetSpec {
  readonly per: BudgetPeriod;
  /** In ticks of `TICKS_PER_USD`. */
  readonly maxTicks: number | undefined;
  /** Input and output together. */
  readonly maxTokens: number | undefined;
}

/**
 * Money is counted in whole ticks of 1e-10 USD. So sums are exact, up to 900,719 USD. A tick is small enough for one token of a
 * model that costs 0.0001 USD per million tokens.
 */
export const TICKS_PER_USD = 1e10;

/** An amount of usage: what is reserved, or what is charged. Whole numbers from 0 on. */
export interface Charge {
  /** Input and output together. */
  readonly tokens: number;
  /** Money, ticks of `TICKS_PER_USD`. */
  readonly ticks: number;
}

export const NO_CHARGE: Charge = Object.freeze({ tokens: 0, ticks: 0 });

/** How much a client may use (contract, section 12, "Limits of a client"). */
export interface ClientBudgets {
  /** Input and output together, over all routes; `undefined`: any number. */
  readonly tokensPerMinute: number | undefined;
  readonly budgets: readonly BudgetSpec[];
}

/** What is held of a client's budgets for one exchange. */
export interface Reservation {
  /** What is held. */
  readonly estimate: Charge;
  /** When it was made, ms since the epoch: this decides the periods it belongs to. */
  readonly at: number;
  /** Replaces what is held by what was used. Only the first call counts. */
  settle(charge: Charge): void;
}
