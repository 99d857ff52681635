// Lists the steps that a request passes before it goes upstream: their order, and the data of each. Each step becomes a guard.

import type { Exchange } from "./exchange.ts";
import type { Reply } from "./replies.ts";
import type { CorsSpec } from "./response-format.ts";
import type { Digest } from "./secret.ts";

/** A gateway token, without its value. In JSON it is `[redacted]`, because the label shows a part of the token. */
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

/** Where a token is looked for. The name of a header is lower-case; that of a query parameter is as the config has it. */
export type TokenSource =
  | { readonly type: "authorization_bearer" }
  | { readonly type: "header"; readonly name: string }
  | { readonly type: "query"; readonly name: string };

export interface AuthSpec {
  readonly tokens: readonly TokenSpec[];
  readonly sources: readonly TokenSource[];
}

/** Refuses WebSockets. It has no settings. */
export type WebSocketSpec = Readonly<Record<never, never>>;

export interface RateLimitSpec {
  readonly routeId: string;
  readonly perMinute: number;
}

export interface DownstreamLimitSpec {
  readonly max: number;
}

/** The data of each kind of step. */
export interface StepSpecs {
  cors: CorsSpec;
  auth: AuthSpec;
  webSocket: WebSocketSpec;
  rateLimit: RateLimitSpec;
  downstreamInflight: DownstreamLimitSpec;
}

export type StepKind = keyof StepSpecs;

/** The order of contract, section 4, and why each step is where it is. */
export const STEP_ORDER = [
  // First: browsers send preflights without a token.
  "cors",
  // Before all limits: a request without a valid token must not use them up, and the rate limit counts by client.
  "auth",
  // After the token, so that only clients of the gateway learn about a route. Before all limits: no limit counts the refusal.
  "webSocket",
  // Before the in-flight limit: a request that is refused here takes no slot.
  "rateLimit",
  // Last: its slot is taken until the exchange ends. Then the upstream is chosen, which has a limit of its own.
  "downstreamInflight",
] as const satisfies StepKind[];

type Unplaced = Exclude<StepKind, (typeof STEP_ORDER)[number]>;
// A new kind that is missing in STEP_ORDER fails to compile here, by name.
true satisfies [Unplaced] extends [never] ? true : `${Unplaced} is missing in STEP_ORDER`;

/** A step as the blueprint holds it. */
export type Step<K extends StepKind = StepKind> = {
  [P in K]: { readonly kind: P; readonly spec: Readonly<StepSpecs[P]> };
}[K];

/** A guard's answer: a reply ends the chain and is sent to the client; `undefined` lets the request pass. */
export type Verdict = Reply | undefined;

/** Decides whether an exchange may pass. Answers synchronously unless it really has to wait. */
export type Guard<X extends Exchange = Exchange> = (x: X) => Verdict | Promise<Verdict>;
