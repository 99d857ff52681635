// Sends handshakes that were changed at random, in any pieces, from clients that leave at any moment. The process lives, nothing goes
// upstream that was refused, no token does, and nothing is left behind (contract, sections 4 and 15).

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { TOKEN } from "../support/config.ts";
import { until, within } from "../support/deadline.ts";
import type { MessageHead } from "../support/http-message.ts";
import { metered } from "../support/ledger-folder.ts";
import { randomFrom } from "../support/random.ts";
import type { RawClient } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";
import { closeFrame, frame, switching } from "../support/websocket.ts";
import { type FuzzedHandshake, fuzzedHandshake, PREFIX, SOURCES } from "./fuzzed-handshakes.ts";

const CASES = 1000;
const AT_ONCE = 30;
const SEED = 20_261_127;
/** Outcomes of requests that may have gone upstream. */
const SENT: ReadonlySet<unknown> = new Set([
  ...["success", "client_closed", "upstream_aborted", "upstream_timeout"],
  ...["upstream_request_failed", "request_timeout"],
]);

const scene = setScene();

type Random = () => number;

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

function turn(): Promise<void> {
  return new Promise(setImmediate);
}

function headerOf({ rawHeaders }: MessageHead, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}

/** What came upstream, and how the upstream answers it. */
class Counts {
  readonly heads: MessageHead[] = [];
  /** Bytes that came behind a handshake before it was answered. */
  early = 0;
  /** The ids of requests whose answer was spoilt: anything may become of them. */
  readonly spoilt = new Set<string | undefined>();
  readonly #random = randomFrom(SEED + 1);

  readonly answer = async (connection: RawConnection): Promise<void> => {
    const head = await connection.requestHead();
    this.heads.push(head);
    if (headerOf(head, "upgrade").length === 0) {
      await connection.send("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok");
      return connection.halfClose();
    }
    await turn();
    await turn();
    this.early += connection.bytes.length;
    if (this.#random() < 0.15) return this.#spoil(connection, headerOf(head, "x-request-id")[0]);
    await connection.send(switching(), frame("first"));
    pick(this.#random, [
      () => {},
      () => connection.halfClose(),
      () => connection.reset(),
      () => void connection.send(closeFrame(1000)),
    ])();
  };

  /** Answers with a head of which a byte is another one, or which is cut. */
  async #spoil(connection: RawConnection, id: string | undefined): Promise<void> {
    this.spoilt.add(id);
    const answer = switching("Content-Length: 5", "X-A: b");
    const at = Math.floor(this.#random() * answer.length);
    const cut = this.#random() < 0.3;
    const instead = pick(this.#random, ["", "\r", "\n", "\0", ":", " ", "9", "\x81"]);
    await connection.send(answer.slice(0, at), cut ? "" : instead + answer.slice(at + 1));
    pick(this.#random, [() => {}, () => connection.halfClose(), () => connection.reset()])();
  }
}

/** Sends it in pieces, then leaves at any moment. @returns the status of the answer; `undefined` if it did not wait for one */
async function play(client: RawClient, { bytes, changes }: FuzzedHandshake, random: Random) {
  const stop = random() < 0.15 ? Math.floor(random() * bytes.length) : bytes.length;
  const cuts = Array.from({ length: Math.floor(random() * 3) }, () => Math.floor(random() * Math.min(stop, 300)));
  const at = [0, ...cuts.sort((a, b) => a - b), stop];
  await client.send(...at.slice(1).map((end, i) => bytes.subarray(at[i], end)));
  const leave = pick(random, [() => client.halfClose(), () => client.reset(), () => void client.socket.destroy()]);
  if (stop < bytes.length || random() < 0.15) {
    for (let turns = random() * 6; turns > 0; turns--) await turn();
    leave();
    await within("its end", client.closed.then(turn));
    return undefined;
  }
  const head = await client.head();
  const id = head.header("x-request-id");
  if (head.status === 101) {
    await client.send(frame("more", { masked: true }), pick(random, [closeFrame(1000, true), "\0", ""]));
    leave();
  } else {
    await client.body(head, changes.includes("other method") ? "HEAD" : "GET");
    client.socket.destroy();
  }
  await within("its end", client.closed);
  return { status: head.status, id };
}

/** The sides of the gateway of all connections to it, from the first. */
function connectionsOf(port: number): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  const note = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    if (socket.localPort !== port) return;
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  };
  subscribe("net.server.socket", note);
  onTestFinished(() => void unsubscribe("net.server.socket", note));
  return open;
}

