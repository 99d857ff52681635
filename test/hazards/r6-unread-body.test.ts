// Hazard R6: a response sent before the request's body was read closes the connection, and the body is never read as a request.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { closedPort } from "../support/upstream.ts";

const scene = setScene();
const HIDDEN = requestText("GET", "/up/hidden", [AUTH]);

const refusals = [
  ["401", "/up/x", [], 401],
  ["404", "/nowhere", [AUTH], 404],
  ["400", "/up/../x", [AUTH], 400],
  ["405", "/healthz", [AUTH], 405],
  ["502", "/up/x", [AUTH], 502],
] as const;

test.each(refusals)("%s before a body that never comes", async (_name, target, lines, status) => {
  const gateway = await scene.gateway({ base: `http://127.0.0.1:${await closedPort()}` });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", target, [...lines, "Content-Length: 1000"]));
  const response = await client.response("POST");
  expect(response.status).toBe(status);
  expect(response.header("connection")).toBe("close");
  expect(await within("the connection to end", client.ended)).toBe("fin");
  await untilFree(gateway);
});

test.each([
  ["a length", `Content-Length: ${HIDDEN.length}`, HIDDEN],
  ["chunks", "Transfer-Encoding: chunked", `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`],
])("a body framed by %s that comes after the response is dropped", async (_name, header, body) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [header]));
  expect((await client.response("POST")).status).toBe(401);
  await client.send(body + HIDDEN);
  await within("the connection to end", client.ended);
  expect(client.text).toBe("");
  expect(upstream.connections).toBe(0);
});

test("a client that sends 8 MB before it reads gets the response: it is not lost to a reset", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const client = await scene.client(gateway);
  const block = Buffer.alloc(1024 * 1024, "x");
  await client.send(requestText("POST", "/up/x", [`Content-Length: ${8 * block.length}`]));
  client.socket.pause();
  for (let i = 0; i < 8; i++) await client.send(block);
  client.socket.resume();
  expect(await client.response("POST")).toMatchObject({ status: 401, whole: true });
  expect(await within("the connection to end", client.ended)).toBe("fin");
});

test("a body that came whole with its head: the connection stays usable, or the response says that it closes", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", ["Content-Length: 4"], "body"));
  const response = await client.response("POST");
  expect(response.status).toBe(401);
  if (response.header("connection") === "close") return;
  await client.send(requestText("GET", "/up/y", [AUTH]));
  expect((await client.response()).text).toBe("ok");
});

test("an endless body after the response is not read for ever", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", ["Transfer-Encoding: chunked"]));
  expect((await client.response("POST")).status).toBe(401);
  const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
  const timer = setInterval(() => client.socket.write(chunk), 5);
  // The gateway reads on for 2 s. Soon after that the connection has to be closed, even if bytes still come.
  await within("the connection to be closed", client.closed, 6000).finally(() => clearInterval(timer));
});
