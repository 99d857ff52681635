// Sends random sequences of requests over kept connections, in random framings, cut at random bytes, pipelined or not, with ends of
// both sides at random bytes. Each answer must be the one to its request, and the upstream must get what was sent, byte for byte.
//
// The seeds are fixed. FUZZ_REQUESTS says how many requests are sent, FUZZ_SEED where the seeds begin.

import { afterAll, expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { framingOf, type MessageHead, valuesOf } from "../support/http-message.ts";
import { metered } from "../support/ledger-folder.ts";
import { randomFrom } from "../support/random.ts";
import { connectRaw, type RawClient } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";
import { type Answer, type Asked, answerTo, askedFor, bodies, cuts, type Random, upTo } from "./fuzz-messages.ts";

const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 600);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);
const AT_ONCE = 6;
const MOST_IN_SEQUENCE = 8;

const scene = setScene();
const bodyOf = bodies(randomFrom(99));
const counts = { requests: 0, answered: 0, refused: 0, cut: 0, left: 0, received: 0 };

interface Case {
  readonly asked: Asked;
  readonly answer: Answer;
}

/** The requests in progress, by their ids. */
const open = new Map<string, Case>();
/** What the upstream got that nobody sent. */
const wrong: string[] = [];

async function serve(connection: RawConnection): Promise<void> {
  for (;;) {
    const head = await connection.requestHead(60_000);
    const id = /^\S+ \/([\w-]+)\?/.exec(head.startLine)?.[1] ?? "";
    const found = open.get(id);
    if (found === undefined) {
      wrong.push(head.startLine);
      return connection.reset();
    }
    const { asked, answer } = found;
    look(head, asked);
    if (!answer.isEarly) {
      const body = await connection.requestBody(head, 60_000);
      counts.received++;
      if (!body.equals(asked.body)) wrong.push(`the body of ${id}`);
    }
    const bytes = answer.bytes.subarray(0, answer.breaksAt);
    await connection.send(...cuts(randomFrom(bytes.length + answer.status), bytes));
    if (answer.breaksAt !== undefined && answer.resets) return connection.reset();
    if (answer.breaksAt !== undefined || answer.closes) return connection.halfClose();
    // The rest of the body is not waited for.
    if (answer.isEarly) return connection.halfClose();
  }
}

function look({ startLine, rawHeaders }: MessageHead, { id, method, odd: [name, value] }: Asked): void {
  if (startLine !== `${method} /up/${id}?q=${id} HTTP/1.1`.replace("/up", "")) wrong.push(startLine);
  const values = valuesOf(rawHeaders, name);
  if (values.length !== 1 || values[0] !== value) wrong.push(`${id}: ${name}: ${JSON.stringify(values)}`);
  framingOf({ startLine, rawHeaders, length: 0 });
}

function casesOf(random: Random, seed: number): Case[] {
  return Array.from({ length: 1 + upTo(random, MOST_IN_SEQUENCE) }, (_, i) => {
    const asked = askedFor(random, `${seed}-${i}`, bodyOf(random), AUTH);
    return { asked, answer: answerTo(random, asked, bodyOf(random)) };
  });
}

/** Sends one sequence and reads its answers. */
async function run(gateway: TestGateway, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const cases = casesOf(random, seed);
  for (const one of cases) open.set(one.asked.id, one);
  counts.requests += cases.length;
  const client = await connectRaw(gateway.port);
  try {
    const all = Buffer.concat(cases.map(({ asked }) => asked.bytes));
    if (random() < 0.12) await leave(client, random, all);
    else if (random() < 0.5) await pipeline(client, random, cases, all);
    else await oneByOne(client, random, cases);
  } finally {
    client.socket.destroy();
    for (const { asked } of cases) setTimeout(() => open.delete(asked.id), 5000).unref();
  }
}

