// Checks that the engine does what http-proxy promises: it uses the target and agent of the options, reports errors by the
// callback, and emits the public events.

import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, it } from "vitest";
import type { UpstreamTarget } from "../../src/plan/forward.ts";
import { createEngine, type Engine, type RequestEvents } from "../../src/runtime/upstream/http-proxy.ts";
import { within } from "../support/deadline.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function upstream(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<UpstreamTarget> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return targetAt((server.address() as AddressInfo).port);
}

function targetAt(port: number): UpstreamTarget {
  return { protocol: "http:", hostname: "127.0.0.1", port, host: `127.0.0.1:${port}`, basePath: "/base" };
}

/** A client's request and response. The engine only passes them to its listeners. */
const req = { url: "/route/x" } as IncomingMessage;
const res = {} as ServerResponse;

const REQUEST = {
  method: "GET",
  path: "/asked",
  headers: ["host", "up.example", "x-a", "1"],
  sentOnce: false,
  edit: undefined,
  webSocket: false,
};

it("sends to the target by the agent of its options, and emits start, proxyRes and end", async () => {
  const seen: string[] = [];
  const target = await upstream((upstreamReq, upstreamRes) => {
    seen.push(`upstream ${upstreamReq.method} ${upstreamReq.url} ${upstreamReq.headers["x-a"]}`);
    upstreamRes.end("ok");
  });
  const agent = new Agent({ keepAlive: true });
  closing.push(() => agent.destroy());
  const engine = createEngine(target, agent);
  engine.proxy.on("start", (startReq, startRes, to) => {
    seen.push(`start ${startReq === req && startRes === res} ${(to as { port: string }).port === String(target.port)}`);
  });
  engine.proxy.on("proxyRes", (proxyRes, itsReq, itsRes) => {
    seen.push(`proxyRes ${proxyRes.statusCode} ${itsReq === req && itsRes === res}`);
  });
  const ended = new Promise<void>((resolve) => {
    engine.proxy.on("end", (itsReq) => {
      seen.push(`end ${itsReq === req}`);
      resolve();
    });
  });
  const events = {
    onResponse: (response: IncomingMessage) => {
      seen.push("onResponse");
      response.resume();
    },
    onSwitched: () => {},
    onUpgrade: () => seen.push("onUpgrade"),
  };
  const sent = engine.send(req, res, REQUEST, events, (err) => seen.push(`error ${err.message}`));
  expect(sent).toHaveProperty("agent", agent);
  sent?.end();
  await within("the end event", ended);
  expect(seen).toEqual(["start true true", "upstream GET /asked 1", "proxyRes 200 true", "onResponse", "end true"]);
});

it("reports a failed request by the callback, with the request and the response it was called with", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const engine = createEngine(targetAt(port), new Agent());
  const failed = new Promise<unknown[]>((resolve) => {
    const onError = (...args: unknown[]): void => resolve(args);
    engine.send(req, res, REQUEST, { onResponse: () => {}, onSwitched: () => {}, onUpgrade: () => {} }, onError)?.end();
  });
  const [err, itsReq, itsRes] = await within("the error", failed);
  expect((err as NodeJS.ErrnoException).code).toBe("ECONNREFUSED");
  expect([itsReq === req, itsRes === res]).toEqual([true, true]);
});

it("reports a request that Node refuses by the callback, before it returns", () => {
  const engine = createEngine(targetAt(9), new Agent());
  const errors: Error[] = [];
  const bad = { ...REQUEST, path: "/a b" };
  const sent = engine.send(req, res, bad, { onResponse: () => {}, onSwitched: () => {}, onUpgrade: () => {} }, (err) =>
    errors.push(err),
  );
  expect(sent).toBeUndefined();
  expect(errors.map((err) => (err as NodeJS.ErrnoException).code)).toEqual(["ERR_UNESCAPED_CHARACTERS"]);
});

it("keeps nothing of a request that is over", async () => {
  const target = await upstream((_req, upstreamRes) => upstreamRes.end("ok"));
  const engine = createEngine(target, new Agent());
  const events = await sendOne(engine);
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  // The collector may need more than one turn of the event loop.
  for (let turn = 0; turn < 50 && events.deref() !== undefined; turn++) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  expect(events.deref()).toBeUndefined();
});

/** Sends one request, waits for its end, and returns a weak reference to what only the request refers to. */
async function sendOne(engine: Engine): Promise<WeakRef<RequestEvents>> {
  const closed = new Promise<WeakRef<RequestEvents>>((resolve, reject) => {
    const events: RequestEvents = {
      onResponse: (response) => response.resume(),
      onSwitched: () => {},
      onUpgrade: () => {},
    };
    const sent = engine.send(req, res, REQUEST, events, reject);
    sent?.once("close", () => resolve(new WeakRef(events)));
    sent?.end();
  });
  return within("the end of the request", closed);
}