test.each([
  ["not metered", []],
  ["metered", metered()],
])("fuzzed handshakes: %s", { timeout: 120_000 }, async (_what, top) => {
  const random = randomFrom(SEED);
  const counts = new Counts();
  const upstream = await scene.rawUpstream(counts.answer);
  const gateway = await scene.gateway(
    {
      base: upstream.url,
      top,
      sources: SOURCES,
      upstream: ["websocket: true", "stream_idle_timeout_ms: 3000", "request_timeout_ms: 3000"],
    },
    { times: { server: { headMs: 3000, headCheckMs: 100 } } },
  );
  const connections = connectionsOf(gateway.port);
  const fates: string[] = [];
  /** Requests of which a byte was changed. Their token may be what no source looks for, beside another that lets them in. */
  const mangled = new Set<string | undefined>();
  let next = 0;

  async function one(): Promise<void> {
    const index = next++;
    const request = fuzzedHandshake(`/up/n${index}`, random);
    if (request.changes.includes("a changed byte")) mangled.add(`/n${index}`);
    const client = await scene.client(gateway);
    const what = `${index}: ${request.changes.join(", ") || "unchanged"}`;
    const answer = await play(client, request, random).catch((err: Error) => {
      throw new Error(`${what}: ${err.message}`);
    });
    if (answer === undefined) return;
    const { status, id } = answer;
    const sent = counts.heads.find((head) => headerOf(head, "x-request-id")[0] === id);
    const fate = sent === undefined ? "refused" : status === 101 ? "opens" : "plain";
    if (counts.spoilt.has(id)) return;
    expect([what, request.fate === "any" ? "any" : fate, status]).toEqual([what, request.fate, status]);
    fates.push(fate);
  }

  const lanes = Array.from({ length: AT_ONCE }, async () => {
    while (next < CASES) await one();
  });
  await Promise.all(lanes);
  await upstream.untilIdle();
  await untilFree(gateway);
  await until("the gateway's connections to close", () => connections.size === 0);

  for (const fate of ["opens", "refused", "plain"]) {
    expect(fates.filter((one) => one === fate).length).toBeGreaterThan(CASES / 30);
  }
  expect(counts.early).toBe(0);
  const lines = new Map(gateway.logs.map((line) => [line["request_id"], line]));
  for (const head of counts.heads) {
    const line = lines.get(headerOf(head, "x-request-id")[0]);
    // Whatever goes upstream is a request that the gateway has taken for one.
    expect([head.startLine, `${line?.["method"]} ${line?.["path"]}`]).toEqual([
      head.startLine,
      head.startLine.replace(" ", " /up").replace(/(\?\S*)? HTTP\/1\.1$/, ""),
    ]);
    expect([line?.["outcome"], SENT.has(line?.["outcome"])]).toEqual([line?.["outcome"], true]);
    const all = [head.startLine, ...head.rawHeaders].join("\n");
    if (!mangled.has(/\/n\d+/.exec(head.startLine)?.[0])) {
      expect(all).not.toContain(TOKEN);
      expect(all).not.toContain(PREFIX);
    }
    const asks = headerOf(head, "upgrade").length;
    const shape = ["host", "connection", "sec-websocket-key", "sec-websocket-version"].map(
      (name) => headerOf(head, name).length,
    );
    expect(shape).toEqual(asks === 1 ? [1, 1, 1, 1] : [1, 1, 0, 0]);
  }
  expect(counts.heads).toHaveLength(new Set(counts.heads.map((head) => headerOf(head, "x-request-id")[0])).size);
  expect(gateway.logs.filter(({ level, msg }) => level === "error" && msg === "internal error")).toEqual([]);
});
