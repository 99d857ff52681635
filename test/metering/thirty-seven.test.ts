// 200 requests at one time against a budget for 37 of them, through the whole gateway: exactly 37 pass, in tokens and in USD, also
// across a reload and a restart (contract, section 12, "Reserve, then settle").

import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { type ClientBudgets, TICKS_PER_USD } from "../../src/plan/usage.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { type BooksGateway, booksConfig, startBooks, tokenOf, totalTokens } from "./books-scene.ts";

const scene = setScene();

const INPUT = 40;
const OUTPUT = 60;
/** What each request reserves and uses. */
const TOKENS = INPUT + OUTPUT;
/** With the prices below. */
const USD = (3 * INPUT + 15 * OUTPUT) / 1e6;
const PRICES = "prices: [{model: m, input_usd_per_mtok: 3, output_usd_per_mtok: 15}]";

/** Four bytes for each token of input. */
const BODY = ((): string => {
  const without = JSON.stringify({ model: "m", max_tokens: OUTPUT, pad: "" });
  return without.replace('""', JSON.stringify("x".repeat(4 * INPUT - without.length)));
})();

const ANSWER = JSON.stringify({
  id: "c",
  object: "chat.completion",
  model: "m",
  usage: { prompt_tokens: INPUT, completion_tokens: OUTPUT },
});

/** Answers after a moment, so that many are in flight. @param before called when a request has come */
function provider(before: () => void = () => {}) {
  return scene.upstream((req, res) => {
    before();
    req.once("end", async () => {
      await sleep(20);
      res.writeHead(200, { "content-type": "application/json" }).end(ANSWER);
    });
    req.resume();
  });
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

function ask({ gateway: { port } }: BooksGateway, body = BODY): Promise<Answer> {
  const length = { "content-length": String(body.length) };
  const headers = { authorization: `Bearer ${tokenOf("alice")}`, "content-type": "application/json", ...length };
  const path = "/up/v1/chat/completions";
  return new Promise((resolve, reject) => {
    const req = request({ port, host: "127.0.0.1", method: "POST", path, headers, agent: false });
    req.once("error", reject);
    req.once("response", async (res) => {
      let text = "";
      for await (const part of res.setEncoding("utf8")) text += String(part);
      resolve({ status: res.statusCode ?? 0, text, headers: res.headers });
    });
    req.end(body);
  });
}

const asks = (books: BooksGateway, count: number) => Promise.all(Array.from({ length: count }, () => ask(books)));
const passedOf = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;

/** Each row has room for 37 requests, and not for 38. */
const BUDGETS: readonly [name: string, limits: string, bounds: ClientBudgets][] = [
  ["in tokens", `budgets: [{per: total, tokens: ${38 * TOKENS - 1}}]`, totalTokens(38 * TOKENS - 1)],
  [
    "in tokens, with nothing left in the end",
    `budgets: [{per: total, tokens: ${37 * TOKENS}}]`,
    totalTokens(37 * TOKENS),
  ],
  [
    "in USD",
    `budgets: [{per: total, usd: ${(37 * USD).toFixed(6)}}]`,
    {
      tokensPerMinute: undefined,
      budgets: [{ per: "total", maxTicks: Math.round(37 * USD * TICKS_PER_USD), maxTokens: undefined }],
    },
  ],
  [
    "in USD, where the tokens of the month would allow more",
    `budgets: [{per: month, tokens: ${100 * TOKENS}}, {per: total, usd: ${(37 * USD).toFixed(6)}}]`,
    {
      tokensPerMinute: undefined,
      budgets: [{ per: "total", maxTicks: Math.round(37 * USD * TICKS_PER_USD), maxTokens: undefined }],
    },
  ],
];

it.each(BUDGETS)("37 of 200 pass a budget %s", async (_name, limits, bounds) => {
  const up = await provider();
  const books = await startBooks({ base: up.url, clients: [{ id: "alice", limits }], usage: PRICES });
  try {
    const answers = await asks(books, 200);
    expect(passedOf(answers)).toBe(37);
    const refused = answers.filter(({ status }) => status !== 200);
    const body = '{"error":"budget_exceeded"}';
    for (const { status, text, headers } of refused) {
      expect({ status, text }).toEqual({ status: 429, text: body });
      expect(headers["x-should-retry"]).toBe("false");
      expect(headers["retry-after"]).toBeUndefined();
    }
    expect(up.requests).toHaveLength(37);
    expect(await books.lines()).toHaveLength(37);
    const [shown] = books.shown("alice", bounds);
    expect(shown).toMatchObject({
      reserved: 0,
      used: shown?.unit === "usd" ? Math.round(37 * USD * TICKS_PER_USD) : 37 * TOKENS,
    });
    expect(passedOf(await asks(books, 5))).toBe(0);
  } finally {
    await books.gateway.close();
  }
});

it("37 of 200 pass, with reloads in the middle that change the limit", async () => {
  const limitsFor = (requests: number) => `budgets: [{per: total, tokens: ${requests * TOKENS}}]`;
  let arrived = 0;
  let reload = (): void => {};
  const up = await provider(() => {
    arrived++;
    reload();
  });
  const dir = ledgerFolder();
  const text = (requests: number) =>
    booksConfig(dir, { base: up.url, clients: [{ id: "alice", limits: limitsFor(requests) }] });
  const books = await startBooks({ base: up.url, dir, clients: [{ id: "alice", limits: limitsFor(20) }] });
  try {
    // The first reload raises the limit while 10 are in flight, the second one lowers it to what is allowed in the end.
    reload = () => {
      if (arrived === 10) books.gateway.swap(text(1000));
      if (arrived === 30) books.gateway.swap(text(37));
    };
    const answers = await asks(books, 200);
    expect(passedOf(answers)).toBe(arrived);
    expect(arrived).toBe(37);
    await untilFree(books.gateway);
    expect(books.shown("alice", totalTokens())).toMatchObject([{ used: 37 * TOKENS, reserved: 0 }]);
    books.gateway.swap(text(40));
    expect(passedOf(await asks(books, 20))).toBe(3);
  } finally {
    await books.gateway.close();
  }
});

it("37 pass, of which a part was before a restart", async () => {
  const up = await provider();
  const dir = ledgerFolder();
  const clients = [{ id: "alice", limits: `budgets: [{per: total, tokens: ${37 * TOKENS}}]` }];
  let passed = 0;
  for (const count of [15, 15, 200]) {
    const books = await startBooks({ base: up.url, dir, clients });
    passed += passedOf(await asks(books, count));
    await books.gateway.close();
  }
  expect(passed).toBe(37);
});

it("a client's own bounds hold over all its routes", async () => {
  const up = await provider();
  const clients = [{ id: "alice", limits: `budgets: [{per: day, tokens: ${4 * TOKENS}}]` }];
  const more = [`  - {id: other, prefix: /other, upstream: {base_url: "${up.url}"}}`];
  const books = await startBooks({ base: up.url, clients, more });
  try {
    expect(passedOf(await asks(books, 3))).toBe(3);
    const there = await fetch(`${books.gateway.url}/other/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokenOf("alice")}` },
      body: BODY,
    });
    expect(there.status).toBe(200);
    const refused = await ask(books);
    expect(refused.status).toBe(429);
    // Until midnight, UTC.
    const left = 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
    expect(Math.abs(Number(refused.headers["retry-after"]) - left)).toBeLessThan(5);
  } finally {
    await books.gateway.close();
  }
});
