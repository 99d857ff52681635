// Lists the steps that a request passes before it goes upstream: their order, and the data of each. Each step becomes a guard.

import type { ClientAccess, Exchange } from "./exchange.ts";
import type { Reply } from "./replies.ts";
import type { CorsSpec } from "./response-format.ts";
import type { Digest } from "./secret.ts";

/** A gateway token, without its value. In JSON it has no label, because that shows a part of the token. */
export class TokenSpec {
  readonly digest: Digest;
  /** What logs and tables show (contract, section 11, token label). */
  readonly label: string;
  /** `undefined` for a token that belongs to no client. */
  readonly client: ClientSpec | undefined;

  constructor(digest: Digest, label: string, client?: ClientSpec) {
    this.digest = digest;
    this.label = label;
    this.client = client;
  }

  toJSON(): unknown {
    const token = this.digest.toJSON();
    return this.client === undefined ? token : { token, client: this.client };
  }
}

/** A client of the config. Its tokens share the object. */
export interface ClientSpec {
  readonly id: string;
  readonly enabled: boolean;
  /** When its tokens stop to be valid, ms since the epoch; `undefined`: never. */
  readonly expiresAtMs: number | undefined;
  readonly access: ClientAccess;
}

/**
 * Where a token is looked for. The name of a header is lower-case; that of a query parameter is as the config has it. The prefix is
 * what stands before the token in an item of `sec-websocket-protocol`.
 */
export type TokenSource =
  | { readonly type: "authorization_bearer" }
  | { readonly type: "header"; readonly name: string }
  | { readonly type: "query"; readonly name: string }
  | { readonly type: "websocket_protocol"; readonly prefix: string };

export interface AuthSpec {
  readonly tokens: readonly TokenSpec[];
  readonly sources: readonly TokenSource[];
}

/** Refuses WebSockets where the route takes none, and those that begin in a wrong way. */
export interface WebSocketSpec {
  readonly enabled: boolean;
}

/** Lets clients in on the routes they may use. */
export interface RouteScopeSpec {
  readonly routeId: string;
}

/** Lets clients use the models they may use. */
export interface ModelScopeSpec {
  /** How much of a body may be held to read the model, bytes. */
  readonly scanBytes: number;
  /** The longest time in which a client may send nothing of it, ms; 0 = any. */
  readonly idleMs: number;
}

/** Reserves what requests may use of their clients' budgets. The limits are part of the clients. */
export interface BudgetStepSpec extends ModelScopeSpec {
  /** Whether a client with a budget in USD may use a model without a price. */
  readonly unpriced: "deny" | "allow";
  /** The host names of the route's upstreams, each once: prices may differ between them. */
  readonly hosts: readonly string[];
}

/** Limits the rate of each client. The limits are part of the clients, so the step has no settings. */
export type ClientRateSpec = Readonly<Record<never, never>>;

/** Limits how many requests of each client are in flight. */
export interface ClientInflightSpec {
  /** The clients that have such a limit. */
  readonly clients: readonly { readonly id: string; readonly max: number }[];
}

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
  routeScope: RouteScopeSpec;
  webSocket: WebSocketSpec;
  rateLimit: RateLimitSpec;
  clientRate: ClientRateSpec;
  modelScope: ModelScopeSpec;
  budget: BudgetStepSpec;
  downstreamInflight: DownstreamLimitSpec;
  clientInflight: ClientInflightSpec;
}

export type StepKind = keyof StepSpecs;

/** The order of contract, section 4, and why each step is where it is. */
export const STEP_ORDER = [
  // First: browsers send preflights without a token.
  "cors",
  // Before all limits: a request without a valid token must not use them up, and the rate limit counts by client.
  "auth",
  // Before all limits: no limit counts the refusal.
  "routeScope",
  // After the token, so that only clients of the gateway learn about a route. Before all limits: no limit counts the refusal.
  "webSocket",
  // Before the in-flight limits: a request that is refused here takes no slot.
  "rateLimit",
  // After the limit of the route, so that a request that is refused there does not count here.
  "clientRate",
  // After the rates, since the body may have to be waited for. Before the slots, which are not held meanwhile.
  "modelScope",
  // After the models, since a request that is refused there reserves nothing. Before the slots, as the body may have to be waited for.
  "budget",
  // Its slot is taken until the exchange ends.
  "downstreamInflight",
  // Last, as the narrower of the two. Then the upstream is chosen, which has a limit of its own.
  "clientInflight",
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
