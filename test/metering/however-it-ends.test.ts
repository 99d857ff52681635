// However an exchange ends: nothing stays reserved, the budgets are charged what the contract says, and the ledger has one line for
// what went upstream and none for refusals of ours (contract, sections 12 and 13).

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterEach, expect, it, vi } from "vitest";
import { LiveExchange } from "../../src/runtime/exchange/exchange.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { until } from "../support/deadline.ts";
import { ledgerLines } from "../support/ledger-folder.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";
import { closedPort, type Upstream } from "../support/upstream.ts";
import { type BooksConfig, type BooksGateway, startBooks, tokenOf, totalTokens } from "./books-scene.ts";
import { Provider } from "./odd-provider.ts";

const scene = setScene();
afterEach(() => vi.restoreAllMocks());

const BODY = JSON.stringify({ model: "m", max_tokens: 40, messages: [{ role: "user", content: "hi" }] });
/** What the gateway reserves for it: a quarter of its bytes, and `max_tokens`. */
const ESTIMATE = Math.ceil(BODY.length / 4) + 40;

interface World extends BooksGateway {
  readonly provider: Provider;
  readonly up: Upstream;
}

type Act = (world: World) => Promise<unknown>;

/** @param body empty: the caller sends it */
function post(world: World, path: string, body = BODY) {
  const headers = { authorization: `Bearer ${tokenOf("alice")}`, "content-type": "application/json" };
  const req = request({ port: world.gateway.port, host: "127.0.0.1", method: "POST", path, headers, agent: false });
  req.on("error", () => {});
  if (body !== "") req.end(body);
  return req;
}

/** Sends a request and reads its answer, as far as it comes. */
function ask(path: string): Act {
  return (world) =>
    new Promise<void>((resolve) => {
      const req = post(world, `/up/${path}`);
      req.once("close", resolve);
      req.once("response", (res) => res.on("error", () => {}).resume());
    });
}

/** Leaves when the upstream has the whole request. */
function leaveBeforeHead(path: string, then: (world: World) => void = () => {}): Act {
  return async (world) => {
    const req = post(world, `/up/${path}`);
    await (await world.up.nextRequest()).body;
    req.destroy();
    then(world);
  };
}

/** Leaves after the first part of the answer. */
function leaveInside(path: string, then: Act = async () => {}): Act {
  return async (world) => {
    const req = post(world, `/up/${path}`);
    const [res] = (await once(req, "response")) as [IncomingMessage];
    res.on("error", () => {});
    await once(res, "data");
    req.destroy();
    await then(world);
  };
}

/** Lets the upstream go on when the gateway has noticed that the client has left. */
const thenGo: Act = async ({ provider }) => {
  // The gateway sees the end of the connection in one of the next turns. Going on earlier would end the exchange well.
  await new Promise((resolve) => setTimeout(resolve, 50));
  provider.go();
};

/** Fills the only place, then leaves while waiting for it. */
const leaveQueue: Act = async (world) => {
  const first = post(world, "/up/late");
  await (await world.up.nextRequest()).body;
  const second = post(world, "/up/told");
  await untilCounts(world.gateway, ({ waiting }) => waiting === 1);
  second.destroy();
  await untilCounts(world.gateway, ({ waiting }) => waiting === 0);
  first.destroy();
};

/** Fills the only place, then is refused. The first one leaves. */
const refusedBehind: Act = async (world) => {
  const first = post(world, "/up/late");
  await (await world.up.nextRequest()).body;
  await ask("told")(world);
  first.destroy();
};

/** Sends a part of a body and leaves. @param bytes how much */
function leaveUpload(begin: string, bytes: number, arrives: boolean): Act {
  return async (world) => {
    const req = post(world, "/up/silent", "");
    req.write(`${begin}"x":"${"x".repeat(bytes)}`);
    if (arrives) await world.up.nextRequest();
    else await untilCounts(world.gateway, ({ inFlight }) => inFlight === 1);
    req.destroy();
  };
}

