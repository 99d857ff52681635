// Checks that Node's strict parser is used also where NODE_OPTIONS asks for the lenient one, which ends header lines where other
// programs do not.

import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
let gateway: BuiltGateway | undefined;
afterEach(() => gateway?.close());

test("control characters in header values are refused, whatever NODE_OPTIONS says", async () => {
  const got: string[] = [];
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const { startLine } = await connection.request();
      got.push(startLine);
      const value = startLine.includes("/odd") ? "a\x01b" : "ab";
      await connection.send(`HTTP/1.1 200 OK\r\nX-A: ${value}\r\nContent-Length: 2\r\n\r\nok`);
    }
  });
  gateway = await startBuiltGateway(configText({ base: upstream.url }), { NODE_OPTIONS: "--insecure-http-parser" });
  const { port } = gateway;
  for (const value of ["a\x01b", "a\x00b", "a\x7fb", "a\nX-B: 1"]) {
    const response = await exchange(port, requestText("GET", "/up/a", [AUTH, `X-A: ${value}`]));
    expect([value, response.status]).toEqual([value, 400]);
  }
  expect(got).toEqual([]);
  expect((await exchange(port, requestText("GET", "/up/odd", [AUTH]))).status).toBe(502);
  expect((await exchange(port, requestText("GET", "/up/plain", [AUTH]))).status).toBe(200);
});
