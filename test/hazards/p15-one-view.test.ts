// Hazard P15: the gateway reads headers only from the raw list. A repeated header is refused or forwarded twice, never merged.

import { expect, test } from "vitest";
import { AUTH, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["two hosts", ["Host: a", "Host: b", AUTH], 400, "bad_request"],
  ["two equal hosts", ["Host: a", "Host: a", AUTH], 400, "bad_request"],
  ["two tokens, the good one first", [AUTH, "Authorization: Bearer other"], 401, "unauthorized"],
  ["two tokens, the good one last", ["Authorization: Bearer other", AUTH], 401, "unauthorized"],
  ["the good token twice", [AUTH, AUTH], 401, "unauthorized"],
  ["the good token twice, cased apart", [AUTH, `AUTHORIZATION: Bearer ${TOKEN}`], 401, "unauthorized"],
  ["two lengths", [AUTH, "Content-Length: 0", "Content-Length: 0"], 400, "bad_request"],
] as const)("%s: refused", async (_name, lines, status, error) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", lines));
  expect(await client.response()).toMatchObject({ status, text: `{"error":"${error}"}` });
  expect(upstream.connections).toBe(0);
});

test("no host in HTTP/1.1: refused", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const client = await scene.client(gateway);
  await client.send(`GET /up/x HTTP/1.1\r\n${AUTH}\r\n\r\n`);
  expect(await client.response()).toMatchObject({ status: 400, text: '{"error":"bad_request"}' });
});

test("two hosts in HTTP/1.0: refused", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const client = await scene.client(gateway);
  await client.send(`GET /up/x HTTP/1.0\r\nHost: a\r\nHost: b\r\n${AUTH}\r\n\r\n`);
  expect(await client.response()).toMatchObject({ status: 400, text: '{"error":"bad_request"}' });
});

test("other repeated headers go upstream as they came, in order and spelling", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const lines = [
    "X-A: 1",
    "Accept: a/b",
    "x-a: 2",
    "accept: c/d",
    "Content-Type: t/1",
    "content-type: t/2",
    "Cookie: a=1",
    "cookie: b=2",
    "User-Agent: u1",
    "user-agent: u2",
    "X-Empty:",
  ];
  await client.send(requestText("GET", "/up/x", [AUTH, ...lines]));
  expect((await client.response()).status).toBe(200);
  const { rawHeaders } = await upstream.nextRequest();
  const sent = lines.map((line) => line.split(/: ?/));
  const passed = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) passed.push([rawHeaders[i], rawHeaders[i + 1]]);
  expect(passed.filter(([name]) => sent.some(([own]) => own === name))).toEqual(sent);
  expect(rawHeaders.join("\n")).not.toContain(TOKEN);
  expect(rawHeaders.join("\n")).toContain(UPSTREAM_KEY);
});
