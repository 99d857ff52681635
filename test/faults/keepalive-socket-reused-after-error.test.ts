// A kept upstream connection is stale: the request is sent again once, on a new connection, if its body is small enough. It is
// never sent again once a byte of a response came, or when the connection broke so late that the upstream may have worked on it.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import type { IdleTimes } from "../support/gateway.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

const scene = setScene();
const MIB = 1024 * 1024;
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** The first connection answers one request, then calls `then` for the second. Later connections answer one request each. */
function staleUpstream(then: (connection: RawConnection) => Promise<void> | void) {
  return scene.rawUpstream(async (connection, index) => {
    await connection.request();
    if (index > 0) return connection.send(OK);
    await connection.send(OK);
    await then(connection);
  });
}

async function warmed(upstream: { url: string }, idle: IdleTimes = {}) {
  const gateway = await scene.gateway({ base: upstream.url }, { times: { idle } });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/warm", [AUTH]));
  expect((await client.response()).status).toBe(200);
  return { gateway, client };
}

const DIE = {
  "is reset when the next request comes": async (connection: RawConnection) => {
    await connection.requestHead();
    connection.reset();
  },
  "is closed when the next request comes": async (connection: RawConnection) => {
    await connection.requestHead();
    connection.socket.destroy();
  },
  "is half-closed when the next request comes": async (connection: RawConnection) => {
    await connection.request();
    connection.halfClose();
  },
} as const;

test.each(Object.entries(DIE))("a connection that %s is replaced", async (_name, die) => {
  const upstream = await staleUpstream(die);
  const { gateway, client } = await warmed(upstream);
  await client.send(requestText("POST", "/up/again", [AUTH, "Content-Length: 4"], "body"));
  expect(await client.response("POST")).toMatchObject({ status: 200, text: "ok" });
  expect(upstream.connections).toBe(2);
  await untilFree(gateway);
  expect(await gateway.completed((line) => line["path"] === "/up/again")).toMatchObject({
    outcome: "success",
    attempts: 1,
  });
});

/** The first connection answers one request, and dies when it has read the next. @returns the body that came on the second */
async function replayed(lines: readonly string[], pieces: readonly string[]): Promise<Buffer | undefined> {
  let second: { body: Buffer } | undefined;
  const upstream = await scene.rawUpstream(async (connection, index) => {
    if (index === 0) {
      await connection.request();
      await connection.send(OK);
      await connection.request();
      connection.reset();
    } else {
      second = await connection.request();
      await connection.send(OK);
    }
  });
  const { client } = await warmed(upstream);
  await client.send(requestText("POST", "/up/again", [AUTH, ...lines]), ...pieces);
  expect(await client.response("POST")).toMatchObject({ status: 200 });
  expect(upstream.connections).toBe(2);
  return second?.body;
}

test("a body of 1 MiB is sent again whole", async () => {
  const body = "0123456789abcdef".repeat(MIB / 16);
  expect((await replayed([`Content-Length: ${MIB}`], [body]))?.toString() === body).toBe(true);
});

