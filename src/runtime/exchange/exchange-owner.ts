// Describes what an exchange needs of the plan generation it belongs to.

import type { ResponseFormat } from "../../plan/response-format.ts";
import type { Observer } from "./observer.ts";
import type { ExchangeRecord } from "./record.ts";

/** @typeParam X the exchange */
export interface ExchangeOwner<X> {
  readonly responseFormat: ResponseFormat;
  /** True once responses have to end their connection. */
  readonly draining: boolean;
  readonly observer: Observer;
  /** Logs and counts an exchange that has ended and released what it held. Called exactly once, before `ended`. Must not throw. */
  report(record: ExchangeRecord): void;
  /** Called at the end of every exchange, exactly once. */
  ended(x: X): void;
  /** Reports a bug of ours. @param by names the step that failed */
  bug(x: X, err: unknown, by: string): void;
}
