// Tests the mock's books: their sums, how they are shown and emptied, and that they stay bounded.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { told } from "../../src/mock/usage/bill.ts";
import { Books, type BooksReport } from "../../src/mock/usage/books.ts";
import { post } from "./client.ts";

const NOTHING = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
const UNSUMMED = { answers: 0, told: { all: 0, part: 0, none: 0 }, cut: 0 };

describe("at the endpoint", () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock({ paceMs: 0 });
  });
  afterAll(() => mock.close());

  const books = async () => (await (await fetch(`${mock.url}/__books`)).json()) as BooksReport & { entries: unknown[] };
  const ask = async (model: string, id: string, key: string, headers: object = {}) => {
    const body = { model, messages: [{ role: "user", content: "hi" }] };
    const all = { "x-request-id": id, authorization: `Bearer ${key}`, "x-mock-events": "5", ...headers };
    await (await post(`${mock.url}/v1/chat/completions`, body, all)).text();
  };

  it("sums by model, key and request, until they are emptied", async () => {
    await ask("a", "r1", "sk-first-key-0001");
    await ask("a", "r1", "sk-first-key-0002", { "x-mock-usage": "none" });
    await ask("b", "r2", "sk-first-key-0002", { "x-mock-input-tokens": "100", "x-mock-cache-read": "40" });
    await mock.until(({ openRequests }) => openRequests === 0);
    const report = await books();
    const one = { ...UNSUMMED, ...NOTHING, answers: 1, input: 1, output: 5 };
    const first = { ...one, told: { all: 1, part: 0, none: 0 } };
    const both = { ...one, answers: 2, input: 2, output: 10, told: { all: 1, part: 0, none: 1 } };
    const b = { ...first, input: 100, cacheRead: 40 };
    expect(report.sums).toEqual({
      ...both,
      answers: 3,
      input: 102,
      cacheRead: 40,
      output: 15,
      told: { all: 2, part: 0, none: 1 },
    });
    expect(report.by_model).toEqual({ a: both, b });
    expect(report.by_request_id).toEqual({ r1: both, r2: b });
    expect(report.by_key["sk-...0001"]).toEqual(first);
    expect(report.by_key["sk-...0002"]).toMatchObject({ answers: 2, input: 101 });
    expect(JSON.stringify(report)).not.toContain("first-key");
    expect(report.entries).toHaveLength(3);

    expect(await (await fetch(`${mock.url}/__books`, { method: "DELETE" })).json()).toEqual({ emptied: true });
    expect(await books()).toEqual({
      sums: { ...UNSUMMED, ...NOTHING },
      by_model: {},
      by_key: {},
      by_request_id: {},
      dropped: 0,
      entries: [],
    });
  });

  it("refuses other methods", async () => {
    expect((await post(`${mock.url}/__books`, {})).status).toBe(405);
  });

  it("add up for many answers at once", async () => {
    mock.books.reset();
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => ask("m", `r${i % 10}`, "k", { "x-mock-input-tokens": String(i) })),
    );
    await mock.until(({ openRequests }) => openRequests === 0);
    const { sums, by_request_id } = mock.books.report();
    expect(sums).toMatchObject({ answers: 200, input: (199 * 200) / 2, output: 1000, cut: 0 });
    expect(Object.keys(by_request_id)).toHaveLength(10);
  });
});

describe("in memory", () => {
  const opening = { requestId: null, model: null, key: null, billed: { ...NOTHING, input: 3 } };

  it("an entry tells the last of what was told", () => {
    const books = new Books();
    const entry = books.open(opening);
    entry.tell(told({ input: 3 }), false);
    expect(books.entries[0]).toMatchObject({ told: "part", state: "open" });
    entry.tell(told({ input: 3, output: 1 }), true);
    entry.close("cut");
    expect(books.entries[0]).toMatchObject({ told: "all", tells: { output: 1 }, state: "cut" });
    expect(books.report().sums).toMatchObject({ input: 3, cut: 1 });
  });

  it("what is given out does not change", () => {
    const books = new Books();
    const entry = books.open(opening);
    const before = books.entries;
    entry.close("whole");
    expect(before[0]?.state).toBe("open");
  });

  it("an answer that ends after they were emptied stays forgotten", () => {
    const books = new Books();
    const entry = books.open(opening);
    books.reset();
    entry.close("whole");
    expect(books.entries).toEqual([]);
  });

  it("says how many entries are gone", () => {
    const books = new Books(20);
    for (let i = 0; i < 20; i += 1) books.open(opening);
    expect(books.report()).toMatchObject({ dropped: 0, sums: { answers: 20 } });
    for (let i = 0; i < 3; i += 1) books.open(opening);
    expect(books.report()).toMatchObject({ dropped: 4, sums: { answers: 19 } });
  });

  it("a model named like a part of every object has sums of its own", () => {
    const books = new Books();
    books.open({ ...opening, model: "__proto__" });
    expect(Object.keys(books.report().by_model)).toEqual(["__proto__"]);
  });
});
