// Hazards P11, R9: interim (1xx) responses extend no deadline, however many come; a few before the final response do no harm.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

test.each(["100 Continue", "102 Processing", "103 Early Hints"])("endless %s: 504 at the deadline", async (interim) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    const timer = setInterval(() => connection.socket.write(`HTTP/1.1 ${interim}\r\nX-Beat: 1\r\n\r\n`), 5);
    await connection.closed;
    clearInterval(timer);
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 200"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response("GET", 4000)).toMatchObject({ status: 504, text: '{"error":"upstream_timeout"}' });
  const [connection] = upstream.accepted;
  if (connection === undefined) throw new Error("no connection");
  await within("the upstream connection to be closed", connection.ended);
  await untilFree(gateway);
});

test("a few interim responses, then the final one", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(20);
    await connection.send(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const response = await client.response();
  expect(response).toMatchObject({ status: 200, text: "ok" });
  expect(response.header("link")).toBeUndefined();
});
