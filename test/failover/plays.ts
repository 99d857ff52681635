// Lists what upstreams do in these tests: the answers of providers, byte for byte, and the ways in which a connection fails.

import { gzipSync } from "node:zlib";
import type { Piece, Play } from "../support/scripted-upstream.ts";

/** A play that answers whole, with what it answers. */
export interface Answer extends Play {
  readonly status: number;
  readonly body: Buffer;
}

const JSON_TYPE = "Content-Type: application/json";

/** A whole answer. @param headers header lines besides the length */
export function answer(status: number, body: string | Buffer, headers: readonly string[] = [JSON_TYPE]): Answer {
  const bytes = Buffer.from(body);
  const head = headText(status, [...headers, `Content-Length: ${bytes.length}`]);
  return { status, body: bytes, pieces: [Buffer.concat([Buffer.from(head), bytes])] };
}

function headText(status: number, lines: readonly string[]): string {
  return `${[`HTTP/1.1 ${status} Scripted`, ...lines].join("\r\n")}\r\n\r\n`;
}

/** An error of a provider in JSON. @param headers further header lines */
export function refusal(status: number, error: object, headers: readonly string[] = []): Answer {
  return answer(status, JSON.stringify(error), [JSON_TYPE, ...headers]);
}

export const OK = answer(200, '{"id":"chatcmpl-1","choices":[]}');

// --- statuses ---

/** A status whose body says nothing that we know. */
export const plain = (status: number, ...headers: string[]): Answer =>
  refusal(status, { error: { message: `status ${status}` } }, headers);

const OPENAI_RATE = { error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" } };
/** Too many requests, in OpenAI's form. @param headers the lines that tell how long to wait, if any */
export const rate = (...headers: string[]): Answer => refusal(429, OPENAI_RATE, headers);

/** Too many requests, with the date until which to wait: whole seconds from now. */
export const rateUntil = (seconds: number): Play => ({
  pieces: [
    () => {
      const body = JSON.stringify(OPENAI_RATE);
      const date = new Date(Date.now() + seconds * 1000).toUTCString();
      return headText(429, [JSON_TYPE, `Retry-After: ${date}`, `Content-Length: ${body.length}`]) + body;
    },
  ],
});

/** Gemini's limit per minute: the wait is in the body. */
export const geminiRate = (delay: string): Answer =>
  refusal(429, {
    error: {
      code: 429,
      message: "You exceeded your current quota.",
      status: "RESOURCE_EXHAUSTED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: [{ quotaId: "GenerateRequestsPerMinutePerProjectPerModel" }],
        },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: delay },
      ],
    },
  });

const anthropicError = (type: string, message: string): object => ({ type: "error", error: { type, message } });
/** Anthropic's rate limit names a wait. */
export const anthropicRate = (...headers: string[]): Answer =>
  refusal(429, anthropicError("rate_limit_error", "This request would exceed your rate limit."), headers);

// --- spent quotas ---

const OPENAI_QUOTA = {
  error: { message: "You exceeded your current quota.", type: "insufficient_quota", code: "insufficient_quota" },
};
/** @param headers a wait does not make it a rate limit */
export const openaiQuota = (...headers: string[]): Answer => refusal(429, OPENAI_QUOTA, headers);
export const openaiSpendLimit = refusal(429, {
  error: { message: "Limit reached", type: "limit", code: "project_spend_limit_exceeded" },
});
/** Without `retry-after` it is a spend limit. */
export const anthropicQuota = anthropicRate();
export const geminiPerDay = refusal(429, {
  error: {
    code: 429,
    message: "You exceeded your current quota.",
    status: "RESOURCE_EXHAUSTED",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }],
      },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "0.05s" },
    ],
  },
});
export const gzipQuota = answer(429, gzipSync(JSON.stringify(OPENAI_QUOTA)), [JSON_TYPE, "Content-Encoding: gzip"]);
/** Its coding can't be read: it counts as any other 429. */
export const unreadableQuota = answer(429, JSON.stringify(OPENAI_QUOTA), [JSON_TYPE, "Content-Encoding: x-secret"]);
/** The words stand behind the 16 KiB that are looked at. */
export const longQuota = refusal(429, { padding: "x".repeat(40_000), ...OPENAI_QUOTA });
/** The words come later than a second after the head. The last piece comes only when the gate `rest` is open. */
export const trickledQuota: Play = {
  pieces: (() => {
    const body = JSON.stringify(OPENAI_QUOTA);
    const head = headText(429, [JSON_TYPE, `Content-Length: ${body.length}`]);
    return [head + body.slice(0, 5), { gate: "rest" }, body.slice(5)];
  })(),
};
export const TRICKLED_BODY = Buffer.from(JSON.stringify(OPENAI_QUOTA));

