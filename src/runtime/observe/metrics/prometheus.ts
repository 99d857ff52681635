// Builds the text that Prometheus scrapes: the gateway's metrics, then those of the Node process.
//
// Only this file imports prom-client. The gateway's own metrics are counted in typed arrays and become text only at a scrape.
// A labelled counter and two histograms of prom-client would take a microsecond per request, a hundred times as much.

import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import type { Document } from "../../endpoints/metrics.ts";
import { Lines } from "./exposition.ts";
import { type FamiliesContext, families } from "./families.ts";
import type { Meters } from "./meters.ts";
import type { ProcessFigure, ProcessFigures } from "./process-figures.ts";

/** After this many characters, the event loop handles other events before the text is continued. */
const TURN_CHARS = 256 * 1024;

/**
 * Returns the function that builds the text of one scrape.
 * @param others the metrics of the other processes of the gateway. Without it, there is only this one
 */
export function prometheusText(
  meters: Meters,
  context: FamiliesContext,
  others?: () => readonly ProcessFigures[],
): () => Promise<Document> {
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
    const processes = others === undefined ? defaults : allProcesses(await figuresOf(defaults), others());
    return { text: text + (await processes.metrics()), contentType: defaults.contentType };
  };
}

/** Returns the function that reads the metrics of this process, to send them to another one. */
export function processFigures(): () => Promise<ProcessFigures> {
  const registry = processMetrics();
  return () => figuresOf(registry);
}

async function figuresOf(registry: Registry): Promise<ProcessFigures> {
  return (await registry.getMetricsAsJSON()) as unknown as ProcessFigures;
}

/**
 * How some metrics of several processes become one, where prom-client would do something else. The start is that of the primary. Of the
 * event loops, the slowest is shown. The limit of open files is the same for each process.
 */
const TOGETHER: Readonly<Record<string, string>> = {
  process_start_time_seconds: "first",
  process_max_fds: "first",
  nodejs_eventloop_lag_seconds: "max",
};

/** @param own it comes first: what can't be added up is that of this process */
function allProcesses(own: ProcessFigures, others: readonly ProcessFigures[]): Pick<Registry, "metrics"> {
  const together = ({ aggregator, ...figure }: ProcessFigure): ProcessFigure => ({
    ...figure,
    aggregator: TOGETHER[figure.name] ?? aggregator,
  });
  return AggregatorRegistry.aggregate([own, ...others].map((figures) => figures.map(together)));
}

/**
 * The default metrics of prom-client, without the statistics of the event loop's delay, such as its percentiles. Those need a
 * timer that fires a hundred times a second. The delay itself is measured at each scrape.
 */
function processMetrics(): Registry {
  const registry = new Registry();
  // The timer can't be turned off. This is the longest interval that Node accepts.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
  for (const part of ["min", "max", "mean", "stddev", "p50", "p90", "p99"]) {
    registry.removeSingleMetric(`nodejs_eventloop_lag_${part}_seconds`);
  }
  return registry;
}
