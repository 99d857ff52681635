// Hazard P13: the path is forwarded as it came, byte for byte (contract, section 3).

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["/up/a//b///c", "/v1/a//b///c"],
  ["/up//a", "/v1//a"],
  ["/up/a/", "/v1/a/"],
  ["/up", "/v1/"],
  ["/up/", "/v1/"],
  ["/up?q=1", "/v1/?q=1"],
  ["/up/a?", "/v1/a"],
  ["/up/a?x=//y&z=http://h/../q", "/v1/a?x=//y&z=http://h/../q"],
  ["/up/http:/x", "/v1/http:/x"],
  ["/up/http://x/y", "/v1/http://x/y"],
  ["/up/'a'(b)*!;,=@:$&+", "/v1/'a'(b)*!;,=@:$&+"],
  ["/up/%41%7e%20%2f%3F", "/v1/%41%7e%20%2f%3F"],
  ["/up/a%00b", "/v1/a%00b"],
  ["/up/a|b^c`d{e}", "/v1/a|b^c`d{e}"],
  ["/up/...", "/v1/..."],
  ["/up/.a/a.", "/v1/.a/a."],
  ["http://other.test/up/a?x=1", "/v1/a?x=1"],
  ["http://other.test:99/up", "/v1/"],
])("%s goes to %s", async (target, path) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: `${upstream.url}/v1` });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", target, [AUTH]));
  const response = await client.response();
  expect(response.status).toBe(200);
  const arrival = await upstream.nextRequest();
  expect(arrival.url).toBe(path);
  expect(arrival.header("host")).toBe(`127.0.0.1:${upstream.port}`);
});

test.each([
  "/up/../x",
  "/up/./x",
  "/up/..",
  "/up/%2e%2e/x",
  "/up/%2E/x",
  "/up/.%2e",
  "/up/a%2f..%2fb",
  "/up/a%2F%2e%2E",
  "/up/a\\b",
  "/up/%5c..",
  "/up/%5Cx",
  // A request target has no fragment (RFC 9112, section 3.2).
  "/up/a#c",
  "/up/a?b#c",
  "*",
  "up/x",
  "?x",
  "http:/up/x",
  "http:///up/x",
  "//../up",
  "http://user:pw@h/up/../x",
])("%s is refused with invalid_path", async (target) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText(target === "*" ? "OPTIONS" : "GET", target, [AUTH]));
  const response = await client.response();
  expect(response.status).toBe(400);
  expect(['{"error":"invalid_path"}', '{"error":"bad_request"}']).toContain(response.text);
  expect(upstream.connections).toBe(0);
});
