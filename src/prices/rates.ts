// Works out what a token of each kind costs, from prices of which some may be missing (contract, section 13, "Cost").

/** Prices by kind of token, USD per million. */
export interface PriceRow {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly audioInput?: number | undefined;
  readonly audioOutput?: number | undefined;
  readonly reasoning?: number | undefined;
}

/** What one token costs, in millionths of a tick. Whole numbers without a bound, so that no sum of them is rounded. */
export type Rates = { readonly [Kind in keyof PriceRow]-?: bigint };

/** So many of the units of `Rates` make a tick. */
export const RATE_UNITS_PER_TICK = 1_000_000n;

/** 1 USD per million tokens is 1e-6 USD a token, which is 1e4 ticks. */
const UNITS_PER_USD_PER_MILLION = 1e10;

/** The rates of a row. A missing price is that of input or output; that of a write for an hour is that of any write. */
export function ratesOf(row: PriceRow): Rates {
  const cacheWrite = row.cacheWrite ?? row.input;
  return {
    input: units(row.input),
    output: units(row.output),
    cachedInput: units(row.cachedInput ?? row.input),
    cacheWrite: units(cacheWrite),
    cacheWrite1h: units(row.cacheWrite1h ?? cacheWrite),
    audioInput: units(row.audioInput ?? row.input),
    audioOutput: units(row.audioOutput ?? row.output),
    reasoning: units(row.reasoning ?? row.output),
  };
}

/**
 * Fills in what the row of a tier leaves out, from the usual row. In a tier that is dearer, a missing price rises as input or
 * output does. A tier that is cheaper does not make a price cheaper that it doesn't name: providers often leave the discount for
 * cached input out there. A write for an hour follows the other writes.
 */
export function tierRow(tier: PriceRow, usual: PriceRow): PriceRow {
  const forInput = dearer(tier.input, usual.input);
  const forOutput = dearer(tier.output, usual.output);
  const cached = times(usual.cachedInput, forInput);
  const cacheWrite = tier.cacheWrite ?? times(usual.cacheWrite, forInput);
  const forWrites = usual.cacheWrite ? (cacheWrite ?? usual.cacheWrite) / usual.cacheWrite : forInput;
  return {
    input: tier.input,
    output: tier.output,
    cachedInput: tier.cachedInput ?? (cached === undefined ? undefined : Math.min(cached, tier.input)),
    cacheWrite,
    cacheWrite1h: tier.cacheWrite1h ?? times(usual.cacheWrite1h, forWrites),
    audioInput: tier.audioInput ?? times(usual.audioInput, forInput),
    audioOutput: tier.audioOutput ?? times(usual.audioOutput, forOutput),
    reasoning: tier.reasoning ?? times(usual.reasoning, forOutput),
  };
}

function units(usdPerMillion: number): bigint {
  return BigInt(Math.round(usdPerMillion * UNITS_PER_USD_PER_MILLION));
}

function dearer(tier: number, usual: number): number {
  return usual > 0 ? Math.max(1, tier / usual) : 1;
}

function times(price: number | undefined, factor: number): number | undefined {
  return price === undefined ? undefined : price * factor;
}
