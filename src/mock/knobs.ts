// How does a request change what the mock does? By `x-mock-*` headers, which every SDK can send, or by the model's name.

/** The settings of one answer. */
export interface Knobs {
  /** Pause before each SSE frame but the first, ms. */
  readonly paceMs: number;
  /** Pause before the response head, ms. */
  readonly delayMs: number;
  /** Words to answer with, one SSE event each; without it the whole text once. */
  readonly events?: number;
  /** Answer with this error status. */
  readonly status?: number;
  /** Break the connection after this many SSE frames. */
  readonly cutAfter?: number;
}

interface KnobRow {
  readonly header: string;
  readonly min: number;
  readonly max: number;
  readonly what: string;
}

/** Every knob with its header, its bounds and the line the guide says about it. */
export const KNOBS: { readonly [K in keyof Required<Knobs>]: KnobRow } = {
  paceMs: { header: "x-mock-pace-ms", min: 0, max: 60_000, what: "pause before each event of a stream, ms" },
  events: { header: "x-mock-events", min: 1, max: 100_000, what: "number of words to answer with, one event each" },
  delayMs: { header: "x-mock-delay-ms", min: 0, max: 600_000, what: "pause before the response head, ms" },
  status: { header: "x-mock-status", min: 400, max: 599, what: "answer with this error status" },
  cutAfter: { header: "x-mock-cut-after", min: 0, max: 100_000, what: "break the connection after so many events" },
};

/** What `readKnobs` found, or what is wrong in plain words. */
export type KnobsRead =
  | { readonly ok: true; readonly knobs: Partial<Knobs> }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the `x-mock-*` headers of a request. A value that is no whole number within its bounds is refused,
 * so that a typing mistake does not look like a setting that has no effect.
 */
export function readKnobs(headers: Readonly<Record<string, string | string[] | undefined>>): KnobsRead {
  const knobs: Record<string, number> = {};
  for (const [name, row] of Object.entries(KNOBS)) {
    const given = headers[row.header];
    if (given === undefined) continue;
    const value = typeof given === "string" && /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    if (!(value >= row.min && value <= row.max)) {
      return { ok: false, message: `${row.header} must be a whole number from ${row.min} to ${row.max}` };
    }
    knobs[name] = value;
  }
  return { ok: true, knobs };
}
