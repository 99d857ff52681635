// Types of aims.mjs, for the tests.

export interface Bound {
  against?: string;
  atMost?: number;
  atLeast?: number;
}
export interface Aim {
  what: string;
  from: readonly string[];
  figure: string;
  more?: boolean;
  lane?: string;
  unit?: string;
  aim: Bound;
  moonshot?: readonly Bound[];
  counts?: "best" | "all" | "added";
  times?: number;
}

export const GATEWAY: string;
export const BARE_NAME: string;
export const BEFORE: string;
export const WORKERS: { one: string; sameCore: string; spread: string };
export const AIMS: readonly Aim[];
