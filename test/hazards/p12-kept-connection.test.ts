// Hazard P12: a request leaves no timeout and no listener behind on a kept connection.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test("the deadline of a request does not end its connection after the response", async () => {
  const upstream = await scene.upstream((req, res) => {
    if (req.url !== "/hang") res.end("ok");
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 100"] });
  const kept = await scene.client(gateway);
  await kept.send(requestText("GET", "/up/x", [AUTH]));
  expect((await kept.response()).status).toBe(200);
  // Wait twice as long as a deadline: two other requests reach theirs. The first request's deadline has passed by then.
  const other = await scene.client(gateway);
  for (let i = 0; i < 2; i++) {
    await other.send(requestText("GET", "/up/hang", [AUTH]));
    expect((await other.response()).status).toBe(504);
  }
  expect(kept.end).toBeUndefined();
  await kept.send(requestText("GET", "/up/x", [AUTH]));
  expect((await kept.response()).status).toBe(200);
});

test("a hundred requests on one connection leave no listeners behind", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  for (let i = 0; i < 100; i++) {
    const refused = i % 3 === 0;
    await client.send(
      refused ? requestText("GET", "/up/x") : requestText("POST", "/up/x", [AUTH, "Content-Length: 1"], "x"),
    );
    expect((await client.response("POST")).status).toBe(refused ? 401 : 200);
  }
  // The scene fails on a MaxListenersExceededWarning.
  expect(upstream.connections).toBe(1);
});
