// Plays one row of a table: what upstreams do and what the config says, against how often each is asked and what the client gets.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { AUTH, UPSTREAM_KEY } from "../support/config.ts";
import { type RawClient, type RawResponse, requestText } from "../support/raw-client.ts";
import { type Scene, setScene, untilFree } from "../support/scene.ts";
import type { ScriptedAttempt } from "../support/scripted-upstream.ts";
import { type BodyKind, bodyOf, type WireBody } from "./bodies.ts";
import type { Answer } from "./plays.ts";
import { CLOSED, keyOf, type PoolParts, type StartedPool, startPool } from "./pool.ts";

export interface CaseRequest {
  /** Default: GET without a body, POST with one. */
  readonly method?: string;
  /** Below the route's prefix. Default: `/v1/chat/completions`. */
  readonly path?: string;
  readonly body?: BodyKind;
  /** Members of the JSON body. */
  readonly fields?: object;
  /** Further header lines. */
  readonly lines?: readonly string[];
}

export interface Case extends PoolParts {
  readonly name: string;
  readonly request?: CaseRequest;
  /** How many attempts each upstream gets. At a closed port they are known from the log only. */
  readonly asked: readonly number[];
  /** The answer that is passed on as it is. */
  readonly passes?: Pick<Answer, "status" | "body">;
  /** The gateway's own reply. */
  readonly replies?: readonly [status: number, code: string];
  /** What comes of a response that is cut. */
  readonly cut?: Pick<Answer, "status" | "body">;
  /** Headers of the answer: `null` must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Least and longest time between attempts, ms. */
  readonly gaps?: readonly (readonly [least: number, longest: number])[];
  /** The least time between two attempts at the same upstream, ms. */
  readonly rest?: number;
  /** The upstream answers the last attempt before it has got the whole body. */
  readonly early?: boolean;
  /** Default: `success` for an answer that is passed on, else the code of the reply. */
  readonly outcome?: string;
}

/** Makes a test of each row. */
export function testCases(cases: readonly Case[]): void {
  const scene = setScene();
  test.each(cases.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    const pool = await startPool(scene, row);
    const { response, sent } = await send(scene, pool, row.request);
    expectAnswer(response, row);
    expect(pool.counts()).toEqual(row.asked.map((count, index) => (row.upstreams[index] === CLOSED ? 0 : count)));
    expectAttempts(pool, sent);
    const last = inOrder(pool.upstreams).at(-1);
    if (last !== undefined && last.startLine !== "" && !row.early) expect(last.body?.length).toBe(sent.bytes.length);
    expectGaps(inOrder(pool.upstreams), row.gaps ?? []);
    if (row.rest !== undefined) for (const one of pool.upstreams) expectRest(inOrder([one]), row.rest);
    const line = await pool.gateway.completed();
    expect(line).toMatchObject({
      attempts: row.asked.reduce((sum, count) => sum + count, 0),
      outcome: row.outcome ?? row.replies?.[1] ?? (row.cut === undefined ? "success" : "upstream_aborted"),
    });
    await untilFree(pool.gateway);
  });
}

/** Sends the request of a row, and reads the response, whole or cut. */
export async function send(
  scene: Scene,
  pool: StartedPool,
  request: CaseRequest = {},
): Promise<{ response: RawResponse; sent: WireBody }> {
  const { body = "none", fields } = request;
  const sent = bodyOf(body, fields);
  const method = request.method ?? (body === "none" ? "GET" : "POST");
  const client = await scene.client(pool.gateway);
  await client.send(headOf(method, request, sent.lines));
  if (body === "moving") await sendMoving(client, pool, sent);
  else await client.send(...sent.pieces);
  const response = await client.response(method);
  client.socket.destroy();
  return { response, sent };
}

/** The head of a request through the route. */
export function headOf(method: string, { path, lines = [] }: CaseRequest, framing: readonly string[]): string {
  const type = framing.length > 0 ? ["Content-Type: application/json"] : [];
  return requestText(method, `/up${path ?? "/v1/chat/completions"}`, [AUTH, ...type, ...framing, ...lines]);
}

async function sendMoving(client: RawClient, pool: StartedPool, { pieces }: WireBody): Promise<void> {
  const [first = "", ...rest] = pieces;
  await client.send(first);
  await pool.upstream(0).attempt(1);
  await client.send(...rest);
}

function expectAnswer(response: RawResponse, { passes, replies, cut, headers = {} }: Case): void {
  const { status, body, text, whole } = response;
  if (passes !== undefined) {
    expect({ status, text, whole }).toEqual({ status: passes.status, text: passes.body.toString(), whole: true });
    expect(hash(body)).toBe(hash(passes.body));
  }
  if (replies !== undefined) expect([status, text]).toEqual([replies[0], JSON.stringify({ error: replies[1] })]);
  if (cut !== undefined) {
    expect({ status, text, whole }).toEqual({ status: cut.status, text: cut.body.toString(), whole: false });
  }
  for (const [name, value] of Object.entries(headers))
    expect([name, response.header(name) ?? null]).toEqual([name, value]);
}

/** Every attempt that was read has the client's body and its own upstream's key. */
function expectAttempts(pool: StartedPool, { bytes }: WireBody): void {
  const single = pool.upstreams.length === 1;
  for (const [index, upstream] of pool.upstreams.entries()) {
    for (const attempt of upstream?.attempts ?? []) {
      if (attempt.startLine === "") continue;
      expect(attempt.header("authorization")).toBe(`Bearer ${single ? UPSTREAM_KEY : keyOf(index)}`);
      if (attempt.body !== undefined) expect(hash(attempt.body)).toBe(hash(bytes));
    }
  }
}

function expectGaps(attempts: readonly ScriptedAttempt[], gaps: Case["gaps"] & object): void {
  for (const [n, [least, longest]] of gaps.entries()) {
    expect(gapAfter(attempts, n)).toBeGreaterThanOrEqual(least);
    expect(gapAfter(attempts, n)).toBeLessThanOrEqual(longest);
  }
}

function expectRest(attempts: readonly ScriptedAttempt[], rest: number): void {
  for (let n = 0; n + 1 < attempts.length; n++) expect(gapAfter(attempts, n)).toBeGreaterThanOrEqual(rest);
}

function gapAfter(attempts: readonly ScriptedAttempt[], n: number): number {
  return (attempts[n + 1]?.at ?? Number.NaN) - (attempts[n]?.at ?? Number.NaN);
}

/** The attempts at these upstreams, in the order of their time. */
function inOrder(upstreams: StartedPool["upstreams"]): ScriptedAttempt[] {
  const all = upstreams.flatMap((upstream) => upstream?.attempts ?? []);
  return all.sort((one, other) => one.at - other.at);
}

export function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
