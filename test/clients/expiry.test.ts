// A client that expires or is disabled while the gateway runs: from that moment on its tokens are answered as if they did not exist,
// byte for byte, and its streams run on (contract, sections 4 and 12).

import { describe, expect, test, vi } from "vitest";
import { AUTH, type ConfigParts, configText } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { as, type Clients, tokenOf, withClients } from "./clients.ts";

const scene = setScene();
const END = Date.UTC(2031, 4, 6, 7, 8, 9, 250);
const EXPIRES = 'expires_at: "2031-05-06T07:08:09.25Z"';

async function start(clients: Clients, top: readonly string[] = [], sources?: string) {
  const held: (() => void)[] = [];
  const upstream = await scene.upstream((req, res) => {
    if (req.url !== "/stream") return void res.end("ok");
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
    held.push(() => res.end("data: 2\n\n"));
  });
  const clock = { time: END - 60_000, now: () => clock.time };
  const parts = (of: Clients): ConfigParts => ({
    ...withClients({ base: upstream.url, top }, of),
    ...(sources === undefined ? {} : { sources }),
  });
  const gateway = await scene.gateway(parts(clients), { clock });
  const swap = (next: Clients): void => gateway.swap(configText(parts(next)));
  const endStreams = (): void => {
    for (const end of held.splice(0)) end();
  };
  return { upstream, clock, gateway, swap, endStreams };
}

/** The whole answer to a request on a connection of its own, without what differs from request to request. */
async function answer(gateway: TestGateway, method: string, target: string, lines: readonly string[]): Promise<string> {
  const client = await scene.client(gateway);
  await client.send(requestText(method, target, [...lines, "X-Request-Id: same"]));
  const { startLine, rawHeaders, text } = await client.response(method);
  client.socket.destroy();
  const headers = rawHeaders.map((one, n) => (rawHeaders[n - 1]?.toLowerCase() === "date" ? "-" : one));
  return JSON.stringify([startLine, headers, text]);
}

async function status(gateway: TestGateway, line: string): Promise<number> {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [line]));
  const response = await client.response();
  client.socket.destroy();
  return response.status;
}

async function stream(gateway: TestGateway, line: string) {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [line]));
  const head = await client.head();
  await client.until("an event", () => client.text.includes("data: 1") || undefined);
  return { whole: () => client.body(head) };
}

test("a client expires at its moment, its other requests and streams run on", async () => {
  const { gateway, clock, endStreams } = await start({ a: EXPIRES, b: "enabled: true" });
  const running = await stream(gateway, as("a"));
  clock.time = END - 1;
  expect(await status(gateway, as("a"))).toBe(200);
  clock.time = END;
  expect(await status(gateway, as("a"))).toBe(401);
  expect(await status(gateway, as("b"))).toBe(200);
  expect(await status(gateway, AUTH)).toBe(200);
  clock.time = END + 86_400_000;
  expect(await status(gateway, as("a"))).toBe(401);
  endStreams();
  expect(await running.whole()).toMatchObject({ status: 200, text: "data: 1\n\ndata: 2\n\n", whole: true });
  await untilFree(gateway);
});

test("on a connection that is kept, too, and a reload that moves the time lets it in again", async () => {
  const { gateway, clock, swap } = await start({ a: EXPIRES });
  const client = await scene.client(gateway);
  const ask = async (): Promise<number> => {
    await client.send(requestText("GET", "/up/x", [as("a")]));
    return (await client.response()).status;
  };
  expect(await ask()).toBe(200);
  clock.time = END;
  expect(await ask()).toBe(401);
  swap({ a: 'expires_at: "2032-01-01T00:00:00+01:00"' });
  expect(await ask()).toBe(200);
  clock.time = Date.UTC(2031, 11, 31, 23);
  expect(await ask()).toBe(401);
});