/** The client leaves while it sends, or while it reads. */
async function leave(client: RawClient, random: Random, all: Buffer): Promise<void> {
  counts.left++;
  await client.send(...cuts(random, all.subarray(0, upTo(random, all.length + 1))));
  for (let turns = upTo(random, 6); turns > 0; turns--) await new Promise(setImmediate);
  if (random() < 0.5) client.reset();
}

async function pipeline(client: RawClient, random: Random, cases: readonly Case[], all: Buffer): Promise<void> {
  const sent = client.send(...cuts(random, all));
  for (const one of cases) if (!(await read(client, one))) break;
  client.socket.destroy();
  await sent;
}

async function oneByOne(client: RawClient, random: Random, cases: readonly Case[]): Promise<void> {
  for (const one of cases) {
    const sent = client.send(...cuts(random, one.asked.bytes));
    const goesOn = await read(client, one);
    if (!goesOn) client.socket.destroy();
    await sent;
    if (!goesOn) return;
  }
}

/** Reads the answer to one request, and compares it. @returns whether the connection is kept */
async function read(client: RawClient, { asked, answer }: Case): Promise<boolean> {
  const { id, method, body } = asked;
  const head = await client.head();
  const closes = head.headers("connection").includes("close");
  const response = await client.body(head, method);
  if (head.headers("x-id")[0] === undefined) {
    // The gateway's own answer.
    expect([id, answer.breaksAt !== undefined || answer.isEarly, head.status]).toEqual([id, true, 502]);
    counts.refused++;
    return !closes && response.whole;
  }
  expect([id, head.headers("x-id"), head.status]).toEqual([id, [id], answer.status]);
  expect([id, head.headers(answer.odd[0])]).toEqual([id, [answer.odd[1]]]);
  if (answer.breaksAt !== undefined) {
    // A broken answer never looks whole, and what came of it is right.
    expect([
      id,
      response.whole &&
        method !== "HEAD" &&
        head.status !== 304 &&
        head.status !== 204 &&
        answer.body.length > 0 &&
        !endedBefore(answer),
    ]).toEqual([id, false]);
    expect(answer.body.subarray(0, response.body.length).equals(response.body)).toBe(true);
    counts.cut++;
    return false;
  }
  if (answer.isEarly && body.length > 0 && !response.whole) {
    counts.cut++;
    return false;
  }
  expect([id, response.whole, response.body.length]).toEqual([id, true, answer.body.length]);
  expect(response.body.equals(answer.body)).toBe(true);
  counts.answered++;
  return !closes && response.end === undefined;
}

/** It broke off behind its last byte of the body, which has a length. */
function endedBefore({ bytes, breaksAt }: Answer): boolean {
  return breaksAt === bytes.length;
}

const KINDS: readonly {
  readonly name: string;
  readonly upstream: readonly string[];
  readonly top: readonly string[];
}[] = [
  { name: "plain", upstream: [], top: [] },
  { name: "metered", upstream: [], top: metered() },
  { name: "held until the first byte", upstream: ["first_byte_timeout_ms: 30000"], top: [] },
  { name: "with retries", upstream: ["retry: {max_attempts: 2, backoff_ms: 0}"], top: [] },
];

for (const [kind, { name, upstream: lines, top }] of KINDS.entries()) {
  test(`random sequences of requests, each with its own answer: ${name}`, { timeout: 3_000_000 }, async () => {
    const upstream = await scene.rawUpstream(serve);
    const gateway = await scene.gateway({ base: upstream.url, upstream: lines, top });
    let next = (SEED + kind) * 1_000_000;
    const until = counts.requests + REQUESTS / KINDS.length;
    async function work(): Promise<void> {
      while (counts.requests < until) {
        const seed = next++;
        await run(gateway, seed).catch((error: unknown) => {
          throw new Error(`seed ${seed}`, { cause: error });
        });
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await untilFree(gateway);
    expect(wrong).toEqual([]);
  });
}

afterAll(() => {
  if (process.env["FUZZ_REQUESTS"] !== undefined) process.stdout.write(`${JSON.stringify(counts)}\n`);
});
