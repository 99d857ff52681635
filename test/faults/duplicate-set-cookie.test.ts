// Repeated response headers, such as `set-cookie`, are forwarded separately and in order; status and reason are kept.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test("two cookies, another header twice, an unusual status", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(
      "HTTP/1.1 299 Quite Fine\r\nSet-Cookie: a=1; Path=/\r\nX-Same: 1\r\nset-cookie: b=2\r\nX-SAME: 2\r\nContent-Length: 2\r\n\r\nok",
    );
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const response = await client.response();
  expect(response.startLine).toBe("HTTP/1.1 299 Quite Fine");
  expect(response.headers("set-cookie")).toEqual(["a=1; Path=/", "b=2"]);
  expect(response.headers("x-same")).toEqual(["1", "2"]);
});
