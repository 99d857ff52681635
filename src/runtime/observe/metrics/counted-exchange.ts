// Describes what the meters look at of an exchange and of its usage. A report of a worker holds this and no more.

import type { Client } from "../../../plan/exchange.ts";
import type { TokenCounts } from "../../../plan/usage.ts";
import type { ChosenUpstream, ExchangeRecord } from "../../exchange/record.ts";
import type { ExchangeUsage } from "../../usage/exchange-usage.ts";
import type { UsageReport } from "../../usage/usage-report.ts";

/** Only the difference of two times counts, so they may be on any clock. */
type Times = "startedAt" | "sentAt" | "headAt" | "endedAt";
type Facts = "method" | "builtIn" | "admitted" | "upstreamAnswered" | "streaming" | "webSocket" | "outcome" | "status";

export interface CountedExchange
  extends Pick<ExchangeRecord, Times | Facts | "attempts" | "failedAttempts">,
    CountedUpstream {
  readonly client: CountedClient | undefined;
}

export interface CountedRoute {
  readonly route: { readonly id: string } | undefined;
}

export interface CountedUpstream extends CountedRoute {
  readonly upstream: Pick<ChosenUpstream, "host"> | undefined;
}

export type CountedClient = Pick<Client, "id" | "label">;

/** An exchange whose usage is known. */
export interface UsedExchange extends CountedRoute, Pick<ExchangeRecord, "upstreamAnswered" | "status"> {
  readonly client: CountedClient | undefined;
}

export interface CountedUsage extends Pick<ExchangeUsage, "modelLabel" | "costTicks" | "ttftMs"> {
  readonly report: Pick<UsageReport, "known"> & {
    readonly counts: Pick<TokenCounts, "input" | "cacheRead" | "cacheWrite" | "output" | "reasoning">;
  };
}