test("a chunked body of 1 MiB in pieces is sent again whole", async () => {
  const chunk = "x".repeat(MIB / 16);
  const piece = `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  const pieces = [...Array.from({ length: 16 }, () => piece), "0\r\n\r\n"];
  expect((await replayed(["Transfer-Encoding: chunked"], pieces))?.toString() === chunk.repeat(16)).toBe(true);
});

test("an empty chunked body is sent again", async () => {
  expect((await replayed(["Transfer-Encoding: chunked"], ["0\r\n\r\n"]))?.length).toBe(0);
});

test("a connection that dies in the middle of an upload is replaced, and the upload goes on", async () => {
  const half = "x".repeat(MIB / 2);
  let second: { body: Buffer } | undefined;
  const upstream = await scene.rawUpstream(async (connection, index) => {
    if (index === 0) {
      await connection.request();
      await connection.send(OK);
      await connection.requestHead();
      await connection.until("a half", () => connection.bytes.length >= half.length || undefined);
      connection.reset();
    } else {
      second = await connection.request();
      await connection.send(OK);
    }
  });
  const { client } = await warmed(upstream);
  await client.send(requestText("POST", "/up/again", [AUTH, `Content-Length: ${MIB}`], half));
  await upstream.nextConnection();
  await upstream.nextConnection();
  await client.send(half);
  expect(await client.response("POST")).toMatchObject({ status: 200 });
  expect(second?.body.toString() === half + half).toBe(true);
});

test("a body above 1 MiB is not sent again: 502", async () => {
  const body = "x".repeat(MIB + 1);
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.request();
    await connection.send(OK);
    await connection.request();
    connection.reset();
  });
  const { client } = await warmed(upstream);
  await client.send(requestText("POST", "/up/again", [AUTH, `Content-Length: ${body.length}`], body));
  expect(await client.response("POST")).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  expect(upstream.connections).toBe(1);
});

test("an upstream that works on the request before it closes gets the request once: 502", async () => {
  let requests = 0;
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.request();
    await connection.send(OK);
    await connection.request();
    requests++;
    await sleep(300);
    connection.halfClose();
  });
  const { client } = await warmed(upstream, { replayMs: 100 });
  await client.send(requestText("POST", "/up/again", [AUTH, "Content-Length: 4"], "body"));
  expect(await client.response("POST")).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  expect(requests).toBe(1);
  expect(upstream.connections).toBe(1);
});

test("a byte of a response came: nothing is sent again, 502", async () => {
  const upstream = await staleUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send("H");
    connection.socket.destroy();
  });
  const { client } = await warmed(upstream);
  await client.send(requestText("GET", "/up/again", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  expect(upstream.connections).toBe(1);
});

test("the fresh connection breaks too: 502, and there is no third connection", async () => {
  const upstream = await scene.rawUpstream(async (connection, index) => {
    await connection.request();
    if (index === 0) {
      await connection.send(OK);
      await connection.requestHead();
    }
    connection.reset();
  });
  const { client } = await warmed(upstream);
  await client.send(requestText("GET", "/up/again", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  expect(upstream.connections).toBe(2);
});

test("all kept connections are stale: one replacement is enough", async () => {
  const upstream = await scene.rawUpstream(async (connection, index) => {
    await connection.requestHead();
    await connection.send(OK);
    await connection.requestHead();
    if (index < 4) connection.reset();
    else await connection.send(OK);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const clients = await Promise.all([0, 1, 2, 3].map(() => scene.client(gateway)));
  for (const client of clients) await client.send(requestText("GET", "/up/warm", [AUTH]));
  for (const client of clients) expect((await client.response()).status).toBe(200);
  expect(upstream.connections).toBe(4);
  const [client] = clients;
  await client?.send(requestText("GET", "/up/again", [AUTH]));
  expect((await client?.response())?.status).toBe(200);
  expect(upstream.connections).toBe(5);
});

test("unrequested bytes on a kept connection are never a response (hazard R7)", async () => {
  const upstream = await scene.rawUpstream(async (connection, index) => {
    await connection.requestHead();
    await connection.send(index === 0 ? OK : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine");
  });
  const { client } = await warmed(upstream);
  await upstream.accepted[0]?.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
  // The gateway may have read these bytes or not when the next request comes. They must not be its response in either case.
  await client.send(requestText("GET", "/up/again", [AUTH]));
  expect((await client.response()).text).toBe("mine");
});

test("bytes after a response, in the same segment, are never the next response (hazard R7)", async () => {
  const upstream = await scene.rawUpstream(async (connection, index) => {
    await connection.requestHead();
    const poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
    await connection.send(index === 0 ? OK + poison : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine");
  });
  const { client } = await warmed(upstream);
  await client.send(requestText("GET", "/up/again", [AUTH]));
  expect((await client.response()).text).toBe("mine");
});
