// Checks the length headers of responses that have no body: a 204 has none, a 304 keeps the one of its 200.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["204 No Content", undefined],
  ["304 Not Modified", "5"],
])("of an upstream's %s with content-length 5, %s is passed on", async (status, passedOn) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      await connection.requestHead();
      await connection.send(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\n`);
    }
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  // The second response shows that the connection was not read out of step.
  for (let i = 0; i < 2; i++) {
    await client.send(requestText("GET", "/up/x", [AUTH]));
    const response = await client.response();
    expect(response.startLine).toBe(`HTTP/1.1 ${status}`);
    expect(response.header("content-length")).toBe(passedOn);
    expect(response.header("transfer-encoding")).toBeUndefined();
  }
  expect(upstream.connections).toBe(1);
});
