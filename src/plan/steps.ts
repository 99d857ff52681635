// Which gates can stand before an upstream, in which order, and what does each need to know? The one list of them.

import type { Exchange } from "./exchange.ts";
import type { ForwardSpec } from "./forward.ts";
import type { Reply } from "./replies.ts";
import type { CorsSpec, ResponseFormat, ResponseFormatSpec } from "./response-format.ts";
import type { Digest } from "./secret.ts";

/** A gateway token, reduced to what checking it needs. Prints as `[redacted]`: the label shows a part of the token. */
export class TokenSpec {
  readonly digest: Digest;
  /** What logs and tables show (contract, section 11, token label). */
  readonly label: string;

  constructor(digest: Digest, label: string) {
    this.digest = digest;
    this.label = label;
  }

  toJSON(): string {
    return this.digest.toJSON();
  }
}

/** Where a token is looked for; `name` is lower-case. */
export type TokenSource =
  | { readonly type: "authorization_bearer" }
  | { readonly type: "header"; readonly name: string };

export interface AuthSpec {
  readonly tokens: readonly TokenSpec[];
  readonly sources: readonly TokenSource[];
}

export interface RateLimitSpec {
  readonly routeId: string;
  readonly perMinute: number;
}

export interface InflightSpec {
  readonly max: number;
}

export interface UpstreamGateSpec {
  readonly routeId: string;
  /** Of the upstream key. */
  readonly keyDigest: Digest;
  readonly max: number;
  readonly maxWaiting: number;
  /** Longest wait, ms. */
  readonly timeoutMs: number;
}

export interface StepSpecs {
  cors: CorsSpec;
  auth: AuthSpec;
  rateLimit: RateLimitSpec;
  downstreamInflight: InflightSpec;
  upstreamInflight: UpstreamGateSpec;
}

export type StepKind = keyof StepSpecs;

/** The order of contract, section 4: whether a browser only asks, who you are, then how much you may, then whether there is room. */
export const STEP_ORDER = [
  "cors",
  "auth",
  "rateLimit",
  "downstreamInflight",
  "upstreamInflight",
] as const satisfies StepKind[];

// Every kind has its place: a forgotten one fails here.
type Placed = (typeof STEP_ORDER)[number];
true satisfies [Exclude<StepKind, Placed>] extends [never] ? true : false;

/** A step as data: what the blueprint holds. */
export type Step<K extends StepKind = StepKind> = {
  [P in K]: { readonly kind: P; readonly spec: Readonly<StepSpecs[P]> };
}[K];

/** A guard's answer: a reply refuses, `undefined` lets pass. */
export type Verdict = Reply | undefined;

/** A step, compiled: stays synchronous unless it really has to wait. */
export type Guard<X extends Exchange = Exchange> = (x: X) => Verdict | Promise<Verdict>;

/** The end of every chain: sends the exchange upstream. */
export type Terminal<X extends Exchange = Exchange> = (x: X) => void;

export type GuardMakers = { readonly [K in StepKind]: (spec: Readonly<StepSpecs[K]>) => Guard };

/** What the runtime lends the linker: how to make a guard of each kind, a terminal, and the looks of responseFormat. */
export interface GuardRegistry<X extends Exchange = Exchange> {
  readonly guards: GuardMakers;
  readonly forward: (spec: ForwardSpec) => Terminal<X>;
  readonly responseFormat: (spec: ResponseFormatSpec) => ResponseFormat;
}
