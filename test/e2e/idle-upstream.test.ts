// Checks how long idle upstream connections are kept: by the gateway's own time, by what the upstream says, and by the sweep.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import type { IdleTimes } from "../support/gateway.ts";
import { type RawClient, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
/** So long that no test sees it. */
const NEVER_MS = 600_000;

/** A gateway that has sent one request to its upstream, whose answer has these headers. */
async function afterOneRequest(idle: IdleTimes, lines: readonly string[] = []) {
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      // The upstream itself never closes.
      await connection.requestHead(NEVER_MS);
      await connection.send(
        `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}Content-Length: 2\r\n\r\nok`,
      );
    }
  });
  const gateway = await scene.gateway({ base: upstream.url }, { times: { idle } });
  const client = await scene.client(gateway);
  await ask(client);
  await untilFree(gateway);
  expect(upstream.connections).toBe(1);
  return { upstream, client };
}

async function ask(client: RawClient): Promise<void> {
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect((await client.response()).text).toBe("ok");
}

test("a young idle connection serves the next request", async () => {
  const { upstream, client } = await afterOneRequest({ idleMs: NEVER_MS, sweepMs: 20 });
  await sleep(100);
  await ask(client);
  expect(upstream.connections).toBe(1);
});

test("a connection that was idle for too long is not used again, even before a sweep", async () => {
  const { upstream, client } = await afterOneRequest({ idleMs: 50, sweepMs: NEVER_MS });
  await sleep(100);
  expect(upstream.open).toBe(1);
  await ask(client);
  expect(upstream.connections).toBe(2);
});

test("the sweep closes a connection that was idle for too long, without another request", async () => {
  const { upstream } = await afterOneRequest({ idleMs: 50, sweepMs: 20 });
  await upstream.untilIdle();
  expect(upstream.connections).toBe(1);
});

test("an upstream's `keep-alive: timeout=` shortens the idle time, less the margin", async () => {
  // 2 s, less 1.6 s: 400 ms.
  const idle = { idleMs: NEVER_MS, hintMarginMs: 1600, sweepMs: NEVER_MS };
  const { upstream, client } = await afterOneRequest(idle, ["Keep-Alive: timeout=2"]);
  await ask(client);
  expect(upstream.connections).toBe(1);
  await sleep(500);
  await ask(client);
  expect(upstream.connections).toBe(2);
});

test("the sweep obeys an upstream's `keep-alive: timeout=`, too", async () => {
  const idle = { idleMs: NEVER_MS, hintMarginMs: 1900, sweepMs: 20 };
  const { upstream } = await afterOneRequest(idle, ["Keep-Alive: timeout=2"]);
  await upstream.untilIdle();
  expect(upstream.connections).toBe(1);
});

test("an upstream's `keep-alive: timeout=` does not lengthen the idle time", async () => {
  const idle = { idleMs: 50, hintMarginMs: 0, sweepMs: NEVER_MS };
  const { upstream, client } = await afterOneRequest(idle, ["Keep-Alive: timeout=600"]);
  await sleep(100);
  await ask(client);
  expect(upstream.connections).toBe(2);
});

test("a connection that the upstream keeps no longer than the margin is not kept at all", async () => {
  const { upstream } = await afterOneRequest({ idleMs: NEVER_MS, sweepMs: NEVER_MS }, ["Keep-Alive: timeout=1"]);
  await upstream.untilIdle();
  expect(upstream.connections).toBe(1);
});

describe("a request that is too large to be sent again", () => {
  const LARGE = 1024 * 1024 + 1;
  const BODIES = [
    ["by its length", [AUTH, `Content-Length: ${LARGE}`], "x".repeat(LARGE)],
    ["perhaps, as it is chunked", [AUTH, "Transfer-Encoding: chunked"], "1\r\nx\r\n0\r\n\r\n"],
  ] as const;
  const SMALL = [AUTH, `Content-Length: ${LARGE - 1}`];

  async function kept(idle: IdleTimes) {
    const upstream = await scene.rawUpstream(async (connection) => {
      for (;;) {
        await connection.request(NEVER_MS);
        await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }
    });
    const gateway = await scene.gateway({ base: upstream.url }, { times: { idle } });
    const client = await scene.client(gateway);
    await ask(client);
    await untilFree(gateway);
    return { upstream, gateway, client };
  }

  async function post(client: RawClient, lines: readonly string[], body: string): Promise<void> {
    await client.send(requestText("POST", "/up/x", lines, body));
    expect((await client.response("POST")).text).toBe("ok");
  }

  test.each(BODIES)(
    "%s: takes a fresh connection when the others were idle for longer than youngMs",
    async (...row) => {
      const [, lines, body] = row;
      const { upstream, gateway, client } = await kept({ youngMs: 50 });
      await sleep(100);
      await post(client, lines, body);
      expect(upstream.connections).toBe(2);
      // The old connection was left open, for requests that can be sent again.
      expect(upstream.open).toBe(2);
      await untilFree(gateway);
      const clients = await Promise.all([0, 1].map(() => scene.client(gateway)));
      await Promise.all(clients.map((each) => post(each, SMALL, "x".repeat(LARGE - 1))));
      expect(upstream.connections).toBe(2);
    },
  );

  test.each(BODIES)("%s: takes a connection that was idle for a shorter time", async (_name, lines, body) => {
    const { upstream, client } = await kept({ youngMs: NEVER_MS });
    await post(client, lines, body);
    expect(upstream.connections).toBe(1);
  });
});