test("a reload disables a client, and enables it again, while its stream runs on", async () => {
  const { gateway, swap, endStreams } = await start({ a: "max_inflight: 2" });
  const running = await stream(gateway, as("a"));
  swap({ a: "max_inflight: 2, enabled: false" });
  expect(await status(gateway, as("a"))).toBe(401);
  swap({ a: "max_inflight: 2, enabled: true" });
  expect(await status(gateway, as("a"))).toBe(200);
  expect(gateway.limits.totals().clients).toBe(1);
  endStreams();
  expect(await running.whole()).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
});

const CORS = "cors: {enabled: true, allow_origins: [https://app.example]}";

describe.each([
  ["the plain form", []],
  ["OpenAI's form", ["errors: {format: openai}"]],
  ["Anthropic's form", ["errors: {format: anthropic}"]],
  ["CORS", [CORS]],
  ["limits", ["rate_limit: {per_minute: 1000}", "concurrency: {downstream_max_inflight: 5}"]],
] as const)("%s", (_name, top) => {
  const sources = "[{type: authorization_bearer}, {type: header, name: x-api-key}, {type: query, name: key}]";

  test("the answer tells nothing of an expired, a disabled and an unknown token apart", async () => {
    const clients = {
      expired: `${EXPIRES}, models: [gpt-5], routes: [up], max_inflight: 1`,
      disabled: "enabled: false, models: [gpt-5], routes: []",
    };
    const { gateway, clock, upstream } = await start(clients, top, sources);
    clock.time = END;
    for (const [method, target, of] of [
      ["GET", "/up/x", (token: string) => [`Authorization: Bearer ${token}`]],
      ["HEAD", "/up/x", (token: string) => [`Authorization: bearer   ${token}`]],
      ["GET", "/up/x?model=gpt-6", (token: string) => [`X-Api-Key: ${token}`, "Origin: https://app.example"]],
      ["POST", "/up/x", (token: string) => [`Authorization: Bearer ${token}`, "Content-Length: 5"]],
      [
        "GET",
        "/up/x",
        (token: string) => [`Authorization: Bearer ${token}`, "Connection: upgrade", "Upgrade: websocket"],
      ],
      ["GET", "/up/x", (token: string) => [`X-Api-Key: ${token}`, `X-Api-Key: ${token}`]],
    ] as const) {
      const answers = [];
      for (const client of ["unknown", "expired", "disabled"]) {
        answers.push(await answer(gateway, method, target, of(tokenOf(client))));
      }
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain("401 Unauthorized");
    }
    const byQuery = [];
    for (const client of ["unknown", "expired", "disabled"]) {
      byQuery.push(await answer(gateway, "GET", `/up/x?key=${tokenOf(client)}`, []));
    }
    expect(new Set(byQuery).size).toBe(1);
    expect(upstream.requests.length).toBe(0);
  });
});

test("the answer comes by the same way: one look at the table, and a clock only for a client that expires", async () => {
  const { gateway, clock } = await start({ expired: EXPIRES, disabled: "enabled: false" });
  const asked = vi.spyOn(clock, "now");
  const counts = [];
  for (const client of ["unknown", "disabled", "expired"]) {
    clock.time = END;
    asked.mockClear();
    expect(await status(gateway, as(client))).toBe(401);
    counts.push(asked.mock.calls.length);
  }
  expect(counts[1]).toBe(counts[0]);
  expect(counts[2]).toBe((counts[0] ?? 0) + 1);
});

test("only the log says why", async () => {
  const { gateway, clock } = await start({ expired: EXPIRES, disabled: "enabled: false" });
  clock.time = END;
  for (const client of ["unknown", "disabled", "expired"]) await status(gateway, as(client));
  await untilFree(gateway);
  const lines = gateway.logs.filter(({ msg }) => msg === "request completed");
  expect(lines.map(({ outcome, cause }) => [outcome, cause])).toEqual([
    ["unauthorized", undefined],
    ["unauthorized", "the client disabled is disabled"],
    ["unauthorized", "the client expired has expired"],
  ]);
});
