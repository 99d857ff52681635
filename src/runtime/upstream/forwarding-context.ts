// Describes what the forwarding of an exchange is given: what all exchanges of a route share, and what was read of this one.

import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import type { Clock } from "../clock.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { Tracer } from "../exchange/observer.ts";
import type { BodyEdit } from "../model/rename-model.ts";
import type { RequestModels } from "../model/request-model.ts";
import type { Meter } from "./body-tap.ts";
import type { PoolRequest, RetryContext } from "./retries.ts";
import type { KeepRule } from "./upload.ts";

/** What all exchanges of a route share. */
export interface ForwardingContext {
  readonly spec: ForwardSpec;
  readonly tracer: Tracer | undefined;
  readonly clock: Clock;
  /** `undefined` for a single upstream that is asked once. */
  readonly retries: RetryContext | undefined;
  readonly keep: KeepRule;
  /** Whether a response of this content type is a stream. */
  readonly isStream: (contentType: string | undefined) => boolean;
  /** Reads the responses; `undefined`: nobody does. */
  readonly meter: Meter | undefined;
  /** Called when an upstream failed. @param cause a short text without secrets */
  readonly onFailure: (x: LiveExchange, outcome: Outcome, cause: string) => void;
}

/** What was found out about a request before its upstream was chosen. */
export interface Prepared {
  /** `undefined` for a single upstream. */
  readonly pool: PoolRequest | undefined;
  readonly models: RequestModels;
  /** Asks a stream to report its usage (`usage.ask`); `undefined`: nothing is changed for that. */
  readonly ask: BodyEdit | undefined;
}