/** Leaves while the gateway waits before another attempt. */
const leaveWait: Act = async (world) => {
  const req = post(world, "/up/busy");
  await (await world.up.nextRequest()).closed;
  await new Promise((resolve) => setTimeout(resolve, 50));
  req.destroy();
};

/** Sends a whole body. */
function upload(path: string, body: string): Act {
  return (world) =>
    new Promise<void>((resolve) => {
      const req = post(world, `/up/${path}`, body);
      req.once("close", resolve);
      req.once("response", (res) => res.on("error", () => {}).resume());
    });
}

/** Nothing is generated but by a POST. */
const get: Act = async ({ gateway }) => {
  const headers = { authorization: `Bearer ${tokenOf("alice")}` };
  await (await fetch(`${gateway.url}/up/told`, { headers })).text();
};

const throwIn =
  (method: "choose" | "sending"): Act =>
  async (world) => {
    vi.spyOn(LiveExchange.prototype, method).mockImplementationOnce(() => {
      throw new Error("a bug of ours");
    });
    await ask("told")(world);
  };

/** Breaks what is in flight. */
const shutDown =
  (path: string): Act =>
  async (world) => {
    const req = post(world, `/up/${path}`);
    const [res] = (await once(req, "response")) as [IncomingMessage];
    res.on("error", () => {}).resume();
    await once(res, "data");
    await world.gateway.close();
  };

interface Ending {
  readonly name: string;
  readonly act: Act;
  readonly config?: Omit<BooksConfig, "base" | "dir">;
  /** Where the upstream is not the usual one. */
  readonly base?: string;
  /** What each line says, in their order. */
  readonly lines: readonly Partial<LedgerLine>[];
}

const told = { usage: "reported", charged_tokens: 18, input_tokens: 11, output_tokens: 7 } as const;
const begun = { usage: "partial", charged_tokens: 12, input_tokens: 11, output_tokens: 1 } as const;
const unknown = { usage: "unknown", charged_tokens: ESTIMATE, input_tokens: null, output_tokens: null } as const;
const nothing = { usage: "unknown", charged_tokens: 0, input_tokens: null, output_tokens: null } as const;
const left = { outcome: "client_closed" } as const;
const DRAIN = ["on_client_abort: drain"];
const LATE = { ...nothing, ...left, status: 499 };
const one = { top: ["concurrency: {upstream_per_key_max_inflight: 1}"] };
const queue = { top: ["concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 1, timeout_ms: 60000}}"] };

