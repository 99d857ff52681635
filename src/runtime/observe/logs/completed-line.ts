// Writes the line of an exchange that has ended (contract, section 11), in the form in which pino writes its lines, but in one pass:
// through pino it would cost as much as all limits and metrics of a request.
//
// A line never contains a query string, a header value or a body.

import type { EndedAttempt, ExchangeRecord } from "../../exchange/record.ts";
import { lastAsked } from "../last-attempt.ts";

export const COMPLETED = "request completed";

/** What JSON does not hold as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ESCAPED = /["\\\x00-\x1f\ud800-\udfff]/;

/**
 * Makes the function that writes the lines of one process.
 * @param time writes the time field, with the comma before it
 * @param worker the number of the worker that logs; `undefined`: this process is no worker
 */
export function completedLines(time: () => string, worker: number | undefined) {
  const from = worker === undefined ? "" : `,"worker":${worker}`;
  return function completedLine(level: string, record: ExchangeRecord): string {
    const { headAt, startedAt } = record;
    return (
      `{"level":"${level}"${time()}${from},"request_id":${quoted(record.id)},"method":${quoted(record.method)}` +
      `,"route_id":${orNull(record.route?.id)},"path":${quoted(record.path)},"outcome":"${record.outcome}"` +
      `,"status":${record.status},"duration_ms":${tenths(record.endedAt - startedAt)}` +
      `,"ttfb_ms":${headAt === undefined ? null : tenths(headAt - startedAt)},"bytes_sent":${record.bytesSent}` +
      `${record.webSocket ? `,"bytes_received":${record.bytesReceived}` : ""},"token":${orNull(record.client?.label)}` +
      `,"upstream":${orNull(lastAsked(record))},"attempts":${record.attempts}${whereItFailed(record)}` +
      `,"msg":"${COMPLETED}"}\n`
    );
  };
}

/** The fields that most lines do not have. */
function whereItFailed({ failedAttempts, cause }: ExchangeRecord): string {
  const attempts = failedAttempts.length === 0 ? "" : `,"failed_attempts":${JSON.stringify(failedAttempts.map(shown))}`;
  return cause === undefined ? attempts : `${attempts},"cause":${quoted(cause)}`;
}

/** The status is left out where the upstream did not answer. */
function shown({ upstream, result, status, ms }: EndedAttempt) {
  return { upstream, result, status, ms: tenths(ms) };
}

function orNull(text: string | undefined): string {
  return text === undefined ? "null" : quoted(text);
}

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
