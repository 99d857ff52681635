// Computes sums, peaks and latest values of chart columns, for legends and for screen readers.

import type { Formats } from "../formats.ts";
import type { Texts } from "../texts/texts.ts";
import type { Column, Measure } from "./chart-specs.ts";
import type { TimeSteps } from "./time-steps.ts";

export function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function totalOf({ values, total }: Column): number {
  return total ?? sumOf(values);
}

/** Returns the index of the largest value; of equal ones the last. Undefined if all are null. */
export function largestAt(values: readonly (number | null)[]): number | undefined {
  let at: number | undefined;
  values.forEach((value, index) => {
    if (value !== null && value >= (at === undefined ? 0 : (values[at] ?? 0))) at = index;
  });
  return at;
}

/** Returns the index of the last value that is not null. */
export function latestAt(values: readonly (number | null)[]): number | undefined {
  const at = values.findLastIndex((value) => value !== null);
  return at === -1 ? undefined : at;
}

/** Returns whether a chart has anything to show: a value that is neither null nor 0. */
export function hasContent(columns: readonly Column[]): boolean {
  return columns.some(({ values }) => values.some((value) => value !== null && value !== 0));
}

/** Writes a value with the unit of its measure. */
export function formatValue(value: number | null, measure: Measure, formats: Formats): string {
  if (measure === "ms") return formats.ms(value);
  return formats.count(value ?? 0);
}

/** Returns the legend's value for a column while the pointer is not on the chart: total, peak or latest. */
export function legendValue(column: Column, measure: Measure, formats: Formats): string {
  if (measure === "count") return formats.count(totalOf(column));
  const at = measure === "peak" ? largestAt(column.values) : latestAt(column.values);
  return formatValue(at === undefined ? null : (column.values[at] ?? null), measure, formats);
}

/** Describes a chart for screen readers, one sentence for each column. */
export function describeColumns(
  columns: readonly Column[],
  { starts, stepMs }: TimeSteps,
  measure: Measure,
  { formats, texts }: { readonly formats: Formats; readonly texts: Texts },
): string {
  const sentences = columns.map((column) => {
    const { name, values } = column;
    const most = largestAt(values);
    const last = latestAt(values);
    if (most === undefined || last === undefined) return undefined;
    const value = (at: number) => formatValue(values[at] ?? null, measure, formats);
    const time = (at: number) => formats.step(starts[at] ?? 0, stepMs);
    const { describeTotal, describePeak, describeLast } = texts.charts;
    if (measure === "count") return describeTotal(name, formats.count(totalOf(column)), value(most), time(most));
    if (measure === "peak") return describePeak(name, value(most), time(most), value(last));
    return describeLast(name, value(last), time(last), value(most));
  });
  return sentences.filter((sentence) => sentence !== undefined).join(" ");
}
