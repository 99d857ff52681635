// Which own endpoints does a dry run know? The same paths as the gateway's, with nothing behind them.

import type { Blueprint } from "../../plan/blueprint.ts";
import { type BuiltInEndpoints, builtInEndpoints } from "../endpoints/built-in.ts";
import { dryMetricsEndpoints } from "../endpoints/metrics.ts";

export function dryEndpoints({ server: { metrics } }: Blueprint): BuiltInEndpoints {
  return builtInEndpoints(() => true, metrics && dryMetricsEndpoints(metrics));
}
