// Hazard P1: `Trailer` in a request makes `http.request` throw. The gateway drops this header, and all trailers too.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each(["GET", "HEAD", "DELETE", "OPTIONS", "POST"])("%s with a Trailer header and no body", async (method) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText(method, "/up/x", [AUTH, "Trailer: x", "TE: trailers"]));
  expect((await client.response(method)).status).toBe(200);
  const arrival = await upstream.nextRequest();
  expect(arrival.names).not.toContain("trailer");
  expect(arrival.names).not.toContain("te");
});

test("trailers after a chunked body are not forwarded", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const body = "4\r\nbody\r\n0\r\nX-Late: 1\r\nAuthorization: Bearer late\r\n\r\n";
  await client.send(requestText("POST", "/up/x", [AUTH, "Trailer: x-late", "Transfer-Encoding: chunked"], body));
  expect((await client.response("POST")).text).toBe("ok");
  expect(upstream.accepted[0]?.text).toBe("");
  // The connection can still be used.
  await client.send(requestText("GET", "/healthz"));
  expect((await client.response()).status).toBe(200);
});
