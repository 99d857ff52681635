// Checks the limits, budgets and scopes of a client for its WebSockets: all are decided once, before the 101, and hold until it closes
// (contract, sections 12 and 15).

import { describe, expect, it } from "vitest";
import { type BooksClient, tokenOf, totalTokens } from "../metering/books-scene.ts";
import { untilCounts } from "../support/scene.ts";
import { CREATE, meteredScene, open, refusal } from "./metered-scene.ts";

/** What is reserved for a WebSocket: it has no body, so only the output that a request without a limit is expected to have. */
const RESERVED = 4096;
const REALTIME = "/v1/realtime?model=gpt-realtime";

function alice(limits: string): readonly BooksClient[] {
  return [{ id: "alice", limits }];
}

describe("a budget", () => {
  it("reserves at the upgrade, holds that until the end, and settles what was told", async () => {
    const metered = await meteredScene({ clients: alice("budgets: [{per: total, tokens: 100000}]") });
    const client = await open(metered);
    expect(metered.shown("alice", totalTokens(100_000))).toMatchObject([{ used: 0, reserved: RESERVED }]);
    await client.ask(CREATE, "response.completed");
    await client.ask(CREATE, "response.completed");
    expect(metered.shown("alice", totalTokens(100_000))).toMatchObject([{ used: 0, reserved: RESERVED }]);
    await client.close();
    const [line] = await metered.lines();
    const used = (line?.input_tokens ?? 0) + (line?.output_tokens ?? 0);
    expect(used).toBeGreaterThan(4000);
    expect(metered.shown("alice", totalTokens(100_000))).toMatchObject([{ used, reserved: 0 }]);
  });

  it("refuses what it has too little left for, before anything goes upstream", async () => {
    const metered = await meteredScene({ clients: alice("budgets: [{per: total, tokens: 6000}]") });
    const first = await open(metered);
    const refused = await refusal(metered);
    expect(refused).toMatchObject({ status: 429, code: "budget_exceeded" });
    expect(refused.headers["upgrade"]).toBeUndefined();
    expect(metered.mock.stats.requests).toBe(1);
    // A socket that used more than was reserved leaves a debt, as any request does.
    for (let turn = 0; turn < 3; turn++) await first.ask(CREATE, "response.completed");
    await first.close();
    await metered.lines();
    expect(metered.shown("alice", totalTokens(6000))).toMatchObject([{ reserved: 0, max: 6000 }]);
    expect(metered.shown("alice", totalTokens(6000))[0]?.used).toBeGreaterThan(6000);
    expect(await refusal(metered)).toMatchObject({ status: 429, code: "budget_exceeded" });
    expect(metered.gateway.logs.find(({ outcome }) => outcome === "budget_exceeded")).toMatchObject({ status: 429 });
  });

  it("that is smaller than any WebSocket's estimate refuses all of them", async () => {
    const metered = await meteredScene({ clients: alice("budgets: [{per: day, tokens: 4000}]") });
    expect(await refusal(metered)).toMatchObject({ status: 403, code: "request_exceeds_budget" });
  });

  it("in USD needs the model in the query, since its price is needed", async () => {
    const usage = 'prices: [{model: "gpt-*", input_usd_per_mtok: 1, output_usd_per_mtok: 4}]';
    const metered = await meteredScene({ usage, clients: alice("budgets: [{per: day, usd: 1}]") });
    expect(await refusal(metered)).toMatchObject({ status: 400, code: "model_unreadable" });
    expect(await refusal(metered, { path: "/v1/realtime?model=other" })).toMatchObject({
      status: 403,
      code: "model_not_allowed",
    });
    const client = await open(metered, { path: REALTIME });
    await client.ask({ type: "response.create" }, "response.done");
    await client.close();
    const [line] = await metered.lines();
    expect(line).toMatchObject({ model: "gpt-realtime", price: "config" });
    expect(line?.charged_usd).toBe(line?.cost_usd);
    expect(line?.cost_usd).toBeGreaterThan(0);
  });

  it("is given back all that was reserved when the upstream refuses", async () => {
    const metered = await meteredScene({ clients: alice("budgets: [{per: total, tokens: 5000}]") });
    expect(await refusal({ ...metered }, { headers: { "x-mock-status": "404" } })).toMatchObject({ status: 404 });
    await metered.lines();
    expect(metered.shown("alice", totalTokens(5000))).toMatchObject([{ used: 0, reserved: 0 }]);
    await (await open(metered)).close();
  });

  it("is charged the estimate where nothing was told", async () => {
    const metered = await meteredScene({ clients: alice("budgets: [{per: total, tokens: 50000}]") });
    const client = await open(metered, { headers: { "x-mock-cut-after": "2" } });
    client.ws.send(JSON.stringify(CREATE));
    await client.closed;
    expect(await metered.lines()).toMatchObject([{ usage: "unknown", charged_tokens: RESERVED }]);
    expect(metered.shown("alice", totalTokens(50_000))).toMatchObject([{ used: RESERVED, reserved: 0 }]);
  });
});

