// Checks that pipelined requests are answered in order, each with its own response.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { UpstreamHandler } from "../support/upstream.ts";

const scene = setScene();

test("responses come in the order of the requests, whatever the order at the upstream", async () => {
  const answers = new Map<string, () => void>();
  let third = () => {};
  const allArrived = new Promise<void>((resolve) => {
    third = resolve;
  });
  const hold: UpstreamHandler = (req, res) => {
    answers.set(req.url ?? "", () => res.end(`answer to ${req.url}`));
    if (answers.size === 3) third();
  };
  const upstream = await scene.upstream(hold);
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(["/up/1", "/up/2", "/up/3"].map((target) => requestText("GET", target, [AUTH])).join(""));
  await within("all three at the upstream", allArrived);
  for (const url of ["/3", "/2", "/1"]) answers.get(url)?.();
  for (const url of ["/1", "/2", "/3"]) expect((await client.response()).text).toBe(`answer to ${url}`);
  await untilFree(gateway);
});

test("a refused request between others is answered in its turn, and the connection stays open", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(
    requestText("GET", "/up/1", [AUTH]) +
      requestText("GET", "/up/2") +
      requestText("GET", "/nowhere") +
      requestText("GET", "/healthz") +
      requestText("GET", "/up/3", [AUTH]),
  );
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await client.response()).status);
  expect(statuses).toEqual([200, 401, 404, 200, 200]);
});

test("a request behind a response with `connection: close` is neither answered nor sent upstream", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/1", [AUTH, "Connection: close"]) + requestText("GET", "/up/2", [AUTH]));
  expect((await client.response()).text).toBe("ok");
  await within("the connection to end", client.ended);
  expect(client.text).toBe("");
});

test("a client that disconnects aborts all its requests in flight", async () => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({ base: upstream.url, top: ["concurrency: {downstream_max_inflight: 3}"] });
  const client = await scene.client(gateway);
  await client.send(["/up/1", "/up/2", "/up/3"].map((target) => requestText("GET", target, [AUTH])).join(""));
  const arrived = [await upstream.nextRequest(), await upstream.nextRequest(), await upstream.nextRequest()];
  client.reset();
  for (const arrival of arrived) expect(await within("an abort", arrival.closed)).toBe("aborted");
  await untilFree(gateway);
});

test("requests in flight behind a response that closes the connection are aborted with it", async () => {
  const answers: (() => void)[] = [];
  const upstream = await scene.upstream((_req, res) => void answers.push(() => res.end("ok")));
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/1", [AUTH]) + requestText("GET", "/up/2", [AUTH]));
  await upstream.nextRequest();
  const second = await upstream.nextRequest();
  // While the gateway drains, the first response has `connection: close`, so nothing may follow it.
  const drained = gateway.drain();
  answers[0]?.();
  const first = await client.response();
  expect(first.text).toBe("ok");
  expect(first.header("connection")).toBe("close");
  await within("the connection to end", client.ended);
  expect(await within("the second to be aborted", second.closed)).toBe("aborted");
  await drained;
  expect(gateway.host.inFlight).toBe(0);
});

test("garbage behind a request does not disturb the response, and is not forwarded as a request", async () => {
  let end = () => {};
  const upstream = await scene.upstream((_req, res) => {
    end = () => res.end("ok");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/1", [AUTH]));
  const first = await upstream.nextRequest();
  await client.send("\x00\x01garbage\r\n\r\n");
  // A request on another connection: when it is answered, the gateway has read the garbage too.
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/healthz"));
  await other.response();
  end();
  expect(await client.response()).toMatchObject({ status: 200, text: "ok", whole: true });
  expect(await first.closed).toBe("whole");
  await within("the connection to end", client.ended);
  await untilFree(gateway);
  expect(upstream.requests).toHaveLength(1);
});
