// Hazard P9: when both sides fail at once, or one while the other still sends, there is one outcome and one log line, and no
// exception.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

async function streaming() {
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 100"], "half"));
  const connection = await upstream.nextConnection();
  await connection.requestHead();
  await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
  const head = await client.head();
  await client.until("the part", () => client.text === "part" || undefined);
  return { gateway, client, connection, head };
}

function outcomes(logs: readonly { readonly [field: string]: unknown }[]): unknown[] {
  return logs
    .filter((line) => line["path"] === "/up/x" && line["msg"] === "request completed")
    .map((line) => line["outcome"]);
}

test("the upstream resets while the upload and the response are both in progress", async () => {
  const { gateway, client, connection, head } = await streaming();
  connection.reset();
  await client.send("more");
  expect(await client.body(head, "POST")).toMatchObject({ text: "part", whole: false });
  await untilFree(gateway);
  expect(outcomes(gateway.logs)).toEqual(["upstream_aborted"]);
});

test("client and upstream reset in the same moment", async () => {
  const { gateway, client, connection } = await streaming();
  connection.reset();
  client.reset();
  await untilFree(gateway);
  expect(outcomes(gateway.logs)).toHaveLength(1);
  expect(["upstream_aborted", "client_closed"]).toContain(outcomes(gateway.logs)[0]);
});

test("the upstream resets while the client's upload goes on, before any head", async () => {
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 100"], "half"));
  const connection = await upstream.nextConnection();
  await connection.requestHead();
  connection.reset();
  const response = await client.response("POST");
  expect(response).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  expect(response.header("connection")).toBe("close");
  await client.send("more");
  await untilFree(gateway);
  expect(outcomes(gateway.logs)).toEqual(["upstream_request_failed"]);
});
