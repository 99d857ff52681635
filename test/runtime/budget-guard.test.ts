// Checks what the guard of budgets asks of an exchange, what it reserves, and how it refuses.

import { describe, expect, it } from "vitest";
import type { Client, Exchange, ModelNames, RequestSize } from "../../src/plan/exchange.ts";
import type { BudgetSpec, Charge, Reservation } from "../../src/plan/usage.ts";
import { type BudgetParts, budget, reserveIn } from "../../src/runtime/guards/budget.ts";
import { Budgets } from "../../src/runtime/limits/budgets.ts";

const NOON = Date.parse("2026-11-27T12:00:00Z");
const SPEC = { scanBytes: 1000, idleMs: 0, unpriced: "deny", hosts: ["api.example"] } as const;

const dailyTokens = (maxTokens: number): BudgetSpec => ({ per: "day", maxTokens, maxTicks: undefined });
const totalUsd = (maxTicks: number): BudgetSpec => ({ per: "total", maxTokens: undefined, maxTicks });

/** Prices in ticks per token. */
const PRICES: Readonly<Record<string, number>> = { cheap: 1, dear: 3 };

interface Asked {
  readonly budgets?: readonly BudgetSpec[];
  readonly tokensPerMinute?: number;
  readonly models?: ModelNames | Promise<ModelNames>;
  readonly size?: RequestSize;
  readonly path?: string;
  readonly client?: Client | undefined;
}

function clientWith(budgets: readonly BudgetSpec[], tokensPerMinute?: number): Client {
  const nothing = { routes: undefined, models: undefined, ratePerMinute: undefined, maxInflight: undefined };
  return { id: "client a", label: "a", access: { ...nothing, budgets, tokensPerMinute } };
}

/** Makes an exchange that notes what is asked of it. */
function exchange(asked: Asked) {
  const seen: string[] = [];
  const causes: string[] = [];
  const reservations: Reservation[] = [];
  const { budgets = [], tokensPerMinute, path = "/v1/chat/completions" } = asked;
  const x = {
    method: "POST",
    path,
    client: "client" in asked ? asked.client : clientWith(budgets, tokensPerMinute),
    noteCause: (cause: string) => void causes.push(cause),
    readModels: (maxBytes: number, idleMs: number) => {
      seen.push(`models ${maxBytes} ${idleMs}`);
      return "models" in asked ? asked.models : ["cheap"];
    },
    readSize: (maxBytes: number) => {
      seen.push(`size ${maxBytes}`);
      return asked.size ?? { bodyBytes: 40, outputLimit: 90 };
    },
    reserve: (reservation: Reservation) => void reservations.push(reservation),
  } as unknown as Exchange;
  return { x, seen, causes, reservations };
}

function world(spec: Parameters<typeof budget>[0] = SPEC) {
  const budgets = new Budgets({ onPassed: () => {} });
  const parts: BudgetParts = {
    reserve: reserveIn({ budgets }, { now: () => NOON }),
    isNeverMetered: (method, path) => method === "POST" && path.endsWith("/count_tokens"),
    estimate: ({ model, input, output }) => {
      const price = PRICES[model];
      return price === undefined ? undefined : price * (input + output);
    },
  };
  const guard = budget(spec, parts);
  const used = (client: Client): Charge & { readonly reservedTokens: number; readonly reservedTicks: number } => {
    const limits = { tokensPerMinute: undefined, budgets: [{ per: "total", maxTokens: 1, maxTicks: 1 } as const] };
    const [usd, tokens] = budgets.shown(NOON, [[client.label, limits]]);
    return {
      tokens: tokens?.used ?? 0,
      ticks: usd?.used ?? 0,
      reservedTokens: tokens?.reserved ?? 0,
      reservedTicks: usd?.reserved ?? 0,
    };
  };
  /** Runs the guard on a request. */
  const ask = async (asked: Asked) => {
    const made = exchange(asked);
    const verdict = await guard(made.x);
    return { ...made, verdict };
  };
  return { budgets, guard, ask, used };
}

const A = clientWith([]);

describe("a request passes without a look at its body", () => {
  it.each<[string, Asked]>([
    ["of a client without budgets", {}],
    ["of a token without a client", { client: { id: "0".repeat(64), label: "t", access: undefined } }],
    ["without a client", { client: undefined }],
    ["that is never metered", { budgets: [dailyTokens(1)], tokensPerMinute: 1, path: "/v1/messages/count_tokens" }],
  ])("%s", async (_, asked) => {
    const { ask, used } = world();
    const { verdict, seen, reservations } = await ask(asked);
    expect([verdict, seen, reservations]).toEqual([undefined, [], []]);
    expect(used(A)).toMatchObject({ reservedTokens: 0 });
  });
});

