// Which own endpoints does a dry run know? The same paths as the gateway's, with nothing behind them.

import type { Blueprint } from "../../plan/blueprint.ts";
import { dryMetricsEndpoints } from "../admin/metrics.ts";
import { type OwnEndpoints, ownEndpoints } from "../admin/own-endpoints.ts";

export function dryEndpoints({ server: { metrics } }: Blueprint): OwnEndpoints {
  return ownEndpoints(() => true, metrics && dryMetricsEndpoints(metrics));
}
