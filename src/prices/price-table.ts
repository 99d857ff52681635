// Reads the price table that comes with the gateway, once, when the first price is asked for. Without usage it is never read.

import { readFileSync } from "node:fs";
import { type ModelPrice, modelPrice, type OffPeak } from "./model-price.ts";
import type { PriceRow } from "./rates.ts";

/** The prices of one provider's models, by the name that its API takes. */
export interface ProviderPrices {
  has(model: string): boolean;
  price(model: string): ModelPrice | undefined;
}

export interface PriceTable {
  /** The day on which the prices were taken from their source: `YYYY-MM-DD`. */
  readonly date: string;
  readonly providers: ReadonlyMap<string, ProviderPrices>;
}

/** Prices by column; a missing one is `null`, or left out at the end. */
type Cells = readonly (number | null)[];

/** The names of the models that have a price, its rows, and when its off-peak row holds. */
type Group = readonly [names: readonly string[], rows: Readonly<Record<string, Cells>>, offPeak?: OffPeak];

/** The file, as scripts/gen-prices.mjs writes it. */
interface TableFile {
  readonly date: string;
  readonly columns: readonly string[];
  readonly providers: Readonly<Record<string, readonly Group[]>>;
}

/** The bundle keeps the addresses of the source files, so it finds the folder too. */
const TABLE = new URL("../../prices/table.json", import.meta.url);

let table: PriceTable | undefined;

/**
 * The table that ships.
 * @throws when the file is missing or broken, which means that the installation is: books without prices would go unnoticed
 */
export function priceTable(): PriceTable {
  table ??= tableOf(JSON.parse(readFileSync(TABLE, "utf8")) as TableFile);
  return table;
}

function tableOf({ date, columns, providers }: TableFile): PriceTable {
  const read = Object.entries(providers).map(([name, groups]) => [name, providerPrices(groups, columns)] as const);
  return { date, providers: new Map(read) };
}

function providerPrices(groups: readonly Group[], columns: readonly string[]): ProviderPrices {
  const byName = new Map(groups.flatMap((group) => group[0].map((name) => [name, group] as const)));
  return {
    has: (model) => byName.has(model),
    price(model) {
      const group = byName.get(model);
      if (group === undefined) return undefined;
      const [, rows, offPeak] = group;
      return modelPrice(new Map(Object.entries(rows).map(([key, cells]) => [key, rowOf(cells, columns)])), offPeak);
    },
  };
}

function rowOf(cells: Cells, columns: readonly string[]): PriceRow {
  const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? undefined]));
  return { ...row, input: cells[0] ?? 0, output: cells[1] ?? 0 };
}