describe("a request of a client with limits", () => {
  it("reserves a quarter of its bytes and its output limit, at the price of its model", async () => {
    const { ask, used } = world();
    const { verdict, seen, reservations } = await ask({ budgets: [dailyTokens(1000)], models: ["dear"] });
    expect(verdict).toBeUndefined();
    expect(seen).toEqual(["models 1000 0", "size 1000"]);
    expect(used(A)).toEqual({ tokens: 0, ticks: 0, reservedTokens: 100, reservedTicks: 300 });
    expect(reservations).toHaveLength(1);
    reservations[0]?.settle({ tokens: 7, ticks: 8 });
    expect(used(A)).toEqual({ tokens: 7, ticks: 8, reservedTokens: 0, reservedTicks: 0 });
  });

  it("is asked for the same where its body has to be waited for", async () => {
    const { ask, used } = world();
    const { verdict, reservations } = await ask({ tokensPerMinute: 1000, models: Promise.resolve(["cheap"]) });
    expect(verdict).toBeUndefined();
    expect(reservations).toHaveLength(1);
    expect(used(A)).toMatchObject({ reservedTokens: 100, reservedTicks: 100 });
  });

  it("that gives no output limit reserves 4,096 tokens of output", async () => {
    const { ask, used } = world();
    await ask({ budgets: [dailyTokens(5000)], size: { bodyBytes: 3, outputLimit: undefined } });
    expect(used(A)).toMatchObject({ reservedTokens: 4097 });
  });

  it("that names several models is estimated at the dearest", async () => {
    const { ask, used } = world();
    await ask({ budgets: [totalUsd(1000)], models: ["cheap", "dear", "cheap"] });
    expect(used(A)).toMatchObject({ reservedTicks: 300 });
  });

  it("that carries no model by nature reserves nothing", async () => {
    const { ask, used } = world();
    const { verdict, reservations } = await ask({ budgets: [totalUsd(1)], models: [] });
    expect([verdict, reservations]).toEqual([undefined, []]);
    expect(used(A)).toMatchObject({ reservedTokens: 0 });
  });
});

describe("a refusal", () => {
  it("of a request whose model can't be read", async () => {
    const { ask } = world();
    const { verdict } = await ask({ tokensPerMinute: 100, models: undefined });
    expect(verdict).toMatchObject({ status: 400, body: '{"error":"model_unreadable"}' });
  });

  it.each<[string, readonly string[]]>([
    ["a model without a price", ["unknown"]],
    ["a model without a price beside another", ["cheap", "unknown"]],
  ])("of %s, where the budget is in USD", async (_, models) => {
    const { ask, used } = world();
    const { verdict, causes } = await ask({ budgets: [totalUsd(1000)], models });
    expect(verdict).toMatchObject({ status: 403, body: '{"error":"model_not_allowed"}' });
    expect(verdict?.headers).toEqual(["x-should-retry", "false"]);
    expect(verdict?.error?.message).toContain("usage.prices");
    expect(causes).toEqual(["no price is known for the model, and the client has a budget in USD"]);
    expect(used(A)).toMatchObject({ reservedTokens: 0 });
    const inTokens = await ask({ budgets: [dailyTokens(1000)], models });
    expect(inTokens.verdict).toBeUndefined();
  });

  it("of a model without a price is none with `unpriced: allow`", async () => {
    const { ask, used } = world({ ...SPEC, unpriced: "allow" });
    const { verdict } = await ask({ budgets: [totalUsd(1000)], models: ["unknown"] });
    expect(verdict).toBeUndefined();
    expect(used(A)).toMatchObject({ reservedTokens: 100, reservedTicks: 0 });
  });

  it("by tokens per minute tells the seconds to the next minute, and which limit it was", async () => {
    const { ask } = world();
    await ask({ tokensPerMinute: 150 });
    const { verdict, causes, reservations } = await ask({ tokensPerMinute: 150 });
    expect(verdict).toMatchObject({ status: 429, body: '{"error":"rate_limited"}' });
    expect(verdict?.headers).toEqual(["retry-after", "60", "retry-after-ms", "60000"]);
    expect(verdict?.error?.message).toContain("tokens per minute");
    expect(causes).toEqual(["the client's own limit of tokens per minute"]);
    expect(reservations).toEqual([]);
  });

  it("by a budget tells the seconds to the end of its period, and that trying again does not help", async () => {
    const { ask } = world();
    await ask({ budgets: [dailyTokens(150)] });
    const { verdict, causes } = await ask({ budgets: [dailyTokens(150)] });
    expect(verdict).toMatchObject({ status: 429, body: '{"error":"budget_exceeded"}' });
    expect(verdict?.headers).toEqual([
      ...["retry-after", "43200", "retry-after-ms", "43200000"],
      ...["x-should-retry", "false"],
    ]);
    expect(verdict?.error?.message).toMatch(
      /The next period begins on 2026-11-28, 00:00 UTC\. Please retry in 43200s, or ask for a larger budget\.$/,
    );
    expect(causes).toEqual(["the client's budget in tokens per day"]);
  });

  it("by a budget that never resets names no wait", async () => {
    const { ask } = world();
    await ask({ budgets: [totalUsd(150), dailyTokens(150)] });
    const { verdict, causes } = await ask({ budgets: [totalUsd(150), dailyTokens(150)] });
    expect(verdict).toMatchObject({ status: 429, body: '{"error":"budget_exceeded"}' });
    expect(verdict?.headers).toEqual(["x-should-retry", "false"]);
    expect(verdict?.error?.message).not.toMatch(/retry|period/);
    expect(causes).toEqual(["the client's budget in USD in total"]);
  });

  it.each<[string, Asked, string]>([
    ["budget", { budgets: [dailyTokens(99)] }, "the client's budget in tokens per day"],
    ["limit of tokens per minute", { tokensPerMinute: 99 }, "the client's own limit of tokens per minute"],
  ])("of what is larger than a whole %s is final", async (_, asked, cause) => {
    const { ask, used } = world();
    const { verdict, causes } = await ask(asked);
    expect(verdict).toMatchObject({ status: 403, body: '{"error":"request_exceeds_budget"}' });
    expect(verdict?.headers).toEqual(["x-should-retry", "false"]);
    expect(causes).toEqual([cause]);
    expect(used(A)).toMatchObject({ reservedTokens: 0 });
  });
});
