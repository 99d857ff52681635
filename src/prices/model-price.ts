// Chooses the rates of a request from the prices of its model: by how long it is, and by its service tier.

import { type PriceRow, type Rates, ratesOf, tierRow } from "./rates.ts";

/** Gives the rates of a request that has so much input in all, and was served in a tier. Unknown tiers have the usual rates. */
export type ModelPrice = (totalInput: number, serviceTier: string | undefined) => Rates;

interface ByLength {
  readonly usual: Rates;
  /** The rates of requests with more input than `above`; the longest first. */
  readonly long: readonly { readonly above: number; readonly rates: Rates }[];
}

/** What APIs and price lists call the tiers otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = { batches: "batch" };

/**
 * @param rows by kind of request: `""` is the usual one, `flex` a service tier, `>200000` a request with more input than that,
 *   `flex>200000` both. The whole of a long request is charged at the higher rates.
 */
export function modelPrice(rows: ReadonlyMap<string, PriceRow>): ModelPrice | undefined {
  const usualRow = rows.get("");
  if (usualRow === undefined) return undefined;
  const usual = byLength(rows, "", usualRow);
  const services = new Map<string, ByLength>();
  for (const [key, row] of rows) {
    if (key === "" || key.includes(">")) continue;
    services.set(key, byLength(rows, key, tierRow(row, usualRow)));
  }
  return (totalInput, serviceTier) => {
    const name = serviceTier?.toLowerCase() ?? "";
    const choice = services.get(OTHER_NAMES[name] ?? name) ?? usual;
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
