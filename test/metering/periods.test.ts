// What happens at the ends of minutes, days, weeks and months, with a clock that the test sets: when a budget begins anew, what a
// refusal says of that, and when it is told that a budget is nearly used up (contract, sections 12 and 13).

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect, it } from "vitest";
import type { BudgetPeriod, ClientBudgets } from "../../src/plan/usage.ts";
import { until } from "../support/deadline.ts";
import type { TestGateway } from "../support/gateway.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { type BooksGateway, booksConfig, startBooks, tokenOf } from "./books-scene.ts";

const scene = setScene();

/** A request that reserves 100 tokens. */
const BODY = ((): string => {
  const without = JSON.stringify({ model: "m", max_tokens: 50, pad: "" });
  return without.replace('""', JSON.stringify("x".repeat(200 - without.length)));
})();

/** Answers when the test lets it, and tells the tokens that the path names: `/up/70`. */
async function provider() {
  const waiting: (() => void)[] = [];
  let open = true;
  const up = await scene.upstream((req, res) => {
    const tokens = Number((req.url ?? "").slice(1));
    const answer = (): void => {
      const usage = { prompt_tokens: tokens, completion_tokens: 0 };
      res
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ object: "chat.completion", usage }));
    };
    req.once("end", () => (open ? answer() : waiting.push(answer)));
    req.resume();
  });
  return {
    up,
    hold: () => {
      open = false;
    },
    release: () => {
      open = true;
      for (const answer of waiting.splice(0)) answer();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: string | undefined;
  readonly shouldRetry: string | undefined;
}

/** @param tokens what the answer tells */
async function ask({ gateway }: Pick<BooksGateway, "gateway">, tokens: number): Promise<Answer> {
  const headers = { authorization: `Bearer ${tokenOf("alice")}`, "content-length": String(BODY.length) };
  const to = { port: gateway.port, host: "127.0.0.1", method: "POST", path: `/up/${tokens}`, headers, agent: false };
  const req = request(to);
  req.end(BODY);
  const [res] = (await once(req, "response")) as [IncomingMessage];
  let text = "";
  for await (const part of res.setEncoding("utf8")) text += String(part);
  await untilFree(gateway);
  const header = (name: string) => res.headers[name] as string | undefined;
  const { error = "" } = JSON.parse(text) as { error?: string };
  return {
    status: res.statusCode ?? 0,
    code: error,
    retryAfter: header("retry-after"),
    shouldRetry: header("x-should-retry"),
  };
}

const OK = { status: 200, code: "", retryAfter: undefined, shouldRetry: undefined };
const exceeded = (retryAfter: string | undefined) => ({
  status: 429,
  code: "budget_exceeded",
  retryAfter,
  shouldRetry: "false",
});

function handClock(iso: string) {
  let now = Date.parse(iso);
  return {
    now: () => now,
    set: (to: string) => {
      now = Date.parse(to);
    },
  };
}

interface Row {
  readonly per: BudgetPeriod;
  /** A moment in a period. */
  readonly at: string;
  readonly retryAfter: string | undefined;
  /** The last moment of the period, and the first one of the next. */
  readonly last: string;
  readonly next: string;
}

// 2026-11-27 was a Friday.
const ROWS: readonly Row[] = [
  {
    per: "day",
    at: "2026-11-27T23:59:50.400Z",
    retryAfter: "10",
    last: "2026-11-27T23:59:59.999Z",
    next: "2026-11-28T00:00:00.000Z",
  },
  {
    per: "week",
    at: "2026-11-27T12:00:00.000Z",
    retryAfter: "216000",
    last: "2026-11-29T23:59:59.999Z",
    next: "2026-11-30T00:00:00.000Z",
  },
  {
    per: "month",
    at: "2026-11-29T00:00:00.000Z",
    retryAfter: "172800",
    last: "2026-11-30T23:59:59.999Z",
    next: "2026-12-01T00:00:00.000Z",
  },
  {
    per: "month",
    at: "2028-02-28T00:00:01.000Z",
    retryAfter: "172799",
    last: "2028-02-29T23:59:59.999Z",
    next: "2028-03-01T00:00:00.000Z",
  },
  { per: "total", at: "2026-11-27T12:00:00.000Z", retryAfter: undefined, last: "2030-01-01T00:00:00.000Z", next: "" },
];

it.each(ROWS)("a budget per $per that is used up at $at", async ({ per, at, retryAfter, last, next }) => {
  const clock = handClock(at);
  const { up } = await provider();
  const dir = ledgerFolder();
  const clients = [{ id: "alice", limits: `budgets: [{per: ${per}, tokens: 250}]` }];
  let books = await startBooks({ base: up.url, dir, clients }, { clock });
  try {
    expect(await ask(books, 100)).toEqual(OK);
    // More than was reserved: the debt stays until the period ends.
    expect(await ask(books, 900)).toEqual(OK);
    expect(await ask(books, 1)).toEqual(exceeded(retryAfter));
    clock.set(last);
    expect((await ask(books, 1)).status).toBe(429);
    await books.gateway.close();
    books = await startBooks({ base: up.url, dir, clients }, { clock });
    expect(await ask(books, 1)).toEqual(exceeded(per === "total" ? undefined : "1"));
    if (next === "") return;
    clock.set(next);
    expect(await ask(books, 100)).toEqual(OK);
    expect(await ask(books, 100)).toEqual(OK);
    expect((await ask(books, 1)).status).toBe(429);
  } finally {
    await books.gateway.close();
  }
});

it("of several budgets that refuse, the one that does so the longest is told", async () => {
  const clock = handClock("2026-11-27T23:00:00.000Z");
  const { up } = await provider();
  const limits = "budgets: [{per: day, tokens: 150}, {per: week, tokens: 180}, {per: month, tokens: 1000}]";
  const books = await startBooks({ base: up.url, clients: [{ id: "alice", limits }] }, { clock });
  try {
    expect(await ask(books, 100)).toEqual(OK);
    expect(await ask(books, 1)).toEqual(exceeded(String(49 * 3600)));
  } finally {
    await books.gateway.close();
  }
});

it("tokens per minute: an estimate counts until its request has ended, and what is left of it is free again", async () => {
  const clock = handClock("2026-11-27T12:00:40.000Z");
  const { up, hold, release } = await provider();
  const clients = [{ id: "alice", limits: "rate_limit: {tokens_per_minute: 250}" }];
  const books = await startBooks({ base: up.url, clients }, { clock });
  const limited = (retryAfter: string) => ({ status: 429, code: "rate_limited", retryAfter, shouldRetry: undefined });
  try {
    hold();
    const two = [ask(books, 10), ask(books, 10)];
    for (const _ of two) await (await up.nextRequest()).body;
    const headers = { authorization: `Bearer ${tokenOf("alice")}` };
    const third = await fetch(`${books.gateway.url}/up/10`, { method: "POST", headers, body: BODY });
    expect([third.status, third.headers.get("retry-after")]).toEqual([429, "20"]);
    release();
    expect(await Promise.all(two)).toEqual([OK, OK]);
    // 20 are used.
    expect(await ask(books, 140)).toEqual(OK);
    expect(await ask(books, 1)).toEqual(limited("20"));
    clock.set("2026-11-27T12:00:59.999Z");
    expect(await ask(books, 1)).toEqual(limited("1"));
    clock.set("2026-11-27T12:01:00.000Z");
    // More than was reserved: the rest of the minute is spent.
    expect(await ask(books, 400)).toEqual(OK);
    expect(await ask(books, 1)).toEqual(limited("60"));
    clock.set("2026-11-27T12:02:00.000Z");
    expect(await ask(books, 1)).toEqual(OK);
  } finally {
    release();
    await books.gateway.close();
  }
});

it.each(["budgets: [{per: day, tokens: 99}]", "rate_limit: {tokens_per_minute: 99}"])(
  "a request that could never fit is refused for good: %s",
  async (limits) => {
    const { up } = await provider();
    const books = await startBooks({ base: up.url, clients: [{ id: "alice", limits }] });
    try {
      const answer = { status: 403, code: "request_exceeds_budget", retryAfter: undefined, shouldRetry: "false" };
      expect(await ask(books, 1)).toEqual(answer);
      expect(await books.lines()).toEqual([]);
    } finally {
      await books.gateway.close();
    }
  },
);

it("a request belongs to the day that admitted it, also in the ledger and after a restart", async () => {
  const clock = handClock("2026-11-27T23:59:59.000Z");
  const { up, hold, release } = await provider();
  const dir = ledgerFolder();
  const limits = "rate_limit: {tokens_per_minute: 150}, budgets: [{per: day, tokens: 150}]";
  const bounds: ClientBudgets = {
    tokensPerMinute: 150,
    budgets: [{ per: "day", maxTokens: 150, maxTicks: undefined }],
  };
  const clients = [{ id: "alice", limits }];
  let books = await startBooks({ base: up.url, dir, clients }, { clock });
  const days = () =>
    ["2026-11-27T12:00:00Z", "2026-11-28T12:00:00Z"].map((at) => {
      const [shown] = books.shown("alice", bounds, Date.parse(at));
      return [shown?.used, shown?.reserved];
    });
  try {
    hold();
    const late = ask(books, 140);
    await (await up.nextRequest()).body;
    clock.set("2026-11-28T00:00:01.000Z");
    expect(days()).toEqual([
      [0, 100],
      [0, 0],
    ]);
    release();
    expect(await late).toEqual(OK);
    expect(days()).toEqual([
      [140, 0],
      [0, 0],
    ]);
    // Nothing of it counts in the new day, nor in the new minute.
    expect(await ask(books, 100)).toEqual(OK);
    expect(days()).toEqual([
      [140, 0],
      [100, 0],
    ]);
    const lines = await books.lines();
    expect(lines.map(({ at }) => at.slice(0, 10))).toEqual(["2026-11-27", "2026-11-28"]);
    await books.gateway.close();
    books = await startBooks({ base: up.url, dir, clients }, { clock });
    expect(days()).toEqual([
      [140, 0],
      [100, 0],
    ]);
  } finally {
    release();
    await books.gateway.close();
  }
});

const warned = ({ logs }: TestGateway) =>
  logs
    .filter(({ msg }) => msg === "budget used")
    .map(({ level, client, per, unit, percent }) => ({ level, client, per, unit, percent }));

it("80, 90 and 100 % are told once a period, also over a restart and a reload", async () => {
  const clock = handClock("2026-11-27T10:00:00.000Z");
  const { up } = await provider();
  const dir = ledgerFolder();
  const config = { base: up.url, dir, clients: [{ id: "alice", limits: "budgets: [{per: day, tokens: 1000}]" }] };
  const said = (percent: number) => ({ level: "warn", client: "alice", per: "day", unit: "tokens", percent });
  let books = await startBooks(config, { clock });
  try {
    await ask(books, 799);
    expect(warned(books.gateway)).toEqual([]);
    await ask(books, 1);
    expect(warned(books.gateway)).toEqual([said(80)]);
    await ask(books, 50);
    expect(warned(books.gateway)).toEqual([said(80)]);
    await books.gateway.close();
    books = await startBooks(config, { clock });
    books.gateway.swap(booksConfig(dir, config));
    await ask(books, 0);
    expect(warned(books.gateway)).toEqual([]);
    // From 850 to 1,050: both are passed at once.
    await ask(books, 200);
    expect(warned(books.gateway)).toEqual([said(90), said(100)]);
    expect((await ask(books, 0)).status).toBe(429);
    expect(warned(books.gateway)).toHaveLength(2);
    clock.set("2026-11-28T00:00:00.000Z");
    await ask(books, 950);
    await until("the warnings of the new day", () => warned(books.gateway).length === 4);
    expect(warned(books.gateway).slice(2)).toEqual([said(80), said(90)]);
  } finally {
    await books.gateway.close();
  }
});
