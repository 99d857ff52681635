// A gateway process gets SIGTERM, with connections in every possible state: exchanges in progress finish, and the exit code
// says whether all of them did (contract, section 8).

import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { connectRaw, type RawClient, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const running: BuiltGateway[] = [];
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.close();
});

/** Starts a gateway in front of an upstream that holds `/stream` and `/late` open until `finishAll` is called. */
async function started(top: readonly string[] = []) {
  const held = new Set<() => void>();
  const upstream = await scene.upstream((req, res) => {
    if (req.url === "/stream") {
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write("data: 1\n\n");
      held.add(() => res.end("data: 2\n\n"));
    } else if (req.url === "/late") held.add(() => res.end("late"));
    else req.resume().once("end", () => res.end("ok"));
  });
  const gateway = await startBuiltGateway(configText({ base: upstream.url, top }));
  running.push(gateway);
  const finishAll = () => {
    for (const end of held) end();
  };
  return { gateway, upstream, finishAll, client: () => scene.client(gateway) };
}

async function stream(client: RawClient) {
  await client.send(requestText("GET", "/up/stream", [AUTH]));
  const head = await client.head();
  await client.until("the first event", () => client.text.includes("data: 1") || undefined);
  return head;
}

/** Waits until the gateway has read all that was sent to it before: it answers a later request only after that. */
async function untilRead(client: () => Promise<RawClient>): Promise<void> {
  const probe = await client();
  await probe.send(requestText("GET", "/healthz"));
  expect((await probe.response()).status).toBe(200);
}

const draining = (gateway: BuiltGateway) => gateway.logged(({ msg }) => msg === "draining");

test("SIGTERM: streams, uploads and late responses finish, idle connections close, exit 0", async () => {
  const { gateway, upstream, finishAll, client } = await started();
  const streams = [await client(), await client(), await client()];
  const heads = [];
  for (const one of streams) heads.push(await stream(one));
  const idle = await client();
  await idle.send(requestText("GET", "/up/x", [AUTH]));
  expect(await idle.response()).toMatchObject({ status: 200 });
  const fresh = await client();
  const late = await client();
  await late.send(requestText("GET", "/up/late", [AUTH]));
  const upload = await client();
  await upload.send(`${requestText("POST", "/up/upload", [AUTH, "Content-Length: 10"])}hello`);
  const half = await client();
  await half.send("GET /up/half HTTP/1.1\r\nHost: h\r\n");
  await untilRead(client);
  await within("all of it to arrive", Promise.all([1, 2, 3, 4, 5, 6].map(() => upstream.nextRequest())));

  gateway.kill("SIGTERM");
  await draining(gateway);
  expect(await within("the idle connection to close", idle.ended)).toBe("fin");
  await within("the fresh connection to close", fresh.ended);
  await expect(connectRaw(gateway.port)).rejects.toThrow("ECONNREFUSED");
  await half.send(`${AUTH}\r\n\r\n`);
  const refused = await half.response();
  expect(refused).toMatchObject({ status: 503, text: '{"error":"shutting_down"}' });
  expect(refused.header("connection")).toBe("close");
  await upload.send("world");
  finishAll();
  for (const [one, text] of [
    [upload, "ok"],
    [late, "late"],
  ] as const) {
    const answer = await one.response();
    expect(answer).toMatchObject({ status: 200, text, whole: true });
    expect(answer.header("connection")).toBe("close");
  }
  for (const [index, head] of heads.entries()) {
    const one = streams[index] as RawClient;
    expect(await one.body(head)).toMatchObject({ text: "data: 1\n\ndata: 2\n\n", whole: true });
    expect(await within("its connection to close", one.ended)).toBe("fin");
  }
  expect(await within("the process to end", gateway.ended)).toBe(0);
});

test("a request whose headers are half read gets its 503 even if nothing else is in flight", async () => {
  const { gateway, client } = await started();
  const half = await client();
  await half.send("GET /up/half HTTP/1.1\r\nHost: h\r\n");
  await untilRead(client);
  gateway.kill("SIGTERM");
  await draining(gateway);
  await half.send("\r\n");
  expect(await half.response()).toMatchObject({ status: 503, text: '{"error":"shutting_down"}' });
  expect(await within("the process to end", gateway.ended)).toBe(0);
});

test("a client whose upload is refused while draining can read the reply", async () => {
  const { gateway, client, finishAll } = await started();
  const busy = await client();
  const head = await stream(busy);
  const upload = await client();
  await upload.send("POST /up/upload HTTP/1.1\r\nHost: h\r\n");
  await untilRead(client);
  gateway.kill("SIGTERM");
  await draining(gateway);
  finishAll();
  await upload.send(`${AUTH}\r\nContent-Length: 200000\r\n\r\n${"x".repeat(65536)}`);
  expect(await upload.response("POST")).toMatchObject({ status: 503, text: '{"error":"shutting_down"}' });
  expect(await busy.body(head)).toMatchObject({ whole: true });
  expect(await within("the process to end", gateway.ended)).toBe(0);
});

test("a drain that is too short breaks the other exchanges and reports it: exit 1", async () => {
  const { gateway, client } = await started(["shutdown: {drain_timeout_ms: 200}"]);
  const broken = await client();
  const head = await stream(broken);
  gateway.kill("SIGINT");
  expect(await broken.body(head)).toMatchObject({ text: "data: 1\n\n", whole: false });
  expect(await within("the process to end", gateway.ended)).toBe(1);
  expect(gateway.lines.find(({ msg }) => msg === "stopped")).toMatchObject({ whole: false });
  expect(gateway.lines.filter(({ msg }) => msg === "request completed")).toHaveLength(1);
});

test("a second signal ends the process at once: exit 1", async () => {
  const { gateway, client } = await started();
  const broken = await client();
  const head = await stream(broken);
  gateway.kill("SIGTERM");
  await draining(gateway);
  gateway.kill("SIGTERM");
  expect(await within("the process to end", gateway.ended)).toBe(1);
  expect(await broken.body(head)).toMatchObject({ whole: false });
});

test("a SIGHUP while draining changes nothing", async () => {
  const { gateway, client, finishAll } = await started();
  const one = await client();
  const head = await stream(one);
  gateway.kill("SIGTERM");
  await draining(gateway);
  gateway.kill("SIGHUP");
  finishAll();
  expect(await one.body(head)).toMatchObject({ whole: true });
  expect(await within("the process to end", gateway.ended)).toBe(0);
  expect(gateway.lines.map(({ msg }) => msg)).not.toContain("reloaded");
});
