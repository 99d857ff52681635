// Reads the settings of a request from its `x-mock-*` headers, which every SDK can send. The model's name can set them, too.

/** The settings of one answer. */
export interface AnswerSettings {
  /** Pause before each SSE frame except the first, ms. */
  readonly paceMs: number;
  /** Pause before the response headers, ms. */
  readonly delayMs: number;
  /** The number of words in the answer, one SSE event each. Default: the words of the mock's text, each once. */
  readonly events?: number;
  /** Answer with this error status. */
  readonly status?: number;
  /** Break the connection after this many SSE frames. */
  readonly cutAfter?: number;
}

interface SettingRow {
  readonly header: string;
  readonly min: number;
  readonly max: number;
  readonly what: string;
}

/** Each setting with its header, its bounds and its line in the guide. */
export const SETTINGS: { readonly [K in keyof Required<AnswerSettings>]: SettingRow } = {
  paceMs: { header: "x-mock-pace-ms", min: 0, max: 60_000, what: "pause before each event of a stream, ms" },
  events: { header: "x-mock-events", min: 1, max: 100_000, what: "number of words to answer with, one event each" },
  delayMs: { header: "x-mock-delay-ms", min: 0, max: 600_000, what: "pause before the response headers, ms" },
  status: { header: "x-mock-status", min: 400, max: 599, what: "answer with this error status" },
  cutAfter: { header: "x-mock-cut-after", min: 0, max: 100_000, what: "break the connection after this many events" },
};

/** The settings, or a message that says what is wrong. */
export type SettingsRead =
  | { readonly ok: true; readonly settings: Partial<AnswerSettings> }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the `x-mock-*` headers of a request. A value that is not a whole number within its bounds is refused. Otherwise a typing
 * mistake would look like a setting without effect.
 */
export function readSettings(headers: Readonly<Record<string, string | string[] | undefined>>): SettingsRead {
  const settings: Record<string, number> = {};
  for (const [name, row] of Object.entries(SETTINGS)) {
    const given = headers[row.header];
    if (given === undefined) continue;
    const value = typeof given === "string" && /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    if (!(value >= row.min && value <= row.max)) {
      return { ok: false, message: `${row.header} must be a whole number from ${row.min} to ${row.max}` };
    }
    settings[name] = value;
  }
  return { ok: true, settings };
}
