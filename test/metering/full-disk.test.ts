// A full disk costs lines of the ledger, told loudly, and never a request or the exactness of a budget (contract, section 13).
// `/dev/full` stands for the disk: each write to it fails with ENOSPC.

import { renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { dayAt, fileOfDay } from "../../src/runtime/usage/ledger/day-files.ts";
import { until } from "../support/deadline.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { setScene } from "../support/scene.ts";
import { type BooksGateway, startBooks, tokenOf, totalTokens } from "./books-scene.ts";

const scene = setScene();

const ANSWER = '{"object":"chat.completion","usage":{"prompt_tokens":20,"completion_tokens":10}}';
const TOKENS = 30;
/** The test's day does not change in the middle. */
const clock = { now: () => Date.parse("2026-11-27T12:00:00Z") };

async function startOne(room: number, dir: string): Promise<BooksGateway> {
  const up = await scene.upstream((_req, res, { body }) => {
    void body.then(() => res.writeHead(200, { "content-type": "application/json" }).end(ANSWER));
  });
  const limits = `budgets: [{per: total, tokens: ${room * TOKENS}}]`;
  return startBooks({ base: up.url, dir, clients: [{ id: "alice", limits }] }, { clock });
}

/** @param model a long name makes a long line */
async function statusOf({ gateway }: BooksGateway, model = "m"): Promise<number> {
  const headers = { authorization: `Bearer ${tokenOf("alice")}` };
  // What it reserves is less than what it uses.
  const body = JSON.stringify({ model, max_tokens: 1 });
  const response = await fetch(`${gateway.url}/up/v1`, { method: "POST", headers, body });
  await response.arrayBuffer();
  return response.status;
}

const used = (books: BooksGateway) => books.shown("alice", totalTokens(), clock.now());
const said = ({ gateway }: BooksGateway, text: string) => gateway.logs.filter(({ msg }) => msg.startsWith(text));

const TROUBLE = "the ledger can't be written";
const RECOVERY = "the ledger is written again";

/** Lets the disk be full, until the returned function is called. */
function fill(dir: string): () => void {
  const path = join(dir, fileOfDay(dayAt(clock.now())));
  renameSync(path, `${path}.before`);
  symlinkSync("/dev/full", path);
  return () => {
    rmSync(path);
    renameSync(`${path}.before`, path);
  };
}

it("requests go on, the budget stays exact, and all lines come when there is room again", async () => {
  const dir = ledgerFolder();
  const books = await startOne(10, dir);
  try {
    expect(await statusOf(books)).toBe(200);
    expect(await books.lines()).toHaveLength(1);
    const makeRoom = fill(dir);
    for (let i = 0; i < 9; i++) expect(await statusOf(books)).toBe(200);
    await books.gateway.books.ledger?.flush();
    expect(said(books, TROUBLE)).toMatchObject([{ level: "error", dir, code: "ENOSPC" }]);
    expect(await statusOf(books)).toBe(429);
    expect(used(books)).toMatchObject([{ used: 10 * TOKENS, reserved: 0 }]);
    makeRoom();
    await until("the ledger to be written again", () => said(books, RECOVERY).length > 0);
    expect(said(books, RECOVERY)).toMatchObject([{ level: "warn", lost_lines: 0 }]);
    expect(await books.lines()).toHaveLength(10);
  } finally {
    await books.gateway.close();
  }
  // The budget is rebuilt from all of them.
  const again = await startOne(10, dir);
  expect(used(again)).toMatchObject([{ used: 10 * TOKENS }]);
  expect(await statusOf(again)).toBe(429);
  await again.gateway.close();
});

it("says how many lines are lost when too many wait, and loses no others", async () => {
  const dir = ledgerFolder();
  const books = await startOne(1_000_000, dir);
  const model = "m".repeat(4000);
  const requests = 1200;
  try {
    await statusOf(books);
    await books.lines();
    const makeRoom = fill(dir);
    let left = requests;
    const work = async (): Promise<void> => {
      while (left-- > 0) expect(await statusOf(books, model)).toBe(200);
    };
    await Promise.all(Array.from({ length: 20 }, work));
    expect(used(books)).toMatchObject([{ used: (requests + 1) * TOKENS, reserved: 0 }]);
    makeRoom();
    await until("the ledger to be written again", () => said(books, RECOVERY).length > 0);
    const lost = Number(said(books, RECOVERY)[0]?.["lost_lines"]);
    expect(lost).toBeGreaterThan(0);
    expect((await books.lines()).length + lost).toBe(requests + 1);
    expect(said(books, TROUBLE)).toHaveLength(1);
  } finally {
    await books.gateway.close();
  }
});

it("a stop with a full disk ends in time, and says how many lines are lost", async () => {
  const dir = ledgerFolder();
  const books = await startOne(100, dir);
  await statusOf(books);
  await books.lines();
  const makeRoom = fill(dir);
  for (let i = 0; i < 5; i++) expect(await statusOf(books)).toBe(200);
  await books.gateway.close();
  expect(said(books, "lines of the ledger are lost")).toMatchObject([{ level: "error", lost_lines: 5 }]);
  makeRoom();
  expect(ledgerLines(dir)).toHaveLength(1);
});