// --- what is never tried again ---

export const contextLength = refusal(400, {
  error: { message: "Too long", type: "invalid_request_error", code: "context_length_exceeded" },
});
export const contentFilter = refusal(400, {
  error: { message: "Filtered", code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" } },
});

// --- event streams ---

const SSE_TYPE = "Content-Type: text/event-stream";
export const EVENT_1 = 'data: {"choices":[{"delta":{"content":"one"}}]}\n\n';
const EVENT_2 = "data: [DONE]\n\n";

/** A whole event stream. @param pieces each is sent in a write of its own */
export function events(...pieces: string[]): Answer {
  const chunks = pieces.map(chunk);
  const head = headText(200, [SSE_TYPE, "Transfer-Encoding: chunked"]);
  return { status: 200, body: Buffer.from(pieces.join("")), pieces: [head, ...chunks, "0\r\n\r\n"] };
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

export const STREAM = events(EVENT_1, EVENT_2);
const OVERLOADED =
  'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
export const overloadedEvent = events(OVERLOADED);
export const overloadedInPieces = events(": hi\n\n", "event: er", 'ror\ndata: {"type":"error",', '"error":{}}\n', "\n");
export const overloadedWithCrLf = events(OVERLOADED.replaceAll("\n", "\r\n"));
export const overloadedAfterComments = events(": one\n\n", ": two\n", "\n", OVERLOADED);
export const errorData = events('data: {"error":{"message":"server overloaded","code":503}}\n\n', EVENT_2);
export const errorLater = events(EVENT_1, OVERLOADED);

// --- ways to fail ---

/** The connection is reset when it has just been made. The gateway may see that it was not made. */
export const RESET_AT_ONCE: Play = { reads: "nothing", end: "reset" };
/** The connection is reset when the first bytes have come. */
export const RESET_IN_REQUEST: Play = { reads: "start", end: "reset" };
export const RESET_AFTER_REQUEST: Play = { end: "reset" };
export const HANG: Play = { end: "hang" };
/** The head of a stream comes, and nothing after it. */
export const SILENT_STREAM: Play = { pieces: [headText(200, [SSE_TYPE, "Transfer-Encoding: chunked"])], end: "hang" };
/** The head of a JSON answer comes, and nothing after it. */
export const SILENT_JSON: Play = { pieces: [headText(200, [JSON_TYPE, "Content-Length: 20"])], end: "hang" };
export const CUT_BEFORE_BODY: Play = { ...SILENT_STREAM, end: "close" };
export const CUT_AFTER_EVENT: Play = { pieces: [...(SILENT_STREAM.pieces ?? []), chunk(EVENT_1)], end: "close" };
export const EMPTY_EVENT_STREAM = events();
export const NO_CONTENT: Answer = { status: 204, body: Buffer.alloc(0), pieces: [headText(204, [])] };
/** The head of an answer to HEAD: the length is that of a body which does not come. */
export const headOnly = (status: number): Answer => ({
  status,
  body: Buffer.alloc(0),
  pieces: [headText(status, [JSON_TYPE, "Content-Length: 32"])],
});

/** The same play before the body of the request is read. */
export function early<P extends Play>(play: P): P {
  return { ...play, reads: "head" };
}

/** A stream that goes on until its gate is opened. */
export function heldStream(gate: string): Play {
  const [head = ""]: readonly Piece[] = SILENT_STREAM.pieces ?? [];
  return { pieces: [head, chunk(EVENT_1), { gate }, chunk(EVENT_2), "0\r\n\r\n"] };
}
