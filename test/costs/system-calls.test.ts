// Counts the system calls of the built gateway for a request and for an event of a stream, with strace. One connection on each side
// is kept, and one request follows the other, so nothing can be shared between requests.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startBuiltGateway } from "../support/built-gateway.ts";
import { configText } from "../support/config.ts";
import { type Costs, changes, costsOf } from "./costs.ts";
import { type Load, startLoad } from "./load-process.ts";
import { type Trace, trace, WAIT } from "./traced.ts";

/** How many requests, or events, each window has. */
const COUNTED = 100;
/** What is new is compiled by other threads for a while, which costs calls, too. So the window with the fewest calls counts for these. */
const WINDOWS = 6;
/** How many requests and events come before the first window. */
const BEFORE = 50;
const WARM_UP = 1000;

/** Head and body of a message come in one read, and leave in one write. */
const REQUEST: Costs = { "read, client": 1, "write, upstream": 1, "read, upstream": 1, "write, client": 1 };
const EVENT: Costs = { "read, upstream": 1, "write, client": 1 };

/** Node asks twice for events where it finds none at once. A request wakes it twice, an event once. */
const WAITS_PER_WAKE = 2;
/** The log writer writes no more often than this, ms. */
const LOG_PAUSE_MS = 10;
/** The calls for one write of the log: the write, and those that wake the thread that writes and then the gateway's. */
const CALLS_PER_LOG_WRITE = 14;
/** Calls per request for the memory and the threads of V8, which collects garbage now and then, and for timers of the gateway. */
const OTHER_CALLS = 0.3;

let load: Load;
beforeAll(async () => {
  load = await startLoad();
});
afterAll(() => load.close());

const FEATURES = [
  "rate_limit: {per_minute: 1000000}",
  "concurrency: {downstream_max_inflight: 1000, upstream_per_key_max_inflight: 1000}",
  "observability: {metrics: {enabled: true, token: metrics-token-0123456789}}",
];

test("a request and an event make the system calls of the table, and few others", async (context) => {
  const traced = await traceRun();
  if (typeof traced === "string") return context.skip(traced);
  check(traced, (number) => `json=${number}.`, REQUEST, 2);
  check(traced, (number) => `"event-${number}.`, EVENT, 1);
}, 60_000);

/** @returns the calls of a gateway that serves requests and a stream; the reason when they can't be seen */
async function traceRun(): Promise<Trace | string> {
  const upstream = ["remove_headers: [x-unwanted, cookie]", "user_agent: bench"];
  const gateway = await startBuiltGateway(configText({ base: load.base, top: FEATURES, upstream }));
  try {
    const count = BEFORE + COUNTED * WINDOWS + 1;
    await load.run("json", gateway.port, WARM_UP);
    await load.run("stream", gateway.port, WARM_UP);
    const tracing = await trace(gateway);
    if (typeof tracing === "string") return tracing;
    await load.run("json", gateway.port, count);
    await load.run("stream", gateway.port, count);
    await gateway.close();
    return await tracing.end();
  } finally {
    await gateway.close();
  }
}

interface Others {
  readonly calls: ReadonlyMap<string, number>;
  readonly logWrites: number;
  /** Calls that are neither waits for events nor explained by the log. */
  readonly rest: number;
}

/** @param wakes how often each request or event wakes the gateway */
function check(traced: Trace, mark: (number: number) => string, table: Costs, wakes: number): void {
  const windows = Array.from({ length: WINDOWS }, (_, i) => BEFORE + i * COUNTED).map((first) => {
    const { calls, ms } = traced.between({ from: mark(first), to: mark(first + COUNTED) });
    const isSocket = (name: string) => /, (?:client|upstream)$/.test(name);
    expect(changes(costsOf(new Map([...calls].filter(([name]) => isSocket(name))), COUNTED), table)).toEqual([]);
    const others = othersOf(new Map([...calls].filter(([name]) => !isSocket(name))));
    expect(others.logWrites).toBeLessThanOrEqual(ms / LOG_PAUSE_MS + 1);
    return others;
  });
  const { calls, logWrites, rest } = windows.reduce((least, window) => (window.rest < least.rest ? window : least));
  const seen = `the calls of ${COUNTED}: ${JSON.stringify(Object.fromEntries(calls))}`;
  const waits = calls.get(WAIT) ?? 0;
  expect(waits, seen).toBeGreaterThanOrEqual(COUNTED * wakes * 0.9);
  expect(waits, seen).toBeLessThanOrEqual((COUNTED * wakes + 2 * logWrites) * WAITS_PER_WAKE + COUNTED * OTHER_CALLS);
  expect(rest, seen).toBeLessThanOrEqual(COUNTED * OTHER_CALLS);
}

function othersOf(calls: ReadonlyMap<string, number>): Others {
  const logWrites = calls.get("write, log") ?? 0;
  const all = [...calls.values()].reduce((sum, count) => sum + count, 0);
  return { calls, logWrites, rest: all - (calls.get(WAIT) ?? 0) - logWrites * CALLS_PER_LOG_WRITE };
}
