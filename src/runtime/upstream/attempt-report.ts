// Keeps what is known of the present attempt until it is told: its result, and the status of its response.

import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { AttemptResult } from "../exchange/record.ts";
import { statusResult } from "./answers/look.ts";

export class AttemptReport {
  /** Set once it is known. */
  result: AttemptResult | undefined = undefined;
  status: number | undefined = undefined;

  /** Notes the response that is passed on. */
  answered({ statusCode = 0 }: IncomingMessage): void {
    this.result = statusResult(statusCode);
    this.status = statusCode;
  }

  /** Tells the result of the attempt. An attempt without one was ended by the client, and says nothing. */
  tell(x: LiveExchange, upstream: string, retried: boolean): void {
    const { result, status } = this;
    if (result === undefined) return;
    const { headAt, sentAt = 0 } = x.record;
    this.result = undefined;
    this.status = undefined;
    x.attemptEnded({ upstream, result, status, ms: (headAt ?? performance.now()) - sentAt }, retried);
  }
}
