// Estimates the tokens of a request before it is sent (contract, section 12, "Reserve, then settle").

import type { RequestSize } from "../../plan/exchange.ts";

/** What a request without an output limit is expected to have written. */
const DEFAULT_OUTPUT_TOKENS = 4096;

const BYTES_PER_TOKEN = 4;

export interface TokenEstimate {
  readonly input: number;
  readonly output: number;
}

/** The tokens of a request, by the bytes of its body and the limit it sets to its output. */
export function estimateTokens({ bodyBytes, outputLimit = DEFAULT_OUTPUT_TOKENS }: RequestSize): TokenEstimate {
  return { input: Math.ceil(bodyBytes / BYTES_PER_TOKEN), output: outputLimit };
}
