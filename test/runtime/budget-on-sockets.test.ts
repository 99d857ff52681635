// Checks on real sockets what is reserved for requests: by length and in chunks, with and without a coding, in parallel, and when the
// client leaves.

import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, it } from "vitest";
import { replyFor } from "../../src/plan/replies.ts";
import type { ClientBudgets } from "../../src/plan/usage.ts";
import { LiveExchange } from "../../src/runtime/exchange/exchange.ts";
import type { ExchangeOwner } from "../../src/runtime/exchange/exchange-owner.ts";
import { noopObserver } from "../../src/runtime/exchange/observer.ts";
import { run } from "../../src/runtime/exchange/run.ts";
import { budget, reserveIn } from "../../src/runtime/guards/budget.ts";
import { Budgets } from "../../src/runtime/limits/budgets.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Reserved {
  readonly tokens: number;
  readonly x: LiveExchange;
}

/** Serves requests of one client. What passes the guard is not answered, but handed to `onPassed`. */
async function serve(maxTokens: number, onPassed: (reserved: Reserved) => void) {
  const budgets = new Budgets({ onPassed: () => {} });
  const limits: ClientBudgets = {
    tokensPerMinute: undefined,
    budgets: [{ per: "total", maxTokens, maxTicks: undefined }],
  };
  const clock = { now: () => 0 };
  const parts = { reserve: reserveIn({ budgets }, clock), isNeverMetered: () => false, estimate: () => undefined };
  const guard = budget({ scanBytes: 10_000, idleMs: 1000, unpriced: "deny", hosts: ["api.example"] }, parts);
  const shown = () => budgets.shown(0, [["a", limits]])[0];
  const ended: (() => void)[] = [];
  const owner: ExchangeOwner<LiveExchange> = {
    draining: false,
    responseFormat: { formatError: undefined, addCors: undefined },
    observer: noopObserver,
    report: () => {},
    ended: () => {
      for (const resolve of ended.splice(0)) resolve();
    },
    bug: (_x, err) => {
      throw err;
    },
  };
  const all = { routes: undefined, models: undefined, ratePerMinute: undefined, maxInflight: undefined };
  const server = createServer((req, res) => {
    const length = req.headers["content-length"];
    const framing = length === undefined ? ({ kind: "chunked" } as const) : ({ kind: "length", length } as const);
    const x = new LiveExchange(owner, { id: "x", req, res, framing, awaitsContinue: false, handshake: "none" });
    x.identify({ id: "client a", label: "a", access: { ...all, ...limits } });
    const forward = () => onPassed({ tokens: shown()?.reserved ?? 0, x });
    run(x, { id: "r", prefix: "/", guards: [{ kind: "modelScope", run: guard }], forward });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  const start = (headers: Readonly<Record<string, string>> = {}) =>
    request({ port, host: "127.0.0.1", method: "POST", path: "/v1/chat/completions", agent: false, headers });
  return { start, shown, end: () => new Promise<void>((resolve) => void ended.push(resolve)) };
}

/** Waits for a value. */
function firstOf<T>(): { readonly first: Promise<T>; readonly take: (value: T) => void } {
  let take: (value: T) => void = () => {};
  const first = new Promise<T>((resolve) => {
    take = resolve;
  });
  return { first, take: (value) => take(value) };
}

const TEXT = JSON.stringify({ model: "m", max_tokens: 50, messages: [{ content: "x".repeat(200) }] });
const QUARTER = Math.ceil(TEXT.length / 4);

it.each<[string, Readonly<Record<string, string>>, readonly (string | Buffer)[], number]>([
  ["with a length", { "content-length": String(TEXT.length) }, [TEXT], QUARTER + 50],
  ["in chunks", {}, [TEXT.slice(0, 30), TEXT.slice(30)], QUARTER + 50],
  ["in chunks, with gzip", { "content-encoding": "gzip" }, [gzipSync(TEXT)], QUARTER + 50],
  ["without a limit", {}, ['{"model":"m"}'], 4 + 4096],
])(
  "a request %s reserves its estimate, and gives it back when nothing was used",
  async (_, headers, chunks, tokens) => {
    const passed = firstOf<Reserved>();
    const { start, shown, end } = await serve(10_000, passed.take);
    const req = start(headers);
    req.on("error", () => {});
    for (const chunk of chunks) req.write(chunk);
    req.end();
    const reserved = await passed.first;
    expect(reserved.tokens).toBe(tokens);
    const ended = end();
    reserved.x.reply(replyFor("upstream_connect_error"));
    await ended;
    expect(shown()).toMatchObject({ used: 0, reserved: 0 });
  },
);

it("a client that leaves while its request waits gives back what was reserved", async () => {
  const passed = firstOf<Reserved>();
  const { start, shown, end } = await serve(10_000, passed.take);
  const req = start();
  req.on("error", () => {});
  req.end(TEXT);
  await passed.first;
  const ended = end();
  req.destroy();
  await ended;
  expect(shown()).toMatchObject({ used: 0, reserved: 0 });
});

it("200 requests at one time against a budget for 37: exactly 37 pass, and the books have what these used", async () => {
  const estimate = QUARTER + 50;
  const waiting: LiveExchange[] = [];
  const answered: number[] = [];
  const settle = () => {
    for (const x of waiting) {
      x.atEnd(() => x.reservation?.settle({ tokens: estimate, ticks: 0 }));
      x.reply(replyFor("upstream_connect_error"));
    }
  };
  // Those that pass are answered when all others have their answer.
  const check = () => {
    if (waiting.length + answered.length === 200) settle();
  };
  const { start, shown } = await serve(37 * estimate, ({ x }) => {
    waiting.push(x);
    check();
  });
  const send = () =>
    new Promise<void>((resolve, reject) => {
      const req = start();
      req.on("error", reject);
      req.on("response", (res) => {
        answered.push(res.statusCode ?? 0);
        if (res.statusCode === 429) check();
        res.resume().on("end", resolve);
      });
      req.end(TEXT);
    });
  await Promise.all(Array.from({ length: 200 }, send));
  expect(waiting).toHaveLength(37);
  expect(answered.filter((status) => status === 429)).toHaveLength(163);
  expect(answered.filter((status) => status === 502)).toHaveLength(37);
  expect(shown()).toMatchObject({ used: 37 * estimate, reserved: 0 });
});
