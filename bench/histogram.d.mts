// Types of histogram.mjs, for the tests.

export function histogram(values: readonly number[]): number[];
export function quantileOfAll(histograms: readonly (readonly number[])[], q: number): number;