const ENDINGS: readonly Ending[] = [
  { name: "a success that told its usage", act: ask("told"), lines: [{ ...told, status: 200, outcome: "success" }] },
  { name: "a success that told nothing", act: ask("untold"), lines: [{ ...unknown, status: 200 }] },
  {
    name: "a success that told nothing, which costs nothing",
    act: ask("untold"),
    config: { usage: "unknown_charge: none" },
    lines: [{ ...unknown, charged_tokens: 0 }],
  },
  { name: "a success without a body", act: ask("empty"), lines: [{ ...unknown, status: 204 }] },
  { name: "a redirect", act: ask("moved"), lines: [{ ...nothing, status: 302 }] },
  {
    name: "an error of the upstream",
    act: ask("status-500"),
    lines: [{ ...nothing, status: 500, outcome: "success" }],
  },
  {
    name: "errors until the attempts are spent",
    act: ask("status-503"),
    config: { upstream: ["retry: {max_attempts: 3, backoff_ms: 1}"] },
    lines: [{ ...nothing, status: 503, attempts: 3 }],
  },
  {
    name: "a broken connection before the head",
    act: ask("reset"),
    lines: [{ ...nothing, status: 502, outcome: "upstream_request_failed" }],
  },
  {
    name: "no answer in time",
    act: ask("silent"),
    config: { upstream: ["request_timeout_ms: 150"] },
    lines: [{ ...nothing, status: 504, outcome: "upstream_timeout" }],
  },
  { name: "a stream that broke", act: ask("cut"), lines: [{ ...begun, outcome: "upstream_aborted" }] },
  {
    name: "a stream that broke and told nothing",
    act: ask("cut-untold"),
    lines: [{ ...unknown, outcome: "upstream_aborted" }],
  },
  {
    name: "a stream that fell silent",
    act: ask("gated"),
    config: { upstream: ["stream_idle_timeout_ms: 150"] },
    lines: [{ ...begun, outcome: "upstream_timeout", status: 200 }],
  },
  { name: "a client that leaves before the head", act: leaveBeforeHead("silent"), lines: [LATE] },
  {
    name: "a client that leaves inside a stream",
    act: leaveInside("gated"),
    lines: [{ ...begun, ...left, status: 200 }],
  },
  {
    name: "a client that leaves inside a stream under gzip",
    act: leaveInside("gated-gzip"),
    lines: [{ ...begun, ...left }],
  },
  {
    name: "a client that leaves a stream that told nothing",
    act: leaveInside("comments"),
    lines: [{ ...unknown, ...left }],
  },
  { name: "a client that leaves the queue", act: leaveQueue, config: queue, lines: [LATE] },
  {
    name: "a client that leaves while its request is held to be read",
    act: leaveUpload("{", 500, false),
    lines: [],
  },
  {
    name: "a client that leaves while its request is sent",
    act: leaveUpload('{"model":"m",', 50_000, true),
    config: { top: ["models: {scan_bytes: 1000}"] },
    lines: [LATE],
  },
  {
    name: "a client that leaves before the head, and the upstream goes on to its end",
    act: leaveBeforeHead("late", (world) => void thenGo(world)),
    config: { upstream: DRAIN },
    lines: [{ ...told, ...left, status: 499 }],
  },
  {
    name: "a client that leaves a stream, and the upstream goes on to its end",
    act: leaveInside("gated", thenGo),
    config: { upstream: DRAIN },
    lines: [{ ...told, ...left }],
  },
  {
    name: "a client that leaves a stream, and the upstream goes on for too long",
    act: leaveInside("gated"),
    config: { upstream: [...DRAIN, "drain_limit: {timeout_ms: 100}"] },
    lines: [{ ...begun, ...left }],
  },
  {
    name: "a client that leaves an answer which is held for its first event",
    act: leaveBeforeHead("comments", ({ provider }) => provider.go()),
    config: { upstream: ["retry: {retry_on: [overloaded_event]}"] },
    lines: [{ ...unknown, ...left, status: 499 }],
  },
  {
    name: "no first event in time",
    act: ask("comments"),
    config: { upstream: ["stream_idle_timeout_ms: 150", "retry: {retry_on: [overloaded_event]}"] },
    lines: [{ ...unknown, outcome: "upstream_timeout", status: 504 }],
  },
  {
    name: "a success that was held and another attempt that failed",
    act: ask("overloaded"),
    config: { upstream: ["retry: {max_attempts: 2, backoff_ms: 1, retry_on: [overloaded_event]}"] },
    lines: [{ ...nothing, outcome: "upstream_request_failed", status: 502, attempts: 2 }],
  },
  {
    name: "a success that broke before its first byte, and another attempt under gzip",
    act: ask("broken-first-then-told"),
    config: { upstream: ["retry: {max_attempts: 2, backoff_ms: 1, retry_on: [reset]}"] },
    lines: [{ ...told, status: 200, attempts: 2 }],
  },
  {
    name: "a success that broke before its first byte, and another attempt that failed",
    act: ask("broken-first-then-500"),
    config: { upstream: ["retry: {max_attempts: 2, backoff_ms: 1, retry_on: [reset]}"] },
    lines: [{ ...nothing, status: 500, attempts: 2 }],
  },
  {
    name: "a client that leaves between two attempts",
    act: leaveWait,
    config: { upstream: ["retry: {max_attempts: 2, max_backoff_ms: 10000}"] },
    lines: [LATE],
  },
  {
    name: "a client that leaves a stream, and the upstream breaks",
    act: leaveInside("gated", async ({ provider }) => provider.break()),
    config: { upstream: DRAIN },
    lines: [{ ...begun }],
  },
  {
    name: "a client that leaves before the head, and the upstream fails",
    act: leaveBeforeHead("silent", ({ provider }) => provider.break()),
    config: { upstream: DRAIN },
    lines: [{ ...nothing }],
  },
  {
    name: "an answer before the whole request",
    act: upload("early", `{"model":"m","x":"${"x".repeat(3_000_000)}"}`),
    config: { top: ["models: {scan_bytes: 1000}"] },
    lines: [{ ...nothing, status: 413 }],
  },
  {
    name: "another model at the end of a long request",
    act: upload("told", `{"model":"m","x":"${"x".repeat(300_000)}","model":"n"}`),
    config: { top: ["models: {scan_bytes: 1000}"] },
    lines: [{ ...nothing, status: 400, outcome: "model_unreadable" }],
  },
  { name: "a request that is never metered", act: get, lines: [] },
  {
    name: "a wait for a place that takes too long",
    act: refusedBehind,
    config: { top: ["concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 1, timeout_ms: 50}}"] },
    lines: [LATE],
  },
  { name: "a refusal by the limit of the upstream", act: refusedBehind, config: one, lines: [LATE] },
  {
    name: "a refusal by the limit of the gateway",
    act: refusedBehind,
    config: { top: ["concurrency: {downstream_max_inflight: 1}"] },
    lines: [LATE],
  },
  {
    name: "a refusal by the client's limit of requests in flight",
    act: refusedBehind,
    config: { clients: [{ id: "alice", limits: "max_inflight: 1, budgets: [{per: total, tokens: 1000000}]" }] },
    lines: [LATE],
  },
  {
    name: "a refusal since no upstream takes the model",
    act: ask("told"),
    config: { route: ["upstreams: [{id: a, models: [other]}, {id: b, models: [another]}]"] },
    lines: [],
  },
  { name: "a bug of ours before the upstream", act: throwIn("choose"), lines: [] },
  {
    name: "a bug of ours on the way to the upstream",
    act: throwIn("sending"),
    lines: [{ ...nothing, status: 500, outcome: "internal_error" }],
  },
  {
    name: "a shutdown that breaks it",
    act: shutDown("gated"),
    lines: [{ ...begun, outcome: "client_closed" }],
  },
  {
    name: "a shutdown that breaks a stream which takes long to decode",
    act: shutDown("gated-gzip-large"),
    lines: [{ ...begun, outcome: "client_closed" }],
  },
  {
    name: "a shutdown that breaks a stream under gzip",
    act: shutDown("gated-gzip"),
    lines: [{ ...begun, outcome: "client_closed" }],
  },
];

