// Checks WebSockets under retries and in pools: up to the 101 other attempts may follow, after it none does
// (contract, sections 7, 14 and 15).

import { describe, expect, it } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { metered } from "../support/ledger-folder.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilCounts } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";
import { expectBytes, frame, handshake, openSocket, switching } from "../support/websocket.ts";

const scene = setScene();
const early = frame("early", { masked: true });

/** A gateway in front of a pool of two upstreams. @param keys those of both @param lines those of the route */
async function pool(keys: readonly string[] = [], lines: readonly string[] = []) {
  const [a, b] = [await scene.rawUpstream(), await scene.rawUpstream()];
  const yaml = configText({ base: a.url }).replace(
    / {4}upstream:\n[\s\S]*/,
    [
      "    upstream:",
      ...["websocket: true", ...keys].map((key) => `      ${key}`),
      ...lines.map((line) => `    ${line}`),
      "    upstreams:",
      `      - {id: a, base_url: "${a.url}"}`,
      `      - {id: b, base_url: "${b.url}"}`,
      "",
    ].join("\n"),
  );
  const gateway = await scene.gateway({ base: a.url });
  gateway.swap(yaml);
  return { a, b, gateway };
}

const RETRY = "retry: {retry_on: [connect_error, reset, timeout, first_byte_timeout, '503'], attempt_timeout_ms: 5000}";

describe("up to the 101", () => {
  it.each<readonly [string, string, (first: RawConnection) => unknown]>([
    ["is reset", "reset", (first) => first.reset()],
    ["leaves", "reset", (first) => first.halfClose()],
    ["does not answer in time", "timeout", () => {}],
    ["refuses", "503", (first) => first.send("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n")],
  ])("another upstream is asked when the first %s, and gets the early bytes once", async (_what, result, act) => {
    const { a, b, gateway } = await pool([result === "timeout" ? RETRY.replace("5000", "500") : RETRY]);
    const client = await scene.client(gateway);
    await client.send(handshake(), early);
    const first = await a.nextConnection();
    await first.requestHead();
    await act(first);
    const second = await b.nextConnection();
    await second.requestHead();
    await second.send(switching(), frame("hello"));
    expect((await client.head()).status).toBe(101);
    const more = frame("more", { masked: true });
    await client.send(more);
    const all = Buffer.concat([early, more]);
    expect(await expectBytes(second, all)).toEqual(all);
    await client.untilText("hello");
    expect(first.bytes).toHaveLength(0);
    client.reset();
    await second.ended;
    const line = await gateway.completed();
    expect(line).toMatchObject({ outcome: "client_closed", status: 101, attempts: 2, upstream: "b" });
    expect(line["failed_attempts"]).toMatchObject([{ upstream: "a", result }]);
    expect(a.connections + b.connections).toBe(2);
    await untilCounts(gateway, ({ upstream }) => upstream === 0);
  });

  it.each(["halfClose", "reset"] as const)("no attempt follows once the client has left: %s", async (leave) => {
    const { a, b, gateway } = await pool(["retry: {retry_on: ['503'], backoff_ms: 60000, max_attempts: 4}"]);
    const refusal = "HTTP/1.1 503 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const client = await scene.client(gateway);
    await client.send(handshake(), early);
    for (const server of [a, b]) {
      const connection = await server.nextConnection();
      await connection.requestHead();
      await connection.send(refusal);
      connection.halfClose();
    }
    // It waits for the next attempt now.
    await a.untilIdle();
    await b.untilIdle();
    client[leave]();
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 2 });
    expect(a.connections + b.connections).toBe(2);
  });

  it("the limit of the first byte ends with the answer, not with the first frame", async () => {
    const { a, gateway } = await pool([RETRY, "first_byte_timeout_ms: 200"]);
    const client = await scene.client(gateway);
    const { upstream } = await openSocket(client, () => a.nextConnection());
    await new Promise((resolve) => setTimeout(resolve, 500));
    await upstream.send(frame("late"));
    await client.untilText("late");
    expect(upstream.end).toBeUndefined();
  });
});

it("a kept connection that turns out stale is replaced, once, and the early bytes are sent once", async () => {
  const server = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: server.url, upstream: ["websocket: true"] });
  const plain = await scene.client(gateway);
  await plain.send(requestText("GET", "/up/plain", [AUTH]));
  const kept = await server.nextConnection();
  await kept.requestHead();
  await kept.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  expect((await plain.response()).text).toBe("ok");
  const client = await scene.client(gateway);
  await client.send(handshake(), early);
  await kept.requestHead();
  kept.reset();
  const fresh = await server.nextConnection();
  await fresh.requestHead();
  await fresh.send(switching());
  expect((await client.head()).status).toBe(101);
  expect(await expectBytes(fresh, early)).toEqual(early);
  client.reset();
  expect(await gateway.completed(({ status }) => status === 101)).toMatchObject({ attempts: 1 });
  expect(server.connections).toBe(2);
});

describe("after the 101", () => {
  it.each(["halfClose", "reset"] as const)("no other attempt follows: %s", async (leave) => {
    const { a, b, gateway } = await pool([RETRY]);
    const client = await scene.client(gateway);
    const { upstream } = await openSocket(client, () => a.nextConnection());
    upstream[leave]();
    expect(await client.ended).toBe(leave === "reset" ? "reset" : "fin");
    client.socket.destroy();
    const line = await gateway.completed();
    expect(line).toMatchObject({ outcome: "upstream_aborted", status: 101, attempts: 1, upstream: "a" });
    expect(b.connections).toBe(0);
  });

  it("a WebSocket counts where it is: the next goes to the least busy upstream", async () => {
    const { a, b, gateway } = await pool([], ["balance: least_inflight"]);
    const first = await scene.client(gateway);
    const second = await scene.client(gateway);
    await openSocket(first, () => a.nextConnection());
    await openSocket(second, () => b.nextConnection());
    first.reset();
    await a.untilIdle();
    await untilCounts(gateway, ({ inFlight }) => inFlight === 1);
    const third = await scene.client(gateway);
    await openSocket(third, () => a.nextConnection());
    expect([a.connections, b.connections]).toEqual([2, 1]);
  });
});

it.each([
  ["before the 101", 499],
  ["after it", 101],
])(
  "a client that leaves %s takes the upstream with it, although other answers go on to their end",
  async (_when, status) => {
    const server = await scene.rawUpstream();
    const upstream = ["websocket: true", "on_client_abort: drain"];
    const gateway = await scene.gateway({ base: server.url, upstream, top: metered() });
    const client = await scene.client(gateway);
    await client.send(handshake());
    const connection = await server.nextConnection();
    await connection.requestHead();
    if (status === 101) {
      await connection.send(switching());
      await client.head();
    }
    client.reset();
    await connection.ended;
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status });
  },
);
