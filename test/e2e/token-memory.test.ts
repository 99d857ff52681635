// Checks on real sockets that a token which its connection has shown before is treated as on a fresh connection: by the config in use,
// as its own client, and only as long as it is valid.

import { expect, test } from "vitest";
import { as, type Clients, tokenOf, withClients } from "../clients/clients.ts";
import { AUTH, configText, TOKEN } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const END = Date.UTC(2031, 4, 6, 7, 8, 9);
const EXPIRES = 'expires_at: "2031-05-06T07:08:09Z"';
const BAD = "Authorization: Bearer no-token-of-this-gateway";

/** A gateway with clients, and one connection to it that is kept. */
async function start(clients: Clients, sources?: string) {
  const upstream = await scene.upstream();
  const clock = { time: END - 1000, now: () => clock.time };
  const partsOf = (of: Clients) =>
    withClients({ base: upstream.url, ...(sources === undefined ? {} : { sources }) }, of);
  const gateway = await scene.gateway(partsOf(clients), { clock });
  const client = await scene.client(gateway);
  let asked = 0;
  /** The status of a request on the connection, and the label of its client in the log. */
  const ask = async (line: string, target = "/up/x"): Promise<[number, unknown]> => {
    const id = `request-${asked++}`;
    await client.send(requestText("GET", target, [line, `X-Request-Id: ${id}`]));
    const { status } = await client.response();
    return [status, await labelOf(gateway, id)];
  };
  const swap = (of: Clients, edit = (text: string) => text): void => gateway.swap(edit(configText(partsOf(of))));
  return { upstream, clock, gateway, ask, swap };
}

async function labelOf(gateway: TestGateway, id: string): Promise<unknown> {
  const line = await gateway.completed((line) => line["request_id"] === id);
  return line["token"];
}

const PASSES = 200;
const REFUSED = [401, null];

test("the same token passes again and again, and another token of the same connection is another client", async () => {
  const { ask } = await start({ a: "max_inflight: 1", b: "max_inflight: 1" });
  for (let n = 0; n < 3; n++) expect(await ask(as("a"))).toEqual([PASSES, "a"]);
  for (const client of ["b", "a", "b", "b", "a"]) expect(await ask(as(client))).toEqual([PASSES, client]);
  const [status, label] = await ask(AUTH);
  expect([status, label]).toEqual([PASSES, expect.stringMatching(/^cli\*\*\*/)]);
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
});

test("a wrong token after a good one is refused, and the good one still passes", async () => {
  const { ask } = await start({ a: "max_inflight: 1" });
  expect(await ask(BAD)).toEqual(REFUSED);
  for (const wrong of [BAD, `${as("a")}x`, as("a").slice(0, -1), "Authorization: Bearer ", "X-Nothing: 1"]) {
    expect(await ask(as("a"))).toEqual([PASSES, "a"]);
    expect(await ask(wrong)).toEqual(REFUSED);
    expect(await ask(wrong)).toEqual(REFUSED);
  }
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
});

test("the memory of a connection is its own", async () => {
  const { gateway, ask } = await start({ a: "max_inflight: 1" });
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/up/x", [BAD]));
  expect((await other.response()).status).toBe(401);
});

test("a token that a reload removes is refused on the same connection, until a reload brings it back", async () => {
  const { ask, swap } = await start({ a: "max_inflight: 1", b: "max_inflight: 1" });
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
  swap({ b: "max_inflight: 1" });
  expect(await ask(as("a"))).toEqual(REFUSED);
  swap({ a: "max_inflight: 1", b: "max_inflight: 1" });
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
});

test("a client that a reload disables is refused on the same connection", async () => {
  const { ask, swap } = await start({ a: "max_inflight: 1" });
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
  swap({ a: "enabled: false" });
  expect(await ask(as("a"))).toEqual(REFUSED);
  swap({ a: "enabled: true" });
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
});

test("a token that a reload gives to another client is that client's, with its rights", async () => {
  const { ask, swap } = await start({ a: "max_inflight: 1", b: "max_inflight: 1" });
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
  swap({ a: `tokens: [${tokenOf("new")}]`, b: `tokens: [${tokenOf("b")}, ${tokenOf("a")}]` });
  expect(await ask(as("a"))).toEqual([PASSES, "b"]);
  expect(await ask(as("new"))).toEqual([PASSES, "a"]);
  swap({ b: `tokens: [${tokenOf("a")}], routes: []` });
  expect(await ask(as("a"))).toEqual([403, "b"]);
});

test("a plain token that a reload takes away is refused on the same connection", async () => {
  const { ask, swap } = await start({ a: "max_inflight: 1" });
  expect((await ask(AUTH))[0]).toBe(PASSES);
  swap({ a: "max_inflight: 1" }, (text) => text.replace(TOKEN, "another-token-77d1"));
  expect(await ask(AUTH)).toEqual(REFUSED);
});

test("a client that expires between two requests is refused on the same connection", async () => {
  const { ask, clock } = await start({ a: EXPIRES });
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
  clock.time = END - 1;
  expect(await ask(as("a"))).toEqual([PASSES, "a"]);
  clock.time = END;
  expect(await ask(as("a"))).toEqual(REFUSED);
  expect(await ask(AUTH)).toEqual([PASSES, expect.stringMatching(/^cli/)]);
  expect(await ask(as("a"))).toEqual(REFUSED);
});

test("a token that the connection has shown never goes upstream in a query, from whichever source it came", async () => {
  const sources = "[{type: authorization_bearer}, {type: query, name: key}]";
  const { ask, upstream } = await start({ a: "max_inflight: 1", b: "max_inflight: 1" }, sources);
  for (const target of [
    `/up/x?key=${tokenOf("a")}&q=1`,
    `/up/x?q=1&api_key=${tokenOf("a")}`,
    `/up/x?token=${tokenOf("b")}&q=1`,
  ]) {
    expect(await ask(as("a"), target)).toEqual([PASSES, "a"]);
    expect((await upstream.nextRequest()).url).toBe("/x?q=1");
  }
  expect(await ask("X-Nothing: 1", `/up/x?key=${tokenOf("b")}`)).toEqual([PASSES, "b"]);
  expect(await ask("X-Nothing: 1", `/up/x?key=${tokenOf("a")}`)).toEqual([PASSES, "a"]);
});
