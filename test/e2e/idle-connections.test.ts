// Checks how long idle connections of clients are kept, with short times: not shorter than that time, and not where something is in
// progress on them.

import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { describe, expect, test } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import type { TestGateway } from "../support/gateway.ts";
import { RawClient, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { inboundTls } from "../support/tls-files.ts";
import type { UpstreamHandler } from "../support/upstream.ts";

const scene = setScene();
const KEEP_MS = 400;
/** Longer than the time between two looks at all connections. */
const LOOK_MS = KEEP_MS / 5;
const GET = requestText("GET", "/up/x", [AUTH]);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Setting {
  readonly handler?: UpstreamHandler;
  readonly top?: readonly string[];
  readonly headMs?: number;
}

async function start({ handler, top = [], headMs = 10_000 }: Setting = {}) {
  const upstream = await scene.upstream(handler);
  const parts = { base: upstream.url, top };
  const times = { server: { keepAliveMs: KEEP_MS, headMs, headCheckMs: 30 } };
  const gateway = await scene.gateway(parts, { times });
  return { gateway, reload: () => gateway.swap(configText(parts)) };
}

async function connectSecurely({ port }: TestGateway): Promise<RawClient> {
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, allowHalfOpen: true } as never);
  const client = new RawClient(socket);
  await within("a TLS connection", once(socket, "secureConnect"));
  return client;
}

async function ask(client: RawClient): Promise<void> {
  await client.send(GET);
  expect((await client.response()).status).toBe(200);
}

describe.each([
  ["a plain connection", false],
  ["a TLS connection", true],
])("%s", (_what, secure) => {
  const begin = async (setting: Setting = {}) => {
    const world = await start({ ...setting, top: secure ? [await inboundTls()] : [] });
    const client = secure ? await connectSecurely(world.gateway) : await scene.client(world.gateway);
    return { ...world, client };
  };

  test("is closed once it was idle for its time, and not before", async () => {
    const { client } = await begin();
    await ask(client);
    const idleSince = performance.now();
    expect(await within("the idle connection to be closed", client.ended, 4000)).toBe("fin");
    expect(performance.now() - idleSince).toBeGreaterThanOrEqual(KEEP_MS - 1);
    await client.close();
  });

  test("is not closed while it sends requests, for however long, nor after a reload", async () => {
    const { client, reload } = await begin();
    const until = performance.now() + 2.5 * KEEP_MS;
    while (performance.now() < until) {
      await ask(client);
      reload();
      await pause(KEEP_MS / 6);
    }
    expect(client.end).toBeUndefined();
    expect(await within("the idle connection to be closed", client.ended, 4000)).toBe("fin");
    await client.close();
  });

  test("is not closed while a response is in progress, which may be silent", async () => {
    const { client } = await begin({
      handler: (_req, res) => {
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write("data: 1\n\n");
        setTimeout(() => res.end("data: 2\n\n"), 2 * KEEP_MS);
      },
    });
    await client.send(GET);
    expect(await client.response()).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
    // Its idle time begins with the end of the response.
    const idleSince = performance.now();
    expect(await within("the idle connection to be closed", client.ended, 4000)).toBe("fin");
    expect(performance.now() - idleSince).toBeGreaterThanOrEqual(KEEP_MS - 1);
    await client.close();
  });

  test("is not closed while a request is in progress, which may be slow", async () => {
    const { client } = await begin();
    await ask(client);
    await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 4"], "ab"));
    await pause(2 * KEEP_MS);
    await client.send("cd");
    expect((await client.response()).status).toBe(200);
    await client.close();
  });

  test("with half a head of a further request is left to the time for heads", async () => {
    const { client } = await begin({ headMs: 0.75 * KEEP_MS });
    await ask(client);
    await pause(KEEP_MS / 2);
    await client.send(GET.slice(0, 20));
    // By then it is longer ago that it was idle first than its time.
    expect((await client.response()).status).toBe(408);
    await client.close();
  });

  test("is closed after its time also when empty lines came, which begin no request", async () => {
    const { client } = await begin();
    await ask(client);
    await pause(LOOK_MS);
    await client.send("\r\n\r\n");
    const idleSince = performance.now();
    expect(await within("the idle connection to be closed", client.ended, 4000)).toBe("fin");
    expect(performance.now() - idleSince).toBeGreaterThanOrEqual(KEEP_MS - LOOK_MS);
    await client.close();
  });
});

test("a connection that is idle does not take along another, and one that never asked is left alone", async () => {
  const { gateway } = await start();
  const [idle, busy, silent] = [await scene.client(gateway), await scene.client(gateway), await scene.client(gateway)];
  await ask(idle);
  while (idle.end === undefined) {
    await ask(busy);
    await pause(20);
  }
  await ask(busy);
  expect(silent.end).toBeUndefined();
  await ask(silent);
});
