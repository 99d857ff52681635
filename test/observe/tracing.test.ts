// Checks that spans reach a collector over both protocols, in the client's trace, with what happened; and that a collector
// that is down costs nothing but spans.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { AUTH, TOKEN } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { closedPort } from "../support/upstream.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const SERVER = 2;
const CLIENT = 3;

const scene = setScene();

function tracing(endpoint: string, protocol: "grpc" | "http", { ratio = 1, timeoutMs = 3000 } = {}): string {
  return `observability: {tracing: {enabled: true, sample_ratio: ${ratio}, otlp: {endpoint: "${endpoint}", protocol: ${protocol}, timeout_ms: ${timeoutMs}}}}`;
}

async function collected<T>(receiver: OtlpReceiver, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await receiver.close();
  }
}

/** Resolves when this process has tried to connect to a port of this machine and was refused. */
async function refusedConnection(port: number): Promise<void> {
  let seen: (message: unknown) => void = () => {};
  const refused = new Promise<void>((resolve) => {
    seen = (message) => {
      const { socket } = message as { readonly socket: Socket };
      socket.once("error", (err: NodeJS.ErrnoException & { readonly port?: number }) => {
        if (err.code === "ECONNREFUSED" && err.port === port) resolve();
      });
    };
  });
  subscribe("net.client.socket", seen);
  await refused.finally(() => unsubscribe("net.client.socket", seen));
}

describe.each(["grpc", "http"] as const)("over %s", (protocol) => {
  it("a server span in the client's trace, a client span below it, whose context is sent upstream", async () => {
    const receiver = await startOtlpReceiver(protocol);
    await collected(receiver, async () => {
      const upstream = await scene.upstream();
      const gateway = await scene.gateway({ base: `${upstream.url}/v1`, top: [tracing(receiver.endpoint, protocol)] });
      const from = BigInt(Date.now()) * 1_000_000n;
      const headers = [AUTH, `Traceparent: 00-${TRACE}-${PARENT}-01`, "Tracestate: a=1", "tracestate: b=2"];
      await exchange(gateway.port, requestText("POST", "/up/chat?key=hidden", [...headers, "X-Request-Id: id-1"]));
      const spans = await receiver.until(2);
      const server = spans.find(({ kind }) => kind === SERVER);
      const client = spans.find(({ kind }) => kind === CLIENT);
      expect(server).toMatchObject({
        traceId: TRACE,
        parentSpanId: PARENT,
        name: "POST /up",
        status: 0,
        attributes: {
          "http.request.method": "POST",
          "url.path": "/up/chat",
          "url.scheme": "http",
          "http.route": "/up",
          "network.protocol.version": "1.1",
          "http.response.status_code": 200,
          "gateway.route_id": "up",
          "gateway.request_id": "id-1",
          "gateway.outcome": "success",
          "gateway.token": expect.stringMatching(/^cli\*\*\*1f#/),
          "gateway.upstream": "up",
        },
        resource: { "service.name": "ai-gw-lite", "service.version": expect.stringMatching(/^\d/) },
      });
      expect(client).toMatchObject({
        traceId: TRACE,
        parentSpanId: server?.spanId,
        name: "POST",
        status: 0,
        attributes: {
          "http.request.method": "POST",
          "url.full": `${upstream.url}/v1/chat`,
          "server.address": "127.0.0.1",
          "server.port": upstream.port,
          "gateway.upstream": "up",
          "http.response.status_code": 200,
        },
      });
      const now = BigInt(Date.now() + 1) * 1_000_000n;
      for (const { start, end } of spans)
        expect([start >= from - 2_000_000n, end >= start, end <= now]).toEqual([true, true, true]);

      const arrival = await upstream.nextRequest();
      expect(arrival.header("traceparent")).toBe(`00-${TRACE}-${client?.spanId}-01`);
      expect(arrival.header("tracestate")).toBe("a=1,b=2");
      expect(JSON.stringify(spans, (_key, value) => (typeof value === "bigint" ? 0 : value))).not.toContain("hidden");
    });
  });

  it("goes on after the collector was away", async () => {
    const port = await closedPort();
    const upstream = await scene.upstream();
    const top = [tracing(`http://127.0.0.1:${port}`, protocol, { timeoutMs: 400 })];
    const gateway = await scene.gateway({ base: upstream.url, top });
    const ask = (id: string) => exchange(gateway.port, requestText("GET", "/up", [AUTH, `X-Request-Id: ${id}`]));
    const refused = refusedConnection(port);
    expect((await ask("while-away")).status).toBe(200);
    await within("an export that finds no collector", refused);
    const receiver = await startOtlpReceiver(protocol, port);
    await collected(receiver, async () => {
      let over = false;
      const asking = (async () => {
        for (; !over; await sleep(200)) await ask("back-again");
      })();
      await receiver
        .until(1, ({ attributes }) => attributes["gateway.request_id"] === "back-again")
        .finally(() => {
          over = true;
        });
      await asking;
    });
  });

  it("a collector that takes everything and says nothing holds up neither exchanges nor the end", async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on("error", () => {}))).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    const upstream = await scene.upstream();
    const top = [tracing(`http://127.0.0.1:${port}`, protocol, { timeoutMs: 300 })];
    const gateway = await scene.gateway({ base: upstream.url, top });
    // More than the queue holds: 1120 exchanges of two spans each.
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = await scene.client(gateway);
        const seen: number[] = [];
        for (let i = 0; i < 140; i++) {
          await client.send(requestText("GET", "/up", [AUTH]));
          seen.push((await client.response()).status);
        }
        return seen;
      }),
    );
    expect(statuses.flat()).toEqual(Array.from({ length: 1120 }, () => 200));
    expect(await within("the drain", gateway.drain(), 5000)).toBe(true);
    for (const socket of sockets) socket.destroy();
    silent.close();
  }, 90_000);
});

