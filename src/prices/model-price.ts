// Chooses the rates of a request from the prices of its model: by how long it is, by its service tier, and by the time of day.

import { type PriceRow, type Rates, ratesOf, tierRow } from "./rates.ts";

/**
 * Gives the rates of a request that has so much input in all, was served in a tier, and was made at a time (ms since 1970). Unknown
 * tiers have the usual rates; so have unknown times.
 */
export type ModelPrice = (totalInput: number, serviceTier: string | undefined, at: number | undefined) => Rates;

/** When off-peak prices hold: on these days (Monday is 1), between these minutes of the day, in UTC. */
export type OffPeak = readonly (readonly [days: readonly number[], spans: readonly (readonly [number, number])[]])[];

const OFF_PEAK = "off-peak";

interface ByLength {
  readonly usual: Rates;
  /** The rates of requests with more input than `above`; the longest first. */
  readonly long: readonly { readonly above: number; readonly rates: Rates }[];
}

/** What APIs and price lists call the tiers otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = { batches: "batch" };

/**
 * @param rows by kind of request: `""` is the usual one, `flex` a service tier, `off-peak` a time of day, `>200000` a request with more input than that,
 *   `flex>200000` both. The whole of a long request is charged at the higher rates.
 */
export function modelPrice(rows: ReadonlyMap<string, PriceRow>, offPeak: OffPeak = []): ModelPrice | undefined {
  const usualRow = rows.get("");
  if (usualRow === undefined) return undefined;
  const usual = byLength(rows, "", usualRow);
  const services = new Map<string, ByLength>();
  for (const [key, row] of rows) {
    if (key === "" || key.includes(">")) continue;
    services.set(key, byLength(rows, key, tierRow(row, usualRow)));
  }
  const cheapHours = services.get(OFF_PEAK);
  services.delete(OFF_PEAK);
  return (totalInput, serviceTier, at) => {
    const name = serviceTier?.toLowerCase() ?? "";
    const now = cheapHours !== undefined && at !== undefined && holds(offPeak, at) ? cheapHours : usual;
    const choice = services.get(OTHER_NAMES[name] ?? name) ?? now;
    return choice.long.find(({ above }) => totalInput > above)?.rates ?? choice.usual;
  };
}

/** A service without rates of its own for long requests serves them at the usual ones for long requests. */
function byLength(rows: ReadonlyMap<string, PriceRow>, service: string, first: PriceRow): ByLength {
  const usual = rows.get("") ?? first;
  const lengths = new Set([...rows.keys()].filter((key) => key.includes(">")).map((key) => Number(key.split(">")[1])));
  const long = [...lengths].flatMap((above) => {
    const own = rows.get(`${service}>${above}`);
    const shared = own ?? rows.get(`>${above}`);
    if (shared === undefined) return [];
    return [{ above, rates: ratesOf(tierRow(shared, own === undefined ? usual : first)) }];
  });
  long.sort((a, b) => b.above - a.above);
  return { usual: ratesOf(first), long };
}

function holds(offPeak: OffPeak, at: number): boolean {
  const time = new Date(at);
  const day = time.getUTCDay() || 7;
  const minute = time.getUTCHours() * 60 + time.getUTCMinutes();
  return offPeak.some(
    ([days, spans]) => days.includes(day) && spans.some(([from, to]) => minute >= from && minute < to),
  );
}
