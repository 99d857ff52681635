// Checks that pipelined requests are taken one at a time, and answered in order, each with its own response.

import { connect as connectTls } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { until, within } from "../support/deadline.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { inboundTls } from "../support/tls-files.ts";

const scene = setScene();

async function healthOnOtherConnection({ port }: { readonly port: number }): Promise<void> {
  expect((await exchange(port, requestText("GET", "/healthz"))).status).toBe(200);
}

test("the next request goes upstream when the answer before it has ended, and not earlier", async () => {
  const answers: (() => void)[] = [];
  const upstream = await scene.upstream((req, res) => void answers.push(() => res.end(`answer to ${req.url}`)));
  // With one slot, the second request would be refused if the first still held it.
  const gateway = await scene.gateway({ base: upstream.url, top: ["concurrency: {downstream_max_inflight: 1}"] });
  const client = await scene.client(gateway);
  await client.send(
    requestText("POST", "/up/1", [AUTH, "Content-Length: 1"], "a") +
      requestText("POST", "/up/2", [AUTH, "Content-Length: 1"], "b") +
      requestText("GET", "/up/3", [AUTH]),
  );
  for (const [i, url] of ["/1", "/2", "/3"].entries()) {
    expect((await upstream.nextRequest()).url).toBe(url);
    // A request on another connection: when it is answered, the gateway has had time for those behind the first.
    await healthOnOtherConnection(gateway);
    expect(upstream.requests).toHaveLength(i + 1);
    expect(gateway.host.inFlight).toBe(1);
    answers[i]?.();
    expect((await client.response()).text).toBe(`answer to ${url}`);
  }
  await untilFree(gateway);
});

test("many requests in one write are answered in order, over one upstream connection, without a warning", async () => {
  const upstream = await scene.upstream((req, res) => res.end(req.url));
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const targets = Array.from({ length: 1500 }, (_, i) => `/${i}`);
  // Several reads of the gateway: it has to stop reading, and to read on.
  await client.send(targets.map((target) => requestText("GET", `/up${target}`, [AUTH])).join(""));
  for (const target of targets) expect((await client.response()).text).toBe(target);
  expect(upstream.connections).toBe(1);
});

test("over TLS, too, many requests in one write are all answered", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url, top: [await inboundTls()] });
  const socket = connectTls({ port: gateway.port, host: "127.0.0.1", rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (bytes: Buffer) => {
    received += bytes.toString("latin1");
  });
  socket.write(requestText("GET", "/up/x", [AUTH]).repeat(800));
  await until("all answers", () => received.split("HTTP/1.1 200 OK").length === 801);
  expect(upstream.connections).toBe(1);
});

test("while many requests wait, no more are read from the connection", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const sockets = serverSockets(gateway);
  const client = await scene.client(gateway);
  client.socket.write(requestText("GET", "/up/x", [AUTH]).repeat(20_000));
  await upstream.nextRequest();
  await until("many requests to be read", () => (sockets[0]?.bytesRead ?? 0) > 32 * 1024);
  // Requests on another connection: the gateway has had time to read.
  for (let i = 0; i < 3; i++) await healthOnOtherConnection(gateway);
  expect(sockets[0]?.bytesRead).toBeLessThan(128 * 1024);
  expect(upstream.requests).toHaveLength(1);
});

test("while many requests wait, none are read either when the client takes a part of the answer", async () => {
  const block = Buffer.alloc(256 * 1024, "x");
  const upstream = await scene.upstream(function stream(_req, res) {
    const write = (): void => {
      while (res.write(block));
      res.once("drain", write);
    };
    write();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const sockets = serverSockets(gateway);
  const client = await scene.client(gateway);
  const request = requestText("GET", "/up/x", [AUTH]);
  await client.send(request);
  await client.head();
  client.socket.pause();
  const socket = sockets[0];
  if (socket === undefined) throw new Error("the gateway has no connection");
  await until("the gateway to be held back", () => socket.writableNeedDrain);
  client.socket.write(request.repeat(5000));
  await until("many requests to be read", () => socket.bytesRead > 32 * 1024);
  const { bytesRead } = socket;
  let drains = 0;
  socket.on("drain", () => drains++);
  client.socket.resume();
  await until("some drains", () => drains >= 20);
  expect(socket.bytesRead).toBe(bytesRead);
});

test("a refused request between others is answered in its turn, and the connection stays open", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(
    requestText("GET", "/up/1", [AUTH]) +
      requestText("GET", "/up/2") +
      requestText("GET", "/nowhere") +
      requestText("GET", "/healthz") +
      requestText("GET", "/up/3", [AUTH]),
  );
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await client.response()).status);
  expect(statuses).toEqual([200, 401, 404, 200, 200]);
});