describe("tokens per minute", () => {
  it("are decided at the upgrade, too", async () => {
    const metered = await meteredScene({ clients: alice("rate_limit: {tokens_per_minute: 5000}") });
    const client = await open(metered);
    const refused = await refusal(metered);
    expect(refused).toMatchObject({ status: 429, code: "rate_limited" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    await client.close();
    await metered.lines();
    await (await open(metered)).close();
  });
});

describe("the scope of a client", () => {
  it.each<[limits: string, path: string, status: number, code: string]>([
    ["routes: []", "/v1/responses", 403, "route_not_allowed"],
    ['models: ["gpt-*"]', "/v1/responses", 400, "model_unreadable"],
    ['models: ["gpt-*"]', "/v1/realtime?model=other", 403, "model_not_allowed"],
    ['models: ["gpt-*"]', "/v1/realtime?model=gpt-realtime&model=other", 400, "model_unreadable"],
  ])("%s refuses %s with %i %s, and nothing goes upstream", async (limits, path, status, code) => {
    const metered = await meteredScene({ clients: alice(limits) });
    expect(await refusal(metered, { path })).toMatchObject({ status, code });
    expect(metered.mock.stats.requests).toBe(0);
    expect(await metered.lines()).toEqual([]);
  });

  it.each([
    ["may use some models only", 'models: ["gpt-*"]'],
    ["has a budget in USD", "budgets: [{per: day, usd: 1}]"],
  ])("says how to name the model to a client that %s", async (why, limits) => {
    const metered = await meteredScene({ clients: alice(limits), top: ["errors: {format: openai}"] });
    const { message } = await refusal(metered);
    expect(message).toContain(why);
    expect(message).toContain("add ?model=NAME to its URL");
  });

  it("lets a model pass that the query names", async () => {
    const metered = await meteredScene({ clients: alice('models: ["gpt-*"]') });
    await (await open(metered, { path: REALTIME })).close();
    await (await open(metered, { path: "/v1/responses?model=gpt-5" })).close();
    expect(await metered.lines()).toMatchObject([{ requested_model: "gpt-realtime" }, { requested_model: "gpt-5" }]);
  });
});

describe("counts", () => {
  it("hold a slot of the client until the WebSocket closes", async () => {
    const metered = await meteredScene({ clients: alice("max_inflight: 1") });
    const client = await open(metered);
    expect(await refusal(metered)).toMatchObject({ status: 429, code: "client_concurrency_exceeded" });
    await client.ask(CREATE, "response.completed");
    expect(await refusal(metered)).toMatchObject({ status: 429, code: "client_concurrency_exceeded" });
    client.ws.terminate();
    await untilCounts(metered.gateway, ({ clients }) => clients === 0);
    await (await open(metered)).close();
  });

  it("take a WebSocket for one request, however much is said", async () => {
    const metered = await meteredScene({ clients: alice("rate_limit: {per_minute: 2}") });
    const client = await open(metered);
    for (let turn = 0; turn < 3; turn++) await client.ask(CREATE, "response.completed");
    await client.close();
    await (await open(metered)).close();
    expect(await refusal(metered)).toMatchObject({ status: 429, code: "rate_limited" });
  });

  it("let HTTP requests and WebSockets share a budget", async () => {
    const metered = await meteredScene({ clients: alice("budgets: [{per: total, tokens: 6000}]") });
    const client = await open(metered);
    const res = await fetch(`${metered.gateway.url}/up/v1/responses`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokenOf("alice")}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "mock-1", input: "hi" }),
    });
    expect([res.status, await res.json()]).toMatchObject([429, { error: "budget_exceeded" }]);
    await client.close();
  });
});
