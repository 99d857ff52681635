// Checks that heads that are sent before their bodies keep their bytes: Node's `flushHeaders` would write them in UTF-8.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { valuesOf } from "../support/http-message.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const VALUE = "caf\u00e9 \u00fc\u0080\u00ff";

test.each(["Content-Length: 2", "Transfer-Encoding: chunked"])(
  "the heads go before the bodies: %s",
  async (framing) => {
    const body = framing.startsWith("Content") ? "ok" : "2\r\nok\r\n0\r\n\r\n";
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);

    await client.send(requestText("POST", "/up/x", [AUTH, `X-A: ${VALUE}`, framing]));
    const connection = await upstream.nextConnection();
    const asked = await connection.requestHead();
    expect(valuesOf(asked.rawHeaders, "x-a")).toEqual([VALUE]);
    await client.send(body);
    expect((await connection.requestBody(asked)).toString()).toBe("ok");

    await connection.send(`HTTP/1.1 200 OK\r\nX-B: ${VALUE}\r\n${framing}\r\n\r\n`);
    const head = await client.head();
    expect(head.header("x-b")).toBe(VALUE);
    await connection.send(body);
    expect((await client.body(head)).text).toBe("ok");
  },
);
