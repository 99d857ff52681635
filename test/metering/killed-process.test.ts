// Kills the gateway's process in the middle of load, again and again, and lets it reload: at most the last second of lines is lost, none is torn into the
// next, and the budgets go on where the ledger ends (contract, section 13, "Ledger"). A stop by SIGTERM loses nothing.

import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { until } from "../support/deadline.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { booksConfig, tokenOf } from "./books-scene.ts";

const TOKENS = 100;
const BODY = JSON.stringify({ model: "m", max_tokens: 75, pad: "" });
/** A request reserves and uses `TOKENS`: a quarter of its bytes, and `max_tokens`. */
const REQUEST = BODY.replace('""', JSON.stringify("x".repeat(100 - BODY.length)));

let up: Upstream;
beforeAll(async () => {
  up = await startUpstream((req, res) => {
    req.once("end", () => {
      res.writeHead(200, { "content-type": "application/json" });
      res.end('{"id":"c","object":"chat.completion","usage":{"prompt_tokens":25,"completion_tokens":75}}');
    });
    req.resume();
  });
});
afterAll(() => up.close());

interface Answer {
  readonly id: string;
  readonly status: number;
  /** When it was whole; ms since the epoch. */
  readonly at: number;
}

/** One request. `undefined`: the gateway went away. */
function ask(port: number, id: string, client = "alice"): Promise<Answer | undefined> {
  const headers = {
    authorization: `Bearer ${tokenOf(client)}`,
    "content-length": String(REQUEST.length),
    "x-request-id": id,
  };
  const path = "/up/v1/chat/completions";
  return new Promise((resolve) => {
    const req = request({ port, host: "127.0.0.1", method: "POST", path, headers, agent: false });
    req.once("error", () => resolve(undefined));
    req.once("response", (res) => {
      const { statusCode: status = 0 } = res;
      res.once("error", () => resolve(undefined));
      res.once("close", () => resolve(res.complete ? { id, status, at: Date.now() } : undefined));
      res.resume();
    });
    req.end(REQUEST);
  });
}

/** Asks without a pause, several at a time, until the gateway goes away or the load is stopped. */
class Load {
  readonly answers: Answer[] = [];
  readonly #workers: Promise<unknown>;
  #stopped = false;

  constructor(port: number, name: string) {
    const work = async (worker: number): Promise<void> => {
      for (let i = 0; !this.#stopped; i++) {
        const answer = await ask(port, `${name}-${worker}-${i}`);
        if (answer === undefined) return;
        this.answers.push(answer);
      }
    };
    this.#workers = Promise.all([0, 1, 2, 3].map(work));
  }

  /** Waits for so many answers. */
  reached(count: number): Promise<void> {
    return until(`${count} answers`, () => this.answers.length >= count);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#workers;
  }

  gone(): Promise<unknown> {
    return this.#workers;
  }
}

/** All whole lines of a ledger, and how many texts are none. */
function readLedger(dir: string): { readonly lines: LedgerLine[]; readonly torn: string[] } {
  const lines: LedgerLine[] = [];
  const torn: string[] = [];
  for (const name of readdirSync(dir).filter((file) => file.endsWith(".jsonl"))) {
    for (const text of readFileSync(join(dir, name), "utf8").split("\n")) {
      if (text === "") continue;
      try {
        lines.push(JSON.parse(text) as LedgerLine);
      } catch {
        torn.push(text);
      }
    }
  }
  return { lines, torn };
}

/** The budget is for so many requests. */
function start(dir: string, requests: number): Promise<BuiltGateway> {
  const limits = `budgets: [{per: total, tokens: ${requests * TOKENS}}]`;
  return startBuiltGateway(booksConfig(dir, { base: up.url, clients: [{ id: "alice", limits }] }));
}

/** How many requests of a client pass until one is refused. */
async function passing(port: number, atMost: number): Promise<number> {
  for (let passed = 0; passed < atMost; passed++) {
    const answer = await ask(port, `last-${passed}`);
    if (answer?.status !== 200) {
      expect(answer?.status).toBe(429);
      return passed;
    }
  }
  return atMost;
}

const TORN = '{"at":"2026-11-27T';

function fileOf(dir: string): string {
  return readdirSync(dir).find((file) => file.endsWith(".jsonl")) ?? "";
}

/** Whether the last line has its end. */
function isWhole(dir: string): boolean {
  return readFileSync(join(dir, fileOf(dir)), "utf8").endsWith("\n");
}

