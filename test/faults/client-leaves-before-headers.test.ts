// The client disconnects before the upstream responds: the upstream request is cancelled at once, every slot is free, 499 is
// logged.

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
] as const)("a client that %s before the head aborts the upstream", async (_name, leave) => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({ base: upstream.url, top: LIMITS });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/think", [AUTH, "Content-Length: 2"], "{}"));
  const thinking = await upstream.nextRequest();
  expect((await thinking.body).toString()).toBe("{}");

  await client[leave]();
  expect(await within("the upstream to be aborted", thinking.closed)).toBe("aborted");
  await untilFree(gateway);
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, ttfb_ms: null });
  expect(client.text).toBe("");
});
