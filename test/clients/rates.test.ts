// The limit of a client on requests per minute: over all its routes and tokens, beside the limit of each route, and over reloads
// (contract, sections 5 and 12).

import { expect, test } from "vitest";
import { AUTH, type ConfigParts, configText } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { type RawResponse, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { as, type Clients, routeLines, tokenOf, withClients } from "./clients.ts";

const scene = setScene();

/** 20 seconds before the end of a minute. */
const START = 29_000_000 * 60_000 - 20_000;
const TWO_TOKENS = `tokens: [${tokenOf("a", 1)}, ${tokenOf("a", 2)}]`;
const LIMITED = (perMinute: number): string => `${TWO_TOKENS}, rate_limit: {per_minute: ${perMinute}}`;

async function start(clients: Clients, top: readonly string[] = []) {
  const upstream = await scene.upstream();
  const clock = { time: START, now: () => clock.time };
  const parts = (of: Clients): ConfigParts =>
    withClients({ base: upstream.url, more: routeLines("second", upstream.url), top }, of);
  const gateway = await scene.gateway(parts(clients), { clock });
  const swap = (next: Clients): void => gateway.swap(configText(parts(next)));
  return { upstream, clock, gateway, swap };
}

async function get(
  gateway: TestGateway,
  path: string,
  line: string,
  more: readonly string[] = [],
): Promise<RawResponse> {
  const client = await scene.client(gateway);
  await client.send(requestText("GET", path, [line, ...more]));
  const response = await client.response();
  client.socket.destroy();
  return response;
}

async function statuses(
  gateway: TestGateway,
  asked: readonly (readonly [path: string, line: string])[],
): Promise<number[]> {
  const all = [];
  for (const [path, line] of asked) all.push((await get(gateway, path, line)).status);
  return all;
}

test("all routes and tokens of a client count together, and other clients apart", async () => {
  const { gateway, clock, upstream } = await start({
    a: LIMITED(4),
    b: "rate_limit: {per_minute: 1}",
    c: "enabled: true",
  });
  const asked = [
    ["/up/x", as("a")],
    ["/second/x", as("a")],
    ["/up/x", as("a", 2)],
    ["/second/x", as("a", 2)],
  ] as const;
  expect(await statuses(gateway, asked)).toEqual([200, 200, 200, 200]);
  expect(await statuses(gateway, asked)).toEqual([429, 429, 429, 429]);
  const refused = await get(gateway, "/up/x", as("a"));
  expect(refused.text).toBe('{"error":"rate_limited"}');
  expect([refused.header("retry-after"), refused.header("retry-after-ms")]).toEqual(["20", "20000"]);
  expect(
    await statuses(gateway, [
      ["/up/x", as("b")],
      ["/up/x", as("b")],
      ["/up/x", as("c")],
      ["/up/x", AUTH],
    ]),
  ).toEqual([200, 429, 200, 200]);
  clock.time += 19_999;
  expect((await get(gateway, "/up/x", as("a"))).header("retry-after")).toBe("1");
  clock.time += 1;
  expect(await statuses(gateway, asked)).toEqual([200, 200, 200, 200]);
  expect((await get(gateway, "/up/x", as("a", 2))).header("retry-after")).toBe("60");
  expect(upstream.requests.length).toBe(11);
});

test("a request that the route's limit refuses does not count for the client", async () => {
  const { gateway } = await start({ a: LIMITED(4) }, ["rate_limit: {per_minute: 2}"]);
  const up = ["/up/x", as("a")] as const;
  const second = ["/second/x", as("a")] as const;
  expect(await statuses(gateway, [up, up, up, up, up])).toEqual([200, 200, 429, 429, 429]);
  expect(await statuses(gateway, [second, second, second])).toEqual([200, 200, 429]);
});

test("what is refused before the limits does not count, what is refused after them does", async () => {
  const { gateway } = await start({ a: `${LIMITED(3)}, routes: [up], models: [gpt-5]` });
  const upgrade = ["Connection: upgrade", "Upgrade: websocket"];
  expect((await get(gateway, "/second/x", as("a"))).text).toBe('{"error":"route_not_allowed"}');
  expect((await get(gateway, "/up/x", as("a"), upgrade)).status).toBe(426);
  expect((await get(gateway, "/up/x", as("a", 3))).status).toBe(401);
  expect((await get(gateway, "/up/x?model=gpt-6", as("a"))).text).toBe('{"error":"model_not_allowed"}');
  expect((await get(gateway, "/up/x?model=a&model=a", as("a"))).text).toBe('{"error":"model_unreadable"}');
  expect(
    await statuses(gateway, [
      ["/up/x", as("a")],
      ["/up/x", as("a")],
    ]),
  ).toEqual([200, 429]);
});

test("exactly the limit passes of 200 requests at once", async () => {
  const { gateway, upstream } = await start({ a: LIMITED(50) });
  const all = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      get(gateway, n % 2 === 0 ? "/up/x" : "/second/x", as("a", 1 + (n % 3 === 0 ? 1 : 0))),
    ),
  );
  expect(all.filter(({ status }) => status === 200).length).toBe(50);
  expect(all.filter(({ status }) => status === 429).length).toBe(150);
  expect(upstream.requests.length).toBe(50);
});

test("counts last over reloads that raise, lower, remove and add the limit, and follow the client's id", async () => {
  const { gateway, swap } = await start({ a: LIMITED(2) });
  const asked = ["/up/x", as("a")] as const;
  expect(await statuses(gateway, [asked, asked, asked])).toEqual([200, 200, 429]);
  swap({ a: LIMITED(3) });
  expect(await statuses(gateway, [asked, asked])).toEqual([200, 429]);
  swap({ a: LIMITED(1) });
  expect(await statuses(gateway, [asked])).toEqual([429]);
  swap({ a: TWO_TOKENS });
  expect(await statuses(gateway, [asked, asked])).toEqual([200, 200]);
  swap({ a: LIMITED(4) });
  expect(await statuses(gateway, [asked, asked])).toEqual([200, 429]);
  // A token that now belongs to another client counts for that one.
  swap({ renamed: LIMITED(4) });
  expect(await statuses(gateway, [asked, asked, asked, asked, asked])).toEqual([200, 200, 200, 200, 429]);
  swap({ a: LIMITED(4) });
  expect(await statuses(gateway, [asked])).toEqual([429]);
});
