// Checks what happens to bytes that are no request of ours: the refusal can be read, its connection closes, and the log says why
// (contract, sections 4 and 11).

import { connect as connectTcp } from "node:net";
import { describe, expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { until, within } from "../support/deadline.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { inboundTls } from "../support/tls-files.ts";

const scene = setScene();
const UNUSED = "http://127.0.0.1:9";
const CHUNKED = requestText("POST", "/up/x", [AUTH, "Transfer-Encoding: chunked"]);

describe("the log says why a message was refused:", () => {
  test.each([
    ["TLS", Buffer.from("16030100c8010000c40303", "hex"), 400, "TLS on a plain listener"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "HTTP/2 preface"],
    ["large headers", requestText("GET", "/up/x", [`X-A: ${"a".repeat(40_000)}`]), 431, "header too large"],
    ["no HTTP", "hello there\r\n\r\n", 400, "HPE_INVALID_METHOD"],
    ["another version", "GET / HTTP/3.0\r\n\r\n", 400, "HPE_INVALID_VERSION"],
    ["CONNECT", "CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n", 405, "CONNECT"],
    ["a bad chunk", `${CHUNKED}zz\r\n`, 400, "HPE_INVALID_CHUNK_SIZE"],
    ["two hosts", requestText("GET", "/up/x", ["Host: a", "Host: b"]), 400, "two host headers"],
    ["no host", "GET /up/x HTTP/1.1\r\n\r\n", 400, "no host header"],
    ["a list of hosts", requestText("GET", "/healthz", ["Host: a, b"]), 400, "host header that is no host"],
    [
      "a foreign coding",
      requestText("POST", "/up/x", ["Transfer-Encoding: gzip"]),
      400,
      "unclear body length: content-length, transfer-encoding",
    ],
  ])("%s", async (_name, bytes, status, cause) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(bytes);
    const response = await client.response();
    expect(response.status).toBe(status);
    expect(response.header("connection")).toBe("close");
    expect(response.header("x-request-id")).toBe((await gateway.completed())["request_id"]);
    expect(await within("the connection to end", client.ended)).toBe("fin");
    expect(await gateway.completed()).toMatchObject({ status, cause });
    expect(upstream.requests).toEqual([]);
  });

  test("a request that is not refused has no cause", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [AUTH]));
    expect((await client.response()).status).toBe(200);
    expect(await gateway.completed()).not.toHaveProperty("cause");
  });
});

test.each(["GET", "POST"])("plain HTTP on a TLS port, %s: a readable 400", async (method) => {
  const gateway = await scene.gateway({ base: UNUSED, top: [await inboundTls(), "errors: {format: openai}"] });
  const client = await scene.client(gateway);
  await client.send(requestText(method, "/up/x", [AUTH, "Content-Length: 2"], "ab"));
  const response = await client.response(method);
  expect(response.status).toBe(400);
  expect(JSON.parse(response.text).error).toMatchObject({
    code: "bad_request",
    message: expect.stringContaining("https://"),
  });
  expect(await gateway.completed()).toMatchObject({ status: 400, cause: "plain HTTP on a TLS listener" });
  expect(await within("the connection to end", client.ended)).toBe("fin");
  await client.close();
});

describe("a client that sends 10 MB before it reads can read the refusal:", () => {
  test.each([
    ["a bad chunk", `${CHUNKED}1;`, 400],
    ["bytes that are no HTTP", "nonsense ", 400],
    ["large headers", "GET /up/x HTTP/1.1\r\nX-A: ", 431],
    ["CONNECT", "CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n", 405],
  ])("%s", async (_name, first, status) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const block = Buffer.alloc(64 * 1024, "e");
    // Whether a reset comes before the answer is a matter of chance. So there are several clients.
    const clients = await Promise.all(Array.from({ length: 4 }, () => connectRaw(gateway.port)));
    await Promise.all(
      clients.map(async (client) => {
        client.socket.pause();
        await client.send(first);
        // More than the kernel's buffers hold: the gateway has to read it.
        for (let i = 0; i < 160; i++) await client.send(block);
        client.socket.resume();
        expect(await client.response("POST")).toMatchObject({ status, whole: true });
        await client.close();
      }),
    );
    await untilFree(gateway);
  });
});

describe("CONNECT", () => {
  test("is told that the gateway is no forward proxy", async () => {
    const gateway = await scene.gateway({ base: UNUSED, top: ["errors: {format: openai}"] });
    const client = await scene.client(gateway);
    await client.send("CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n");
    const { text } = await client.response("CONNECT");
    expect(JSON.parse(text).error).toMatchObject({
      code: "method_not_allowed",
      message: expect.stringMatching(/no forward proxy.*HTTPS_PROXY/),
    });
  });

  test("a client that resets the connection after it causes no uncaught exception", async () => {
    const gateway = await scene.gateway({ base: UNUSED });
    for (let i = 0; i < 5; i++) {
      const socket = connectTcp(gateway.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write("CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.resetAndDestroy();
      await closed;
    }
    // A whole exchange later, the gateway has seen the resets. The scene fails the test for an uncaught exception.
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/healthz"));
    expect((await client.response()).status).toBe(200);
  });

  test("behind a response in progress, that response is completed and the connection closes", async () => {
    const block = Buffer.alloc(1024 * 1024, "x");
    let end = () => {};
    const upstream = await scene.upstream((_req, res) => {
      res.write("begun");
      end = () => res.end(Buffer.concat(Array.from({ length: 16 }, () => block)));
    });
    const gateway = await scene.gateway({ base: upstream.url });
    const sockets = serverSockets(gateway);
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [AUTH]));
    const head = await client.head();
    await client.send("CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n");
    // Held back once, the response has to go on.
    client.socket.pause();
    end();
    await until("the gateway to be held back", () => sockets[0]?.writableNeedDrain === true);
    client.socket.resume();
    await client.until("the whole body", () => client.total > 16 * block.length || undefined);
    const response = await client.body(head);
    expect(response).toMatchObject({ whole: true });
    expect(response.body.length).toBe(5 + 16 * block.length);
    expect(await within("the connection to end", client.ended)).toBe("fin");
    expect(client.text).toBe("");
    await untilFree(gateway);
  });

  test("behind a response in progress, a client that then leaves still aborts the upstream", async () => {
    const upstream = await scene.upstream((_req, res) => void res.write("begun"));
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [AUTH]));
    await client.head();
    await client.send("CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n");
    await client.send("more bytes");
    client.halfClose();
    expect(await within("an abort", (await upstream.nextRequest()).closed)).toBe("aborted");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
  });
});
