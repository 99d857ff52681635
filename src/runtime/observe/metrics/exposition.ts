// Writes metric families in Prometheus' text format.
//
// The lines are built directly from numbers. prom-client would build each line from an object, and block the event loop for
// about 100 ms when 200 routes are busy (hazard M1).

import type { Histogram } from "./histogram.ts";
import { BOUNDS_MS } from "./histogram.ts";

type Labels = Readonly<Record<string, string>>;

/** One metric with all its labels; Prometheus calls it a metric family. `write` adds its lines. */
export interface Family {
  readonly type: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  readonly write: (lines: Lines) => void;
}

/** Collects the lines of a family. */
export class Lines {
  text: string;
  readonly #name: string;

  constructor({ type, name, help }: Family) {
    this.#name = name;
    this.text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }

  sample(labels: Labels, value: number): void {
    const inside = labelText(labels);
    this.text += `${this.#name}${inside === "" ? "" : `{${inside}}`} ${value}\n`;
  }

  /** Writes cumulative buckets, sum and count. Bounds and sum are in seconds. */
  histogram(labels: Labels, { counts, sumMs }: Histogram): void {
    const shared = labelText(labels);
    let below = 0;
    let text = "";
    for (let bucket = 0; bucket < LE.length; bucket++) {
      below += counts[bucket] as number;
      text += `${this.#name}_bucket{${shared},le="${LE[bucket]}"} ${below}\n`;
    }
    this.text += `${text}${this.#name}_sum{${shared}} ${sumMs / 1000}\n${this.#name}_count{${shared}} ${below}\n`;
  }
}

const LE: readonly string[] = [...BOUNDS_MS.map((ms) => String(ms / 1000)), "+Inf"];

function labelText(labels: Labels): string {
  let text = "";
  for (const name in labels) text += `${text === "" ? "" : ","}${name}="${escaped(labels[name] as string)}"`;
  return text;
}

/** Escapes a label value. A route id may contain any characters, also quotes and line breaks. */
function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`)) : value;
}
