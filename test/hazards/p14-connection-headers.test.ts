// Hazard P14: headers about a connection are not forwarded, in either direction.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test("a client's `connection: close` closes its own connection, not the upstream's", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  for (let i = 0; i < 3; i++) {
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [AUTH, "Connection: close", "Keep-Alive: timeout=1"]));
    expect((await client.response()).header("connection")).toBe("close");
    expect(await within("the connection to close", client.ended)).toBe("fin");
    const arrival = await upstream.nextRequest();
    expect(arrival.header("connection")).not.toBe("close");
    expect(arrival.names).not.toContain("keep-alive");
  }
  expect(upstream.connections).toBe(1);
});

test("an upstream's `connection: close` and `keep-alive` are not forwarded", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(
      "HTTP/1.1 200 OK\r\nConnection: close, x-own\r\nKeep-Alive: timeout=7, max=1\r\nX-Own: 1\r\nProxy-Authenticate: Basic\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok",
    );
    connection.halfClose();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  for (let i = 0; i < 2; i++) {
    await client.send(requestText("GET", "/up/x", [AUTH]));
    const response = await client.response();
    expect(response.text).toBe("ok");
    expect(response.header("connection")).not.toBe("close");
    for (const name of ["x-own", "proxy-authenticate", "upgrade"]) expect(response.header(name)).toBeUndefined();
    expect(response.header("keep-alive")).not.toContain("max=1");
  }
  expect(upstream.connections).toBe(2);
});