it("killed again and again", { timeout: 120_000 }, async () => {
  const dir = ledgerFolder();
  let halves = 0;
  const waits = [1200, 400, 1700, 150];
  for (const [round, wait] of waits.entries()) {
    const gateway = await start(dir, 1_000_000);
    const before = new Set(readLedger(dir).lines.map(({ request_id }) => request_id));
    const load = new Load(gateway.port, `r${round}`);
    await load.reached(20);
    // A kill at some moment between two writes, or in one.
    await new Promise((resolve) => setTimeout(resolve, wait));
    const killedAt = Date.now();
    gateway.kill("SIGKILL");
    await gateway.ended;
    await load.gone();
    await gateway.close();
    const { lines, torn } = readLedger(dir);
    const ids = lines.map(({ request_id }) => request_id);
    expect(new Set(ids).size).toBe(ids.length);
    // The part of a line that a kill inside a write leaves. The next line must not be glued to it.
    expect(torn).toEqual(Array.from({ length: halves }, () => TORN));
    if (isWhole(dir)) {
      appendFileSync(join(dir, fileOf(dir)), TORN);
      halves++;
    }
    for (const id of before) expect(ids).toContain(id);
    // A second, and what a loaded machine adds to it.
    const old = load.answers.filter(({ status, at }) => status === 200 && at < killedAt - 1500);
    for (const { id } of old) expect(ids).toContain(id);
  }
  // The budget is for 10 more requests than the ledger has: exactly these pass.
  const { lines } = readLedger(dir);
  expect(lines.length).toBeGreaterThan(50);
  const gateway = await start(dir, lines.length + 10);
  expect(await passing(gateway.port, 20)).toBe(10);
  expect(gateway.lines.filter(({ msg }) => msg.includes("were rebuilt"))).toEqual([]);
  await gateway.close();
});

it("killed after a line was written, before the checkpoint that counts it", { timeout: 60_000 }, async () => {
  const dir = ledgerFolder();
  // A new day's first lines are in a checkpoint at once, later ones after a minute.
  const opening = await start(dir, 30);
  expect((await ask(opening.port, "opening"))?.status).toBe(200);
  await opening.close();
  const checkpoint = readFileSync(join(dir, "checkpoint.json"), "utf8");
  const first = await start(dir, 30);
  const load = new Load(first.port, "first");
  await load.reached(10);
  await load.stop();
  const passed = 1 + load.answers.filter(({ status }) => status === 200).length;
  await until("all lines to be written", () => readLedger(dir).lines.length === passed);
  expect(readFileSync(join(dir, "checkpoint.json"), "utf8")).toBe(checkpoint);
  first.kill("SIGKILL");
  await first.ended;
  await first.close();
  // Twice, since the lines of the first start are in its checkpoint when the second one begins.
  for (const _ of [1, 2]) {
    const again = await start(dir, 30);
    expect(readFileSync(join(dir, "checkpoint.json"), "utf8")).toContain(`[["alice",[${passed * TOKENS},0]`);
    again.kill("SIGKILL");
    await again.ended;
    await again.close();
  }
  const last = await start(dir, 30);
  expect(await passing(last.port, 40)).toBe(Math.max(0, 30 - passed));
  await last.close();
});

it("stopped by SIGTERM in the middle of load, it loses no line", { timeout: 60_000 }, async () => {
  const dir = ledgerFolder();
  const gateway = await start(dir, 1_000_000);
  const load = new Load(gateway.port, "term");
  await load.reached(60);
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  await load.gone();
  await gateway.close();
  const { lines, torn } = readLedger(dir);
  expect(torn).toEqual([]);
  const ids = new Set(lines.map(({ request_id }) => request_id));
  expect(ids.size).toBe(lines.length);
  for (const { id, status } of load.answers) expect(ids.has(id)).toBe(status === 200);
  const checkpoint = JSON.parse(readFileSync(join(dir, "checkpoint.json"), "utf8")) as { offset: number };
  expect(checkpoint.offset).toBe(statSync(join(dir, fileOf(dir))).size);
});

it("reloaded in the middle of load, it lets pass what the new limit allows", { timeout: 60_000 }, async () => {
  const dir = ledgerFolder();
  const configFor = (requests: number) => {
    const limits = `budgets: [{per: total, tokens: ${requests * TOKENS}}]`;
    return booksConfig(dir, { base: up.url, clients: [{ id: "alice", limits }] });
  };
  const gateway = await start(dir, 1_000_000);
  const load = new Load(gateway.port, "reload");
  await load.reached(20);
  const before = gateway.lines.length;
  writeFileSync(gateway.file, configFor(37));
  gateway.kill("SIGHUP");
  await gateway.logged(({ msg }) => msg === "reloaded", before);
  await until("a refusal", () => load.answers.some(({ status }) => status === 429));
  await load.stop();
  const passed = load.answers.filter(({ status }) => status === 200).length;
  // By the time of the reload, more may have passed already. Nothing passes after it.
  expect(passed).toBeGreaterThanOrEqual(37);
  const again = gateway.lines.length;
  writeFileSync(gateway.file, configFor(passed + 5));
  gateway.kill("SIGHUP");
  await gateway.logged(({ msg }) => msg === "reloaded", again);
  expect(await passing(gateway.port, 20)).toBe(5);
  await gateway.close();
  expect(readLedger(dir).lines).toHaveLength(passed + 5);
});

it("warnings that were told are not told again after a kill", { timeout: 60_000 }, async () => {
  const dir = ledgerFolder();
  const isWarning = ({ msg }: { msg: string }) => msg === "budget used";
  const first = await start(dir, 10);
  for (let i = 0; i < 9; i++) expect((await ask(first.port, `w-${i}`))?.status).toBe(200);
  await first.logged((line) => isWarning(line) && line["percent"] === 90);
  await until("all lines to be written", () => readLedger(dir).lines.length === 9);
  first.kill("SIGKILL");
  await first.ended;
  await first.close();
  const second = await start(dir, 10);
  expect((await ask(second.port, "w-9"))?.status).toBe(200);
  await second.logged((line) => isWarning(line) && line["percent"] === 100);
  expect(second.lines.filter(isWarning).map((line) => line["percent"])).toEqual([100]);
  await second.close();
});
