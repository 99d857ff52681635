// The upstream responds before the upload is complete (413): its response is forwarded, then both connections are closed and
// not used again (hazards R6, R8).

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const EARLY = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge";

test.each([
  ["a length", "Content-Length: 1000000", "some of it"],
  ["chunks", "Transfer-Encoding: chunked", "a\r\nsome of it\r\n"],
])("an upload framed by %s", async (_name, header, part) => {
  const upstream = await scene.rawUpstream(async (connection, index) => {
    await connection.requestHead();
    await connection.send(index === 0 ? EARLY : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/big", [AUTH, header], part));
  const response = await client.response("POST");
  expect(response).toMatchObject({ status: 413, text: "large", whole: true });
  expect(response.header("connection")).toBe("close");
  // The gateway reads on for a while when a client still sends, so that the response is not lost to a reset.
  await client.send("more of it");
  expect(await within("the client's connection to be ended", client.ended)).toBe("fin");
  const first = await upstream.nextConnection();
  await within("the upstream connection to be given up", first.ended);
  await untilFree(gateway);

  const next = await scene.client(gateway);
  await next.send(requestText("GET", "/up/next", [AUTH]));
  expect((await next.response()).text).toBe("mine");
  expect(upstream.connections).toBe(2);
});

test("the response is streamed while the upload goes on: both arrive whole", async () => {
  const upstream = await scene.upstream(
    (req, res) => {
      res.writeHead(200, { "content-type": "text/plain" });
      req.on("data", (chunk: Buffer) => res.write(chunk));
      req.on("end", () => res.end("|end"));
    },
    { body: "leave" },
  );
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/echo", [AUTH, "Content-Length: 6"], "abc"));
  const head = await client.head();
  await client.until("the echo of the first half", () => client.text.includes("abc") || undefined);
  await client.send("def");
  expect(await client.body(head, "POST")).toMatchObject({ text: "abcdef|end", whole: true });
  await untilFree(gateway);
});

test("bytes after an unread body are not read as a request", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(EARLY);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const body = "some of it";
  await client.send(requestText("POST", "/up/big", [AUTH, `Content-Length: ${body.length}`], body.slice(0, 4)));
  expect((await client.response("POST")).status).toBe(413);
  await client.send(body.slice(4) + requestText("GET", "/up/second", [AUTH]));
  await within("the client's connection to be ended", client.ended);
  expect(client.text).toBe("");
  expect(upstream.connections).toBe(1);
});
