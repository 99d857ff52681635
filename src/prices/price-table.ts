// Reads the price table that ships, once, when the first price is asked for. Without usage it is never read.

import { readFileSync } from "node:fs";
import { type ModelPrice, modelPrice } from "./model-price.ts";
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

/** The file, as scripts/gen-prices.mjs writes it. */
interface TableFile {
  readonly date: string;
  readonly columns: readonly string[];
  readonly providers: Readonly<
    Record<string, readonly (readonly [readonly string[], Readonly<Record<string, Cells>>])[]>
  >;
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

function providerPrices(groups: TableFile["providers"][string], columns: readonly string[]): ProviderPrices {
  const rowsByName = new Map(groups.flatMap(([names, rows]) => names.map((name) => [name, rows] as const)));
  return {
    has: (model) => rowsByName.has(model),
    price(model) {
      const rows = rowsByName.get(model);
      if (rows === undefined) return undefined;
      return modelPrice(new Map(Object.entries(rows).map(([key, cells]) => [key, rowOf(cells, columns)])));
    },
  };
}

function rowOf(cells: Cells, columns: readonly string[]): PriceRow {
  const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? undefined]));
  return { ...row, input: cells[0] ?? 0, output: cells[1] ?? 0 };
}