it.each(ENDINGS)("$name", async ({ act, config, lines: wanted }) => {
  const provider = new Provider();
  const up = await scene.upstream(provider.handler);
  const books = await startBooks({ base: up.url, ...config });
  const limits = totalTokens();
  try {
    await act({ ...books, provider, up });
    await untilFree(books.gateway);
    await until("the reservation to be settled", () => books.shown("alice", limits)[0]?.reserved === 0);
    const charged = books.shown("alice", limits)[0]?.used;
    await books.gateway.close();
    const lines = ledgerLines(books.dir);
    expect(lines.map((line, i) => ({ ...line, ...wanted[i] }))).toEqual(lines);
    expect(lines).toHaveLength(wanted.length);
    expect(charged).toBe(wanted.reduce((sum, line) => sum + (line.charged_tokens ?? 0), 0));
    expect(new Set(lines.map(({ request_id }) => request_id)).size).toBe(lines.length);
  } finally {
    provider.go();
    await books.gateway.close();
  }
});

it("a connection that is refused", async () => {
  const books = await startBooks({ base: `http://127.0.0.1:${await closedPort()}` });
  try {
    await ask("told")({ ...books, provider: new Provider(), up: undefined as never });
    const lines = await books.lines();
    expect(lines).toMatchObject([{ ...nothing, status: 502, outcome: "upstream_connect_error" }]);
    expect(books.shown("alice", totalTokens())).toMatchObject([{ used: 0, reserved: 0 }]);
  } finally {
    await books.gateway.close();
  }
});
