// Compares the lines of exchanges that have ended with those that pino writes for the same fields.

import fc from "fast-check";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AttemptResult, EndedAttempt, ExchangeRecord } from "../../src/runtime/exchange/record.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";

const NOW = Date.parse("2026-11-28T03:04:05.678Z");
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: NOW }));
afterEach(() => void vi.useRealTimers());

/** Text of all kinds: of letters, of any characters, and of those that JSON or pino treat in their own way. */
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 120 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      '"',
      "\\",
      "\n",
      "\0",
      "\x1f",
      "\x7f",
      "\u2028",
      "é",
      "語",
      "😀",
      "\ud83d",
      "\udc00",
      "/",
    ),
    minLength: 1,
    maxLength: 130,
  }),
);
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const failedAttempt: fc.Arbitrary<EndedAttempt> = fc.record({
  upstream: text,
  result: fc.constantFrom<AttemptResult>("success", "failure", "reset", "429"),
  status: maybe(fc.integer({ min: 100, max: 599 })),
  ms,
});

const record: fc.Arbitrary<ExchangeRecord> = fc
  .record({
    id: text,
    method: fc.oneof(fc.constant("POST"), text),
    path: text,
    route: maybe(fc.record({ id: text, prefix: text })),
    client: maybe(fc.record({ id: text, label: text, access: fc.constant(undefined) })),
    builtIn: fc.boolean(),
    upstream: maybe(fc.record({ id: text, host: text, gateKey: text })),
    startedAt: ms,
    attempts: fc.nat(6),
    failedAttempts: fc.array(failedAttempt, { maxLength: 4 }),
    headAt: maybe(ms),
    webSocket: fc.boolean(),
    bytesSent: count,
    bytesReceived: count,
    took: ms,
    outcome: fc.constantFrom("success", "upstream_timeout", "upstream_aborted", "internal_error", "not_found" as const),
    status: fc.integer({ min: 100, max: 599 }),
    cause: maybe(text),
  })
  .map(({ took, ...fields }) => ({ ...fields, endedAt: fields.startedAt + took }) as unknown as ExchangeRecord);

const tenths = (time: number): number => Math.round(time * 10) / 10;

/** The fields of a line, in their order. Pino leaves out those that are undefined. */
function fieldsOf(record: ExchangeRecord) {
  const { headAt, startedAt, failedAttempts } = record;
  const asked = record.attempts > failedAttempts.length ? record.upstream?.id : failedAttempts.at(-1)?.upstream;
  return {
    request_id: record.id,
    method: record.method,
    route_id: record.route?.id ?? null,
    path: record.path,
    outcome: record.outcome,
    status: record.status,
    duration_ms: tenths(record.endedAt - startedAt),
    ttfb_ms: headAt === undefined ? null : tenths(headAt - startedAt),
    bytes_sent: record.bytesSent,
    bytes_received: record.webSocket ? record.bytesReceived : undefined,
    token: record.client?.label ?? null,
    upstream: asked ?? null,
    attempts: record.attempts,
    failed_attempts:
      failedAttempts.length === 0
        ? undefined
        : failedAttempts.map(({ upstream, result, status, ms }) => ({ upstream, result, status, ms: tenths(ms) })),
    cause: record.cause,
  };
}

/** The level of a line (contract, section 11). */
function levelOf({ builtIn, outcome, status }: ExchangeRecord) {
  if (builtIn) return "debug";
  if (status >= 500) return "error";
  const isCut = ["upstream_timeout", "upstream_aborted", "internal_error"].includes(outcome);
  return status >= 400 || isCut ? "warn" : "info";
}

type Level = "debug" | "info" | "warn" | "error";

/** The line that pino writes; none where it does not log at that level. */
function pinoLine(record: ExchangeRecord, level: Level, worker: number | undefined): string[] {
  const lines: string[] = [];
  const logger = pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: () => `,"time":"${new Date(NOW).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void lines.push(line) },
  );
  logger[levelOf(record)](fieldsOf(record), "request completed");
  return lines;
}

function ourLine(record: ExchangeRecord, level: Level, worker: number | undefined): string[] {
  const lines: string[] = [];
  const to = { write: (line: string) => void lines.push(line) };
  createLog({ level, to, ...(worker === undefined ? {} : { worker }) }).completed(record);
  return lines;
}

/** JSON has no lone surrogates: pino writes them as they are in short texts, and as an escape in long ones. */
const LONE = /\p{Surrogate}/u;
const hasLone = (record: ExchangeRecord): boolean => LONE.test(pinoLine(record, "debug", undefined).join(""));

describe("the line of an exchange that has ended", () => {
  test("is the one that pino writes for the same fields, at the same levels", () => {
    let written = 0;
    fc.assert(
      fc.property(
        record.filter((one) => !hasLone(one)),
        fc.constantFrom("debug", "info", "warn", "error" as const),
        maybe(fc.integer({ min: 1, max: 1024 })),
        (one, level, worker) => {
          const ours = ourLine(one, level, worker);
          expect(ours).toEqual(pinoLine(one, level, worker));
          written += ours.length;
        },
      ),
      { numRuns: 1000 },
    );
    expect(written).toBeGreaterThan(200);
  });

  test("is one line of JSON, which can be written as UTF-8, even for text that is not", () => {
    fc.assert(
      fc.property(record.filter(hasLone), maybe(fc.constant(3)), (one, worker) => {
        const [line = ""] = ourLine(one, "debug", worker);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(line).not.toMatch(LONE);
        const worked = worker === undefined ? {} : { worker };
        const fields = JSON.parse(JSON.stringify(fieldsOf(one)));
        const time = new Date(NOW).toISOString();
        expect(JSON.parse(line)).toEqual({ level: levelOf(one), time, ...worked, ...fields, msg: "request completed" });
      }),
      { numRuns: 300 },
    );
  });
});