describe("spans", () => {
  /** All spans of some work. The drain sends what is left, so none comes after these. */
  async function spansAfter(work: (gateway: { readonly port: number }) => Promise<void>, count: number, base?: string) {
    const receiver = await startOtlpReceiver("http");
    return collected(receiver, async () => {
      const upstream = await scene.upstream((req, res) => {
        if (req.url === "/broken") return void res.writeHead(503).end("no");
        if (req.url === "/cut")
          return void res.writeHead(200, { "content-length": "9" }).write("some", () => res.destroy());
        res.end("ok");
      });
      const gateway = await scene.gateway({ base: base ?? upstream.url, top: [tracing(receiver.endpoint, "http")] });
      await work(gateway);
      await untilFree(gateway);
      await gateway.drain();
      return receiver.until(count);
    });
  }
  const ask =
    (path: string, lines = [AUTH]) =>
    async (gateway: { readonly port: number }) => {
      await exchange(gateway.port, requestText("GET", path, lines));
    };

  it.each([
    ["a refusal", ask("/up", []), 1, { "gateway.outcome": "unauthorized", "http.response.status_code": 401 }, 0],
    ["no route", ask("/else"), 1, { "gateway.outcome": "route_not_found", "url.path": "/else" }, 0],
    ["an upstream's 503", ask("/up/broken"), 2, { "gateway.outcome": "success", "error.type": "503" }, 2],
    ["a cut answer", ask("/up/cut"), 2, { "gateway.outcome": "upstream_aborted", "error.type": "upstream_aborted" }, 2],
  ])("tell of %s", async (_what, work, count, attributes, status) => {
    const spans = await spansAfter(work, count);
    expect(spans).toHaveLength(count);
    expect(spans.find(({ kind }) => kind === SERVER)).toMatchObject({ attributes, status });
    for (const client of spans.filter(({ kind }) => kind === CLIENT)) expect(client.status).toBe(2);
  });

  it("tell of an upstream that nobody could reach", async () => {
    const spans = await spansAfter(ask("/up"), 2, `http://127.0.0.1:${await closedPort()}`);
    for (const span of spans)
      expect(span).toMatchObject({ attributes: { "error.type": "upstream_connect_error" }, status: 2 });
  });

  it("are not made of our own endpoints", async () => {
    const spans = await spansAfter(async (gateway) => {
      for (const path of ["/healthz", "/readyz", "/up"]) await ask(path)(gateway);
    }, 2);
    expect(spans.map(({ name }) => name).sort()).toEqual(["GET", "GET /up"]);
  });

  it("have a trace of their own where the client's is malformed, and drop its state", async () => {
    const receiver = await startOtlpReceiver("http");
    await collected(receiver, async () => {
      const upstream = await scene.upstream();
      const gateway = await scene.gateway({ base: upstream.url, top: [tracing(receiver.endpoint, "http")] });
      const bad = ["Traceparent: 00-xyz-01", "Tracestate: a=1"];
      await exchange(gateway.port, requestText("GET", "/up", [AUTH, ...bad]));
      await gateway.drain();
      const [span] = await receiver.until(2);
      const arrival = await upstream.nextRequest();
      expect(arrival.header("traceparent")).toMatch(new RegExp(`^00-${span?.traceId}-[0-9a-f]{16}-01$`));
      expect(arrival.names).not.toContain("tracestate");
    });
  });
});

