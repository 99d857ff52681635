// Describes the metrics of a Node process as data, as prom-client gives them. One process can send them to another.

export interface ProcessFigure {
  readonly name: string;
  readonly help: string;
  /** `counter`, `gauge`, `histogram` or `summary`. */
  readonly type: string;
  /** How the figures of several processes become one: `sum`, `first`, `max`, … */
  readonly aggregator: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
    readonly metricName?: string;
  }[];
}

export type ProcessFigures = readonly ProcessFigure[];

/** What only grows while the process runs. It must stay in the sums when the process has ended: a counter may not go back. */
export function countersOf(figures: ProcessFigures): ProcessFigures {
  return figures.filter(({ type }) => type === "counter" || type === "histogram");
}

/** Adds the counters of two processes up. */
export function addCounters(one: ProcessFigures, other: ProcessFigures): ProcessFigures {
  const sums = new Map(one.map((figure) => [figure.name, figure]));
  for (const figure of other) {
    const known = sums.get(figure.name);
    sums.set(figure.name, known === undefined ? figure : { ...known, values: addValues(known.values, figure.values) });
  }
  return [...sums.values()];
}

type Values = ProcessFigure["values"];

function addValues(one: Values, other: Values): Values {
  const sums = new Map(one.map((each) => [sampleKey(each), each]));
  for (const each of other) {
    const key = sampleKey(each);
    const known = sums.get(key);
    sums.set(key, known === undefined ? each : { ...known, value: known.value + each.value });
  }
  return [...sums.values()];
}

function sampleKey({ metricName, labels }: Values[number]): string {
  return JSON.stringify([metricName, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
