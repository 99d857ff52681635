// Checks that the client's token never reaches the upstream, whatever header, spelling or expectation it comes with.

import { expect, test } from "vitest";
import { AUTH, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const BOTH = "[{type: authorization_bearer}, {type: header, name: X-Gw-Token}]";
const HEADER_FIRST = "[{type: header, name: x-gw-token}, {type: authorization_bearer}]";

test.each([
  ["the usual spelling", undefined, [AUTH]],
  ["lower case", undefined, [`authorization: bearer ${TOKEN}`]],
  ["upper case", undefined, [`AUTHORIZATION: BEARER ${TOKEN}`]],
  ["mixed case", undefined, [`aUtHoRiZaTiOn: bEaReR ${TOKEN}`]],
  ["white space around it", undefined, [`Authorization: \t Bearer   ${TOKEN} \t`]],
  ["an expectation beside it", undefined, [AUTH, "Expect: 100-continue"]],
  ["its header named by Connection", undefined, [AUTH, "Connection: authorization"]],
  ["a custom header", BOTH, [`X-Gw-Token: ${TOKEN}`]],
  ["a custom header in mixed case", BOTH, [`x-GW-tOKEN: ${TOKEN}`]],
  ["a custom header with an expectation", BOTH, [`X-Gw-Token: ${TOKEN}`, "Expect: 100-continue"]],
  ["both headers", BOTH, [AUTH, `X-Gw-Token: ${TOKEN}`]],
  ["both headers, the custom one first", HEADER_FIRST, [`X-Gw-Token: ${TOKEN}`, AUTH]],
  ["both headers, one with a wrong token", HEADER_FIRST, [`X-Gw-Token: ${TOKEN}`, "Authorization: Bearer other"]],
  ["an underscore spelling of the custom header as well", BOTH, [AUTH, `X_Gw_Token: ${TOKEN}`]],
  ["a partly underscored spelling of the custom header as well", BOTH, [AUTH, `x-gw_token: ${TOKEN}`]],
])("the token does not reach the upstream: %s", async (_name, sources, lines) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url, ...(sources === undefined ? {} : { sources }) });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [...lines, "Content-Length: 2"], "{}"));
  expect((await client.response("POST")).status).toBe(200);
  const arrival = await upstream.nextRequest();
  expect(arrival.rawHeaders.join("\n")).not.toContain(TOKEN);
  expect(arrival.headers("authorization")).toEqual([`Bearer ${UPSTREAM_KEY}`]);
  expect(arrival.names.filter((name) => name.replaceAll("_", "-") === "x-gw-token")).toEqual([]);
  expect(arrival.names).not.toContain("expect");
  expect(JSON.stringify(gateway.logs)).not.toContain(TOKEN);
  expect(JSON.stringify(gateway.logs)).not.toContain(UPSTREAM_KEY);
});

test("the token does not reach the upstream when a request is sent again over a new connection", async () => {
  const heads: string[] = [];
  const upstream = await scene.rawUpstream(async (connection, index) => {
    for (;;) {
      const { rawHeaders } = await connection.request();
      heads.push(rawHeaders.join("\n"));
      if (index === 0 && heads.length === 2) return connection.reset();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  for (let i = 0; i < 2; i++) {
    await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 2"], "{}"));
    expect((await client.response("POST")).status).toBe(200);
  }
  expect(heads).toHaveLength(3);
  for (const head of heads) {
    expect(head).not.toContain(TOKEN);
    expect(head).toContain(`Bearer ${UPSTREAM_KEY}`);
  }
});

test("an injected header has the gateway's value, not the client's", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({
    base: upstream.url,
    sources: "[{type: header, name: x-gw-token}]",
  });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [`X-Gw-Token: ${TOKEN}`, "Authorization: Bearer theirs"]));
  expect((await client.response()).status).toBe(200);
  const arrival = await upstream.nextRequest();
  expect(arrival.headers("authorization")).toEqual([`Bearer ${UPSTREAM_KEY}`]);
});

test.each(["/up/x?key=", "/up/x#key=", "/up/x?a#key=", "/up/x#a?key=", "/nowhere?key=", "/../x?key="])(
  "a token behind the path does not reach the log: %s",
  async (target) => {
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1" });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", `${target}${TOKEN}`));
    expect((await client.response()).status).toBeGreaterThanOrEqual(400);
    await gateway.completed();
    expect(JSON.stringify(gateway.logs)).not.toContain(TOKEN);
  },
);
