// Turns a line of the ledger into its JSON text, and a text back into a line.

import { TICKS_PER_USD } from "../../../plan/usage.ts";
import type { LedgerLine } from "../ledger-line.ts";

/** The days and times of lines are compared as texts, so each has exactly this form. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** How many characters of a time are its day. */
const DAY_LENGTH = 10;

/**
 * Makes the text of a line, with the line end. It is called at the end of each exchange, so it is put together by hand: that
 * takes about half the time of `JSON.stringify` for the whole.
 */
export function lineText(line: LedgerLine): string {
  return (
    `{"at":${text(line.at)},"request_id":${text(line.request_id)},"client":${text(line.client)}` +
    `,"route":${text(line.route)},"upstream":${text(line.upstream)},"model":${text(line.model)}` +
    `,"requested_model":${text(line.requested_model)},"usage":"${line.usage}"` +
    `,"input_tokens":${number(line.input_tokens)},"cache_read_tokens":${number(line.cache_read_tokens)}` +
    `,"cache_write_tokens":${number(line.cache_write_tokens)},"output_tokens":${number(line.output_tokens)}` +
    `,"reasoning_tokens":${number(line.reasoning_tokens)},"cost_usd":${number(line.cost_usd)}` +
    `,"price":${text(line.price)},"charged_tokens":${number(line.charged_tokens)}` +
    `,"charged_usd":${number(line.charged_usd)},"stream":${line.stream === true},"status":${number(line.status)}` +
    `,"outcome":${text(line.outcome)},"duration_ms":${number(line.duration_ms)},"ttft_ms":${number(line.ttft_ms)}` +
    `,"attempts":${number(line.attempts)}}\n`
  );
}

/** Printable ASCII without quotes and backslashes: most texts are, and need no `JSON.stringify`. */
const PLAIN = /^[ !#-[\]-~]*$/;

function text(value: string | null): string {
  if (value === null) return "null";
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

/** JSON has no `NaN` and no `Infinity`. */
function number(value: number | null): string {
  return value !== null && Number.isFinite(value) ? `${value}` : "null";
}

/** What can be read of a line, which may have been written by another version, or by hand. */
export type ReadLine = Pick<LedgerLine, "at" | "client" | "charged_tokens" | "charged_usd"> &
  Partial<Record<keyof LedgerLine, unknown>>;

/** @returns `undefined` for what is no line of the ledger, such as the torn end of a file */
export function readLine(json: string): ReadLine | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isLine(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is ReadLine {
  if (typeof value !== "object" || value === null) return false;
  const { at, client, charged_tokens, charged_usd } = value as Partial<Record<keyof LedgerLine, unknown>>;
  return (
    typeof at === "string" &&
    isTime(at) &&
    typeof client === "string" &&
    isAmount(charged_tokens) &&
    isAmount(charged_usd)
  );
}

/** A time that is none, such as the 32nd of a month, would have no day that can be counted with. */
function isTime(at: string): boolean {
  return TIME.test(at) && !Number.isNaN(Date.parse(at));
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** The UTC day of a line's time, as `YYYY-MM-DD`. */
export function dayOfLine({ at }: Pick<LedgerLine, "at">): string {
  return at.slice(0, DAY_LENGTH);
}

/** USD in whole ticks of `TICKS_PER_USD`. */
export function ticksOf(usd: number): number {
  return Math.round(usd * TICKS_PER_USD);
}