test("a request behind a response with `connection: close` is neither answered nor sent upstream", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/1", [AUTH, "Connection: close"]) + requestText("GET", "/up/2", [AUTH]));
  expect((await client.response()).text).toBe("ok");
  await within("the connection to end", client.ended);
  expect(client.text).toBe("");
});

test("a client that disconnects aborts its request in progress; those behind it were never begun", async () => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(["/up/1", "/up/2", "/up/3"].map((target) => requestText("GET", target, [AUTH])).join(""));
  const arrival = await upstream.nextRequest();
  client.reset();
  expect(await within("an abort", arrival.closed)).toBe("aborted");
  await untilFree(gateway);
  expect(upstream.requests).toHaveLength(1);
  expect(gateway.logs.filter(({ msg }) => msg === "request completed")).toHaveLength(1);
});

test("no request behind an answer that closes the connection is sent upstream or counted", async () => {
  const answers: (() => void)[] = [];
  const upstream = await scene.upstream((_req, res) => void answers.push(() => res.end("ok")));
  const gateway = await scene.gateway({ base: upstream.url, top: ["rate_limit: {per_minute: 1000}"] });
  const client = await scene.client(gateway);
  await client.send(["/up/1", "/up/2", "/up/3"].map((target) => requestText("GET", target, [AUTH])).join(""));
  await upstream.nextRequest();
  // While the gateway drains, the first response has `connection: close`, so nothing may follow it.
  const drained = gateway.drain();
  answers[0]?.();
  const first = await client.response();
  expect(first.text).toBe("ok");
  expect(first.header("connection")).toBe("close");
  expect(await within("the connection to end", client.ended)).toBe("fin");
  expect(client.text).toBe("");
  expect(await drained).toBe(true);
  expect(upstream.requests).toHaveLength(1);
  expect(gateway.logs.filter(({ msg }) => msg === "request completed")).toHaveLength(1);
});

test("a waiting request is served by the plan that is current in its turn", async () => {
  const answers: (() => void)[] = [];
  const upstream = await scene.upstream((_req, res) => void answers.push(() => res.end("old")));
  const next = await scene.upstream((_req, res) => res.end("new"));
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/1", [AUTH]) + requestText("GET", "/up/2", [AUTH]));
  await upstream.nextRequest();
  gateway.swap(configText({ base: next.url }));
  answers[0]?.();
  expect((await client.response()).text).toBe("old");
  expect((await client.response()).text).toBe("new");
  expect(gateway.host.plans).toBe(1);
});

test("bytes that can't be parsed close the connection after the requests before them were answered", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const good = ["/up/1", "/up/2", "/up/3"].map((target) => requestText("GET", target, [AUTH])).join("");
  await client.send(`${good}\x00\x01garbage\r\n\r\n`);
  for (let i = 0; i < 3; i++) expect(await client.response()).toMatchObject({ status: 200, whole: true });
  expect(await within("the connection to end", client.ended)).toBe("fin");
  expect(client.text).toBe("");
});

test("a waiting request with a malformed body gets its 400 in its turn", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(
    requestText("GET", "/up/1", [AUTH]) + requestText("POST", "/up/2", [AUTH, "Transfer-Encoding: chunked"], "zz\r\n"),
  );
  expect((await client.response()).status).toBe(200);
  const second = await client.response("POST");
  expect(second).toMatchObject({ status: 400, text: '{"error":"bad_request"}' });
  expect(second.header("connection")).toBe("close");
  expect(await within("the connection to end", client.ended)).toBe("fin");
});

test("garbage behind a request does not disturb the response, and is not forwarded as a request", async () => {
  let end = () => {};
  const upstream = await scene.upstream((_req, res) => {
    end = () => res.end("ok");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/1", [AUTH]));
  const first = await upstream.nextRequest();
  await client.send("\x00\x01garbage\r\n\r\n");
  // A request on another connection: when it is answered, the gateway has read the garbage too.
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/healthz"));
  await other.response();
  end();
  expect(await client.response()).toMatchObject({ status: 200, text: "ok", whole: true });
  expect(await first.closed).toBe("whole");
  await within("the connection to end", client.ended);
  await untilFree(gateway);
  expect(upstream.requests).toHaveLength(1);
});
