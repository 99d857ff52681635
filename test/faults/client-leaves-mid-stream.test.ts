// The client disconnects in the middle of a stream: the upstream request is cancelled at once, every slot is free (fact F1,
// hazard P8).

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const LIMITS = ["concurrency: {downstream_max_inflight: 1, upstream_per_key_max_inflight: 1}"];

test.each([
  ["resets", "reset"],
  ["closes", "close"],
  ["shuts down its sending side", "halfClose"],
] as const)("a client that %s aborts the upstream, and frees its slot for the next client", async (_name, leave) => {
  const upstream = await scene.upstream((req, res) => {
    if (req.url === "/next") return void res.end("in");
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
  });
  const gateway = await scene.gateway({ base: upstream.url, top: LIMITS });

  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  await client.untilText("data: 1\n\n");
  const stream = await upstream.nextRequest();

  const full = await scene.client(gateway);
  await full.send(requestText("GET", "/up/next", [AUTH]));
  expect((await full.response()).status).toBe(503);

  await client[leave]();
  expect(await within("the upstream to be aborted", stream.closed)).toBe("aborted");
  await untilFree(gateway);

  const next = await scene.client(gateway);
  await next.send(requestText("GET", "/up/next", [AUTH]));
  expect(await next.response()).toMatchObject({ status: 200, text: "in" });
  expect(await gateway.completed((line) => line["path"] === "/up/stream")).toMatchObject({
    outcome: "client_closed",
    status: 200,
  });
});
