// The upstream disconnects in the middle of its response: the client gets a broken body, never a complete one, and never waits
// (fact F2, hazard P7).

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const SSE = "Content-Type: text/event-stream\r\n";

const answers = [
  ["a length not met", "Content-Length: 100\r\n\r\npart"],
  ["a chunk not filled", "Transfer-Encoding: chunked\r\n\r\n64\r\npart"],
  ["no last chunk", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"],
  ["no end after the last chunk", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\n"],
  ["an event stream without its last chunk", `${SSE}Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n`],
] as const;

test.each(answers.flatMap((answer) => (["fin", "reset"] as const).map((end) => [...answer, end] as const)))(
  "%s, %#",
  async (_name, answer, end) => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/cut", [AUTH]));
    const connection = await upstream.nextConnection();
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\n${answer}`);
    const head = await client.head();
    await client.until("the part", () => client.text.includes("part") || undefined);
    if (end === "fin") connection.socket.destroy();
    else connection.reset();

    expect(await client.body(head)).toMatchObject({ text: "part", whole: false });
    await untilFree(gateway);
    expect(await gateway.completed()).toMatchObject({ outcome: "upstream_aborted", status: 200 });
  },
);

test("a reset ends a body that only the connection's end delimits: the client sees a reset too", async () => {
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`GET /up/cut HTTP/1.0\r\n${AUTH}\r\n\r\n`);
  const connection = await upstream.nextConnection();
  await connection.requestHead();
  await connection.send("HTTP/1.1 200 OK\r\n\r\npart");
  const head = await client.head();
  await client.until("the part", () => client.text.includes("part") || undefined);
  connection.reset();
  expect(await client.body(head)).toMatchObject({ text: "part", whole: false, end: "reset" });
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_aborted" });
});

test("a response that is cut in the same segment as its head never looks whole", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
    connection.socket.destroy();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/cut", [AUTH]));
  await client.ended;
  const { text } = client;
  expect(text === "" || (text.startsWith("HTTP/1.1 200") && text.includes("\r\nContent-Length: 100\r\n"))).toBe(true);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_aborted" });
});
