// The gateway itself answers `Expect: 100-continue` and refuses every other expectation. Neither may skip the header rules
// (fact F3, hazards P6, R9).

import { expect, test } from "vitest";
import { AUTH, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each(["100-continue", "100-Continue"])(
  "%s: a 100, then the body is forwarded, with the header rules applied",
  async (value) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("POST", "/up/x", [AUTH, `Expect: ${value}`, "Content-Length: 4"]));
    await client.until("a 100", () => client.text.startsWith("HTTP/1.1 100 Continue\r\n\r\n") || undefined);
    await client.send("body");
    const response = await client.response("POST");
    expect(response).toMatchObject({ status: 200, text: "ok" });
    const arrival = await upstream.nextRequest();
    expect((await arrival.body).toString()).toBe("body");
    expect(arrival.names).not.toContain("expect");
    expect(arrival.headers("authorization")).toEqual([`Bearer ${UPSTREAM_KEY}`]);
    expect(arrival.rawHeaders.join("\n")).not.toContain(TOKEN);
  },
);

test("a client that does not wait for the 100 gets its response too", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [AUTH, "Expect: 100-continue", "Content-Length: 4"], "body"));
  expect(await client.response("POST")).toMatchObject({ status: 200, text: "ok" });
  expect((await (await upstream.nextRequest()).body).toString()).toBe("body");
});

test("a request is refused before its body is sent: there is no 100", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", ["Expect: 100-continue", "Content-Length: 4"]));
  const response = await client.response("POST");
  expect(response).toMatchObject({ status: 401, interim: [] });
  expect(response.header("connection")).toBe("close");
  expect(upstream.connections).toBe(0);
});

test.each(["200-ok", "100-continue, x", "x-100-continue"])(
  "another expectation (%j) is refused with 417",
  async (value) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [AUTH, `Expect: ${value}`]));
    const response = await client.response();
    expect(response).toMatchObject({ status: 417, text: '{"error":"expectation_failed"}' });
    expect(response.header("connection")).toBe("close");
    expect(upstream.connections).toBe(0);
  },
);
