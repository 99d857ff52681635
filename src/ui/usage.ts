// Describes what the summary says of tokens, costs and budgets. A gateway that writes no usage down has none of these fields.

/** What was used in a time. */
export interface Used {
  readonly records: number;
  /** Responses that succeeded without telling their tokens. */
  readonly records_without_tokens: number;
  /** Responses that succeeded whose cost is not known. */
  readonly records_without_cost: number;
  readonly input_tokens: number;
  /** The part of `input_tokens` that was read from a cache. */
  readonly input_cached_tokens: number;
  readonly output_tokens: number;
  /** The sum of the known costs; null if nothing is known of the cost. */
  readonly cost_usd: number | null;
}

/** The usage of a client, a model, a route, or of all. */
export interface UsageFigures {
  readonly usage_1h: Used;
  readonly usage_24h: Used;
}

export interface ModelFigures extends UsageFigures {
  /** `other` stands for all names that neither the config nor the price table has. */
  readonly model: string;
}

export type BudgetPeriod = "day" | "week" | "month" | "total";

/** A limit of a client's budget. Amounts are USD or tokens. */
export interface BudgetFigures {
  readonly client: string;
  readonly per: BudgetPeriod;
  readonly unit: "usd" | "tokens";
  /** It can be more than `max`. */
  readonly used: number;
  /** Held for requests that are in progress. */
  readonly reserved: number;
  readonly max: number;
  /** Absent if the budget never resets. */
  readonly ends_at_unix_ms?: number;
}

/** A summary of a gateway that writes usage down. */
export interface UsageSummary extends UsageFigures {
  readonly models: readonly ModelFigures[];
  readonly budgets: readonly BudgetFigures[];
}
