// Checks which `host` headers are accepted (contract, section 4; RFC 9112, section 3.2; RFC 3986, section 3.2.2).

import { describe, expect, test } from "vitest";
import { examine } from "../../src/runtime/downstream/examine.ts";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

const GOOD = [
  "gateway",
  "gateway.test",
  "gateway.test.",
  "gateway.test:8080",
  "gateway:",
  "my_service:80",
  "xn--bcher-kva.example",
  "10.0.0.1:443",
  "[::1]",
  "[2001:db8::1]:8080",
  "[fe80::1%25eth0]:80",
  "a%2Db",
  "GATEWAY.Test",
];

const BAD = [
  "",
  "a b",
  "a\tb",
  "a, b",
  "a,b",
  "a@b",
  "user:pw@host",
  "h/p",
  "http://h",
  "h?x",
  "h#x",
  "h\\x",
  "h:80:80",
  "h:80a",
  "h:123456",
  ":80",
  "[::1",
  "::1",
  "[::1]x",
  "[]",
  "a%zz",
  '"h"',
  "<h>",
  "b\xfccher",
];

const refused = (host: string, httpVersion = "1.1") =>
  examine({ rawHeaders: ["Host", host], httpVersion }).refusal !== undefined;

describe("a host", () => {
  test.each(GOOD)("%j is accepted, also when it comes again", (host) => {
    expect([refused(host), refused(host), refused(host, "1.0")]).toEqual([false, false, false]);
  });

  test.each(BAD)("%j is refused, also after a good one", (host) => {
    expect([refused("good"), refused(host), refused(host), refused(host, "1.0")]).toEqual([false, true, true, true]);
  });
});

test.each([
  ["a route", "/up/x"],
  ["a built-in endpoint", "/healthz"],
])("for %s: 400 with a message that names the host header, and nothing goes upstream", async (_name, target) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url, top: ["errors: {format: openai}"] });
  for (const host of ["bad host", "a@b", "h/p", "a, b", ""]) {
    const client = await scene.client(gateway);
    await client.send(requestText("GET", target, [`Host: ${host}`, AUTH]));
    const response = await client.response();
    expect(response.status).toBe(400);
    expect(JSON.parse(response.text).error).toMatchObject({
      code: "bad_request",
      message: expect.stringMatching(/host/),
    });
    expect(await within("the connection to end", client.ended)).toBe("fin");
  }
  expect(upstream.requests).toEqual([]);
});

test("HTTP/1.0 needs no host", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`GET /up/x HTTP/1.0\r\n${AUTH}\r\n\r\n`);
  expect((await client.response()).status).toBe(200);
});
