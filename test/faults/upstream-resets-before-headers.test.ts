// The upstream disconnects before its response headers are complete: 502 `upstream_request_failed`; the client's connection
// stays open.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["nothing", ""],
  ["half a status line", "HTTP/1."],
  ["half a head", "HTTP/1.1 200 OK\r\nContent-Le"],
  ["an interim response only", "HTTP/1.1 103 Early Hints\r\n\r\n"],
])("after %s", async (_name, bytes) => {
  for (const end of ["fin", "reset"] as const) {
    const upstream = await scene.rawUpstream(async (connection) => {
      await connection.request();
      await connection.send(bytes);
      if (end === "fin") connection.socket.destroy();
      else connection.reset();
    });
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 2"], "{}"));
    const response = await client.response("POST");
    expect(response).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}', whole: true });
    expect(response.header("connection")).not.toBe("close");
    await client.send(requestText("GET", "/healthz"));
    expect((await client.response()).status).toBe(200);
    await untilFree(gateway);
    // A fresh connection that breaks is not a stale one, so nothing is sent twice.
    expect(upstream.connections).toBe(1);
    const line = await gateway.completed((candidate) => candidate["path"] === "/up/x");
    expect(line).toMatchObject({ outcome: "upstream_request_failed", status: 502 });
  }
});
