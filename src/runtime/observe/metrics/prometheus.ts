// What does Prometheus read? Our metrics, then the process' own. prom-client's door.
//
// Ours are counted in typed arrays: a labelled counter and two histograms of prom-client would cost a microsecond a request,
// a hundred times as much. They become text only when somebody scrapes.

import { collectDefaultMetrics, Registry } from "prom-client";
import type { Document } from "../../endpoints/metrics.ts";
import { Lines } from "./exposition.ts";
import { type FamiliesContext, families } from "./families.ts";
import type { Meters } from "./meters.ts";

/** After this much text other events get their turn, characters. */
const TURN_CHARS = 256 * 1024;

/** The text of a scrape, made anew at each call. */
export function prometheusText(meters: Meters, context: FamiliesContext): () => Promise<Document> {
  const defaults = processMetrics();
  const ours = families(meters, context);
  return async () => {
    let text = "";
    let turn = TURN_CHARS;
    for (const family of ours) {
      const lines = new Lines(family);
      family.write(lines);
      text += lines.text;
      if (text.length < turn) continue;
      turn = text.length + TURN_CHARS;
      await new Promise(setImmediate);
    }
    return { text: text + (await defaults.metrics()), contentType: defaults.contentType };
  };
}

/**
 * prom-client's defaults, less the percentiles of the event loop's delay: they would keep a timer that wakes a hundred times a
 * second. The delay itself is measured at each scrape.
 */
function processMetrics(): Registry {
  const registry = new Registry();
  // The longest interval a timer takes stands for none.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
  for (const part of ["min", "max", "mean", "stddev", "p50", "p90", "p99"]) {
    registry.removeSingleMetric(`nodejs_eventloop_lag_${part}_seconds`);
  }
  return registry;
}