describe("sampling", () => {
  it("follows the parent's decision, whatever the ratio, and passes it on", async () => {
    const receiver = await startOtlpReceiver("http");
    await collected(receiver, async () => {
      const upstream = await scene.upstream();
      const gateway = await scene.gateway({
        base: upstream.url,
        top: [tracing(receiver.endpoint, "http", { ratio: 0 })],
      });
      const ask = (lines: string[]) => exchange(gateway.port, requestText("GET", "/up", [AUTH, ...lines]));
      await ask([]);
      await ask([`Traceparent: 00-${TRACE}-${PARENT}-00`]);
      await ask([`Traceparent: 00-${TRACE}-${PARENT}-01`]);
      await gateway.drain();
      const spans = await receiver.until(2);
      expect(spans).toHaveLength(2);
      expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
      const flags = upstream.requests.map((arrival) => arrival.header("traceparent")?.slice(-3));
      expect(flags).toEqual(["-00", "-00", "-01"]);
    });
  });

  it("takes about the share that is configured", async () => {
    const receiver = await startOtlpReceiver("http");
    await collected(receiver, async () => {
      const upstream = await scene.upstream();
      const gateway = await scene.gateway({
        base: upstream.url,
        top: [tracing(receiver.endpoint, "http", { ratio: 0.25 })],
      });
      for (let i = 0; i < 200; i++) {
        const response = await fetch(`${gateway.url}/up`, { headers: { authorization: `Bearer ${TOKEN}` } });
        await response.arrayBuffer();
      }
      const sampled = upstream.requests.filter((arrival) => arrival.header("traceparent")?.endsWith("-01")).length;
      // 50 expected; the odds against fewer than 20 or more than 85 are a million to one.
      expect(sampled).toBeGreaterThan(20);
      expect(sampled).toBeLessThan(85);
      await gateway.drain();
      expect(await receiver.until(2 * sampled)).toHaveLength(2 * sampled);
    });
  });
});

describe("without tracing", () => {
  it("the client's trace headers go on as they came", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const sent = `00-${TRACE}-${PARENT}-01`;
    await exchange(gateway.port, requestText("GET", "/up", [AUTH, `Traceparent: ${sent}`, "Tracestate: a=1"]));
    const arrival = await upstream.nextRequest();
    expect([arrival.header("traceparent"), arrival.header("tracestate")]).toEqual([sent, "a=1"]);
  });
});

it("a trace header that a route removes or injects is the route's", async () => {
  const upstream = await scene.upstream();
  const top = ["observability: {tracing: {enabled: true}}"];
  const gateway = await scene.gateway({
    base: upstream.url,
    top,
    upstream: ["remove_headers: [traceparent, tracestate]"],
  });
  await exchange(gateway.port, requestText("GET", "/up", [AUTH, `Traceparent: 00-${TRACE}-${PARENT}-01`]));
  const arrival = await upstream.nextRequest();
  expect(arrival.names.filter((name) => name.startsWith("trace"))).toEqual([]);
});
