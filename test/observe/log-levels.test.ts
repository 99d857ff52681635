// Checks the level of each `request completed` line on real sockets.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

const scene = setScene();
const DEBUG = "observability: {logging: {level: debug}, metrics: {enabled: true, token: metrics-token-0001}}";
const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
const EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";

const answers = (head: string) => async (connection: RawConnection) => {
  await connection.requestHead();
  await connection.send(head);
};
const cuts = (head: string) => async (connection: RawConnection) => {
  await answers(head)(connection);
  connection.reset();
};

test.each([
  { what: "a complete response", script: answers(`${HEAD}hello`), outcome: "success", status: 200, level: "info" },
  { what: "a response cut by the upstream", script: cuts(`${HEAD}he`), outcome: "upstream_aborted", level: "warn" },
  { what: "a response cut by a deadline", script: answers(`${HEAD}he`), outcome: "upstream_timeout", level: "warn" },
  { what: "a stream cut by silence", script: answers(EVENTS), outcome: "upstream_timeout", level: "warn" },
  {
    what: "an error cut after its headers",
    script: cuts(`${HEAD.replace("200 OK", "500 Oh")}he`),
    status: 500,
    level: "error",
  },
  { what: "no response in time", script: () => {}, outcome: "upstream_timeout", status: 504, level: "error" },
])("$what is logged at $level", async ({ script, outcome = "upstream_aborted", status = 200, level }) => {
  const upstream = await scene.rawUpstream(script);
  const gateway = await scene.gateway({
    base: upstream.url,
    upstream: ["request_timeout_ms: 200", "stream_idle_timeout_ms: 50"],
  });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  await client.until(
    "the end",
    () => client.end ?? (client.text.includes("hello") || client.text.includes("504") || undefined),
  );
  expect(await gateway.completed()).toMatchObject({ outcome, status, level, upstream: "up" });
});

test.each([
  ["/healthz", "GET", 200],
  ["/readyz", "PUT", 405],
  ["/metrics", "GET", 401],
  ["/metrics/ui/none", "GET", 404],
])("%s with %s is an endpoint of the gateway's own, and is logged at debug", async (path, method, status) => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:1", top: [DEBUG] });
  expect((await exchange(gateway.port, requestText(method, path))).status).toBe(status);
  expect(await gateway.completed()).toMatchObject({ path, status, level: "debug", upstream: null });
});

test("with the level info, requests to built-in endpoints are not logged", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:1" });
  await exchange(gateway.port, requestText("GET", "/healthz"));
  await exchange(gateway.port, requestText("GET", "/none"));
  expect(await gateway.completed()).toMatchObject({ path: "/none", level: "warn" });
});
