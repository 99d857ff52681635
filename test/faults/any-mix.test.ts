// After any mix of finishes, errors and leavings every count is zero and nothing hangs. The mix is random, its seed fixed by
// the run's number, so that a failure can be had again.

import { describe, expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { type RawClient, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

const scene = setScene();

const EXCHANGES = 80;
const AT_ONCE = 12;

/** A small generator of random numbers with a seed (Mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const UPSTREAM_WAYS: Readonly<Record<string, (connection: RawConnection) => Promise<void> | void>> = {
  ok: (c) => c.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
  pieces: (c) => c.send("HTTP/1.1 200 OK\r\nTransfer-", "Encoding: chunked\r\n\r\n2\r", "\nok\r\n", "0\r\n\r\n"),
  sse: (c) =>
    c.send(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
      "9\r\ndata: 1\n\n\r\n",
      "0\r\n\r\n",
    ),
  hang: () => {},
  stall: (c) => c.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart"),
  refuse: (c) => c.reset(),
  close: (c) => void c.socket.destroy(),
  cut: async (c) => {
    await c.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
    c.socket.destroy();
  },
  garbage: (c) => c.send("nonsense\r\n\r\n"),
  badChunk: (c) => c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
  switches: (c) => c.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
  interim: (c) => c.send("HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
  closes: async (c) => {
    await c.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    c.halfClose();
  },
};

const CLIENT_WAYS = [
  "stay",
  "stay",
  "stay",
  "reset",
  "close",
  "halfClose",
  "cutUpload",
  "badChunk",
  "noToken",
] as const;
type ClientWay = (typeof CLIENT_WAYS)[number];

async function act(client: RawClient, way: ClientWay, upstreamWay: string, random: () => number): Promise<void> {
  const target = `/up/${upstreamWay}`;
  if (way === "cutUpload") {
    await client.send(requestText("POST", target, [AUTH, "Content-Length: 100"], "half"));
    if (random() < 0.5) client.reset();
    else client.halfClose();
    return client.closed;
  }
  if (way === "badChunk") {
    await client.send(requestText("POST", target, [AUTH, "Transfer-Encoding: chunked"], "2\r\nab\r\n"), "zz\r\n");
    await client.ended;
    return;
  }
  await client.send(
    requestText("POST", target, way === "noToken" ? ["Content-Length: 2"] : [AUTH, "Content-Length: 2"], "{}"),
  );
  if (way === "stay" || way === "noToken") {
    // Whole, cut or refused: what matters here is that something comes, and an end.
    await client.response("POST").catch((error: unknown) => {
      if (client.end === undefined) throw error;
    });
    return;
  }
  for (let turns = Math.floor(random() * 6); turns > 0; turns--) await new Promise(setImmediate);
  await client[way]();
}

describe.each([1, 2, 3, 4])("mix %i", (seed) => {
  test("leaves nothing behind", async () => {
    const random = randomFrom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const upstream = await scene.rawUpstream(async (connection) => {
      for (;;) {
        const { startLine } = await connection.requestHead();
        const way = /\/(\w+) HTTP/.exec(startLine)?.[1] ?? "ok";
        if (startLine.startsWith("POST") && way !== "hang")
          await connection.until("a body", () => connection.bytes.length > 0 || undefined);
        connection.take(connection.bytes.length);
        await UPSTREAM_WAYS[way]?.(connection);
      }
    });
    const gateway = await scene.gateway({
      base: upstream.url,
      upstream: ["request_timeout_ms: 120", "stream_idle_timeout_ms: 120"],
      top: [
        "concurrency: {downstream_max_inflight: 10, upstream_per_key_max_inflight: 5, queue: {max_waiting: 3, timeout_ms: 100}}",
      ],
    });
    const plans = Array.from({ length: EXCHANGES }, () => ({
      way: pick(CLIENT_WAYS),
      upstreamWay: pick(Object.keys(UPSTREAM_WAYS)),
    }));
    const lane = async () => {
      for (let plan = plans.pop(); plan !== undefined; plan = plans.pop()) {
        const client = await scene.client(gateway);
        const { way, upstreamWay } = plan;
        await within(`${way} with ${upstreamWay}`, act(client, way, upstreamWay, random));
        client.socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    await untilFree(gateway);
    const completed = gateway.logs.filter((line) => line.msg === "request completed");
    expect(completed.length).toBeGreaterThanOrEqual(EXCHANGES / 2);
    expect(new Set(completed.map((line) => line["request_id"])).size).toBe(completed.length);
    expect(completed.filter((line) => line["outcome"] === "internal_error")).toEqual([]);

    const after = await scene.client(gateway);
    await after.send(requestText("POST", "/up/ok", [AUTH, "Content-Length: 2"], "{}"));
    expect((await after.response("POST")).text).toBe("ok");
  });
});
