// Reads the settings of a request from its `x-mock-*` headers, which every SDK can send. The model's name can set them, too.

import { isQuirk, QUIRKS, type Quirk } from "./usage/quirks.ts";

/** The content codings that an answer can have. */
export const CODINGS = ["gzip", "deflate", "br"] as const;
export type Coding = (typeof CODINGS)[number];

/** The settings of one answer. */
export interface AnswerSettings extends NumberSettings {
  /** The unusual ways in which usage is reported. */
  readonly quirks: ReadonlySet<Quirk>;
  /** Code the body so, if the client accepts it; each event of a stream is flushed. */
  readonly coding?: Coding;
}

/** The settings that are whole numbers. */
interface NumberSettings {
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
  /** The tokens of the prompt. Default: counted. */
  readonly inputTokens?: number;
  /** How many tokens of the prompt are read from a cache. Default 0. At most all of them. */
  readonly cacheReadTokens?: number;
  /** How many of the rest are written to a cache. Default 0. */
  readonly cacheWriteTokens?: number;
  /** How many of those live for an hour. Default 0. */
  readonly cacheWrite1hTokens?: number;
  /** Tokens of reasoning, besides the words of the answer. Default 0. */
  readonly reasoningTokens?: number;
  /** Write each event of a stream in pieces of this many bytes. */
  readonly splitBytes?: number;
  /** 1: the lines of events end with CR alone, which the event stream format allows. */
  readonly crLines?: number;
}

const MAX_TOKENS = 100_000_000;

interface SettingRow {
  readonly header: string;
  readonly min: number;
  readonly max: number;
  readonly what: string;
}

/** Each number with its header, its bounds and its line in the guide. */
export const SETTINGS: { readonly [K in keyof Required<NumberSettings>]: SettingRow } = {
  paceMs: { header: "x-mock-pace-ms", min: 0, max: 60_000, what: "pause before each event of a stream, ms" },
  events: { header: "x-mock-events", min: 1, max: 100_000, what: "number of words to answer with, one event each" },
  delayMs: { header: "x-mock-delay-ms", min: 0, max: 600_000, what: "pause before the response headers, ms" },
  status: { header: "x-mock-status", min: 400, max: 599, what: "answer with this error status" },
  cutAfter: { header: "x-mock-cut-after", min: 0, max: 100_000, what: "break the connection after this many events" },
  splitBytes: { header: "x-mock-split", min: 1, max: 65_536, what: "write each event in pieces of so many bytes" },
  crLines: { header: "x-mock-cr-lines", min: 0, max: 1, what: "1: lines of events end with CR alone" },
  inputTokens: { header: "x-mock-input-tokens", min: 0, max: MAX_TOKENS, what: "tokens of the prompt" },
  cacheReadTokens: { header: "x-mock-cache-read", min: 0, max: MAX_TOKENS, what: "of these, read from a cache" },
  cacheWriteTokens: { header: "x-mock-cache-write", min: 0, max: MAX_TOKENS, what: "of the rest, written to one" },
  cacheWrite1hTokens: { header: "x-mock-cache-write-1h", min: 0, max: MAX_TOKENS, what: "of these, for an hour" },
  reasoningTokens: {
    header: "x-mock-reasoning",
    min: 0,
    max: MAX_TOKENS,
    what: "tokens of reasoning, besides the words",
  },
};

/** The header with the unusual ways of reporting usage, separated by commas. */
export const USAGE_HEADER = "x-mock-usage";
/** The header with the content coding. */
export const CODING_HEADER = "x-mock-coding";

const NO_QUIRKS: ReadonlySet<Quirk> = new Set();

/** The settings of a request that sets nothing. @param paceMs the mock's own pace */
export function plainSettings(paceMs: number): AnswerSettings {
  return { paceMs, delayMs: 0, quirks: NO_QUIRKS };
}

/** The settings, or a message that says what is wrong. */
export type SettingsRead =
  | { readonly ok: true; readonly settings: Partial<AnswerSettings> }
  | { readonly ok: false; readonly message: string };

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Reads the `x-mock-*` headers of a request. A value that is not a whole number within its bounds, or not a known word, is refused.
 * Otherwise a typing mistake would look like a setting without effect.
 */
export function readSettings(headers: Headers): SettingsRead {
  const numbers = readNumbers(headers);
  if (!numbers.ok) return numbers;
  const words = wordsOf(headers[USAGE_HEADER]);
  const quirks = words.filter(isQuirk);
  if (quirks.length < words.length) return unknownWord(USAGE_HEADER, Object.keys(QUIRKS));
  const codings = wordsOf(headers[CODING_HEADER]);
  const coding = CODINGS.find((known) => known === codings[0]);
  if (codings.length > 0 && (coding === undefined || codings.length > 1)) return unknownWord(CODING_HEADER, CODINGS);
  const settings = {
    ...numbers.settings,
    ...(words.length > 0 && { quirks: new Set(quirks) }),
    ...(coding !== undefined && { coding }),
  };
  return { ok: true, settings };
}

/** The words of a header, which commas separate. An empty one counts as a word, and is not known. */
function wordsOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return String(value)
    .split(",")
    .map((word) => word.trim());
}

function unknownWord(header: string, known: readonly string[]): SettingsRead {
  return { ok: false, message: `${header} must be of: ${known.join(", ")}` };
}

function readNumbers(headers: Headers): SettingsRead {
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
