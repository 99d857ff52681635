// Types of judge.mjs, for the tests.

export interface Results {
  [name: string]: Results | readonly Record<string, number | readonly number[]>[];
}

export const TARGETS_HEAD: readonly string[];
export function targetRows(results: Results, options: { all: boolean }): string[][];
