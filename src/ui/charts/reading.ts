// What is there to read off a column? Its sum, its largest, its latest value: for legends, and for those who hear the chart.

import type { Formats } from "../formats.ts";
import type { Series } from "../summary.ts";
import type { Words } from "../words/words.ts";
import type { Column, Measure } from "./chart-specs.ts";

/** Where each step begins, unix ms. */
export function stepStarts({ requests, start_unix_ms, step_seconds }: Series): readonly number[] {
  return requests.map((_, index) => start_unix_ms + index * step_seconds * 1000);
}

export function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function totalOf({ values, total }: Column): number {
  return total ?? sumOf(values);
}

/** The index of the largest value, the latest of equals; undefined when all are null. */
export function largestAt(values: readonly (number | null)[]): number | undefined {
  let at: number | undefined;
  values.forEach((value, index) => {
    if (value !== null && value >= (at === undefined ? 0 : (values[at] ?? 0))) at = index;
  });
  return at;
}

/** The index of the last value that is not null. */
export function latestAt(values: readonly (number | null)[]): number | undefined {
  const at = values.findLastIndex((value) => value !== null);
  return at === -1 ? undefined : at;
}

/** Whether a chart has anything to show: durations where there are any, counts where one is not 0. */
export function hasContent(columns: readonly Column[]): boolean {
  return columns.some(({ values }) => values.some((value) => value !== null && value !== 0));
}

/** A value as the chart's measure has it. */
export function written(value: number | null, measure: Measure, formats: Formats): string {
  if (measure === "ms") return formats.ms(value);
  return formats.count(value ?? 0);
}

/** The one figure that stands for a column while no time is pointed at. */
export function atRest(column: Column, measure: Measure, formats: Formats): string {
  if (measure === "count") return formats.count(totalOf(column));
  const at = measure === "peak" ? largestAt(column.values) : latestAt(column.values);
  return written(at === undefined ? null : (column.values[at] ?? null), measure, formats);
}

/** A chart in words, one sentence a column. */
export function describe(
  columns: readonly Column[],
  starts: readonly number[],
  measure: Measure,
  { formats, words }: { readonly formats: Formats; readonly words: Words },
): string {
  const sentences = columns.map((column) => {
    const { name, values } = column;
    const most = largestAt(values);
    const last = latestAt(values);
    if (most === undefined || last === undefined) return undefined;
    const value = (at: number) => written(values[at] ?? null, measure, formats);
    const time = (at: number) => formats.time(starts[at] ?? 0);
    const { describeTotal, describePeak, describeLast } = words.charts;
    if (measure === "count") return describeTotal(name, formats.count(totalOf(column)), value(most), time(most));
    if (measure === "peak") return describePeak(name, value(most), time(most), value(last));
    return describeLast(name, value(last), time(last), value(most));
  });
  return sentences.filter((sentence) => sentence !== undefined).join(" ");
}
