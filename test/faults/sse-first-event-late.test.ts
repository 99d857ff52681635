// The response headers of a stream are forwarded when they come, not with the first event; each event is forwarded at once.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["HTTP/1.1", "transfer-encoding"],
  ["HTTP/1.0", "connection"],
])("over %s", async (version, framing) => {
  let stream: { write(text: string): void; end(): void } | undefined;
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream", "x-accel-buffering": "yes" }).flushHeaders();
    stream = res;
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`GET /up/stream ${version}\r\nHost: h\r\n${AUTH}\r\n\r\n`);
  const head = await client.head();
  expect(head.status).toBe(200);
  expect(head.header(framing)).toBe(framing === "connection" ? "close" : "chunked");
  expect(head.header("x-accel-buffering")).toBe("no");
  expect(head.header("content-length")).toBeUndefined();
  expect(client.text).toBe("");

  let before = client.total;
  for (const event of ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]) {
    stream?.write(event);
    await client.until(event, () => client.text.includes(event) || undefined);
    // Exactly the bytes of this event have arrived.
    const more = client.total - before;
    before = client.total;
    expect(more).toBe(version === "HTTP/1.0" ? event.length : event.length + "9\r\n\r\n".length);
  }
  stream?.end();
  expect(await client.body(head)).toMatchObject({ text: "data: 1\n\ndata: 2\n\ndata: 3\n\n", whole: true });
});

test("the head is forwarded before the body comes, for any content type", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "application/json", "content-length": "2" }).flushHeaders();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/json", [AUTH]));
  expect((await client.head()).header("content-length")).toBe("2");
});
