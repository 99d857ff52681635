// Types of blocks.mjs, for the tests.

export type BlockSize = { readonly fixed: number } | { readonly share: number };

export interface Minute {
  readonly limit: number;
  readonly requests: number;
  readonly gateways: number;
  readonly uneven?: boolean;
  readonly block: BlockSize;
}

export function blockMinute(
  minute: Minute,
  random: () => number,
): { calls: number; admitted: number; early: number; unused: number; over: number };

export function seededRandom(seed: number): () => number;
