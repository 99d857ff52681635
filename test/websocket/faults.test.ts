// Checks what becomes of a WebSocket when one of its sides does the wrong thing, or leaves, at each moment of its life: the answer, the
// outcome, its log line, and that nothing is left of it (contract, section 15).

import { describe, expect, it } from "vitest";
import type { RawClient } from "../support/raw-client.ts";
import { setScene, untilCounts } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";
import { ASKS, expectBytes, frame, handshake, openSocket, switching } from "../support/websocket.ts";

const scene = setScene();
const ON = ["websocket: true"];
const METRICS = "observability: {metrics: {enabled: true, token: metrics-token-0123456789}}";

async function started(lines: readonly string[] = [], top: readonly string[] = []) {
  const server = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: server.url, upstream: [...ON, ...lines], top: [METRICS, ...top] });
  return { gateway, server };
}

type Started = Awaited<ReturnType<typeof started>>;

/** Waits until nothing is left, and checks the one log line. */
async function expectEnd({ gateway, server }: Started, line: object): Promise<void> {
  await untilCounts(gateway, ({ inFlight, upstream, downstream }) => inFlight + upstream + downstream === 0);
  await server.untilIdle();
  const lines = gateway.logs.filter(({ msg, route_id }) => msg === "request completed" && route_id === "up");
  expect(lines).toEqual([expect.objectContaining(line)]);
  const headers = { authorization: "Bearer metrics-token-0123456789" };
  const metrics = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
  expect(metrics).toMatch(/^gateway_inflight_requests\{route_id="up"\} 0$/m);
  expect(metrics).toMatch(/^gateway_websockets_inflight\{route_id="up"\} 0$/m);
}

/** What an upstream does with a handshake. */
type Act = (upstream: RawConnection) => unknown;

const text =
  (...pieces: readonly string[]): Act =>
  (upstream) =>
    upstream.send(...pieces);

const FAILED = { outcome: "upstream_request_failed", status: 502 };
const SWITCH = `HTTP/1.1 101 Switching Protocols\r\n${ASKS.slice(0, 2).join("\r\n")}\r\n`;

describe("an upstream that answers a handshake", () => {
  it.each<readonly [string, Act, { readonly outcome: string; readonly status: number }]>([
    ["by leaving", (upstream) => upstream.halfClose(), FAILED],
    ["by a reset", (upstream) => upstream.reset(), FAILED],
    [
      "by half a head, and leaves",
      (upstream) => upstream.send("HTTP/1.1 101 Sw").then(() => upstream.halfClose()),
      FAILED,
    ],
    ["by something that is not HTTP", text("\x81\x05hello\r\n\r\n"), FAILED],
    ["by a 101 without its headers", text("HTTP/1.1 101 Switching Protocols\r\n\r\n"), FAILED],
    ["by a 101 without upgrade", text("HTTP/1.1 101 x\r\nConnection: Upgrade\r\n\r\n"), FAILED],
    ["by a 101 without connection: upgrade", text("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n"), FAILED],
    ["by a 101 with a head that is too large", text(`${SWITCH}X-A: ${"x".repeat(70_000)}\r\n\r\n`), FAILED],
    ["never", () => {}, { outcome: "upstream_timeout", status: 504 }],
    ["with a 103, and never again", text("HTTP/1.1 103 x\r\n\r\n"), { outcome: "upstream_timeout", status: 504 }],
    [
      "with a 200",
      text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
      { outcome: "success", status: 200 },
    ],
    [
      "with a 401 in chunks",
      text("HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nno\r\n", "0\r\n\r\n"),
      { outcome: "success", status: 401 },
    ],
    [
      "with a 401 that is cut",
      (upstream) => upstream.send("HTTP/1.1 401 x\r\nContent-Length: 9\r\n\r\nno").then(() => upstream.reset()),
      { outcome: "upstream_aborted", status: 401 },
    ],
  ])("%s", async (_what, act, expected) => {
    const all = await started([`request_timeout_ms: ${expected.status === 504 ? 300 : 5000}`]);
    const client = await scene.client(all.gateway);
    await client.send(handshake());
    const upstream = await all.server.nextConnection();
    await upstream.requestHead();
    await act(upstream);
    const answer = await client.response();
    expect(answer).toMatchObject({ status: expected.status, whole: expected.outcome !== "upstream_aborted" });
    await client.close();
    await expectEnd(all, { ...expected, attempts: 1, upstream: "up" });
    expect(all.server.connections).toBe(1);
  });

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ["with a wrong accept: it is the client's to check", [switching().replace("s3pPLMB", "wrong")], []],
    ["with a 101 that names a length", [switching("Content-Length: 5"), "hello"], ["content-length"]],
    ["with a 101 that names chunks", [switching("Transfer-Encoding: chunked"), "hello"], ["transfer-encoding"]],
    [
      "with a 100 and a 103 before the 101",
      ["HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\r\nLink: x\r\n\r\n", switching()],
      [],
    ],
    ["with a 101 in many pieces", [...switching()], []],
  ])("%s", async (_what, pieces, absent) => {
    const all = await started();
    const client = await scene.client(all.gateway);
    await client.send(handshake());
    const upstream = await all.server.nextConnection();
    await upstream.requestHead();
    await upstream.send(...pieces);
    const head = await client.head();
    expect(head.status).toBe(101);
    expect(absent.flatMap((name) => head.headers(name))).toEqual([]);
    if (absent.length > 0) await client.untilText("hello");
    const bytes = frame("and back", { masked: true });
    await client.send(bytes);
    expect(await expectBytes(upstream, bytes)).toEqual(bytes);
    client.reset();
    await expectEnd(all, { outcome: "client_closed", status: 101 });
  });
});

/** Moments of an open WebSocket: what each side has sent. */
const MOMENTS: readonly (readonly [string, Buffer, Buffer])[] = [
  ["before the first byte", Buffer.alloc(0), Buffer.alloc(0)],
  ["between frames", frame("a", { masked: true }), frame("b")],
  [
    "in the middle of a header",
    frame("a".repeat(300), { masked: true }).subarray(0, 3),
    frame("b".repeat(300)).subarray(0, 1),
  ],
  [
    "in the middle of a payload",
    frame("a".repeat(300), { masked: true }).subarray(0, 99),
    frame("b".repeat(300)).subarray(0, 99),
  ],
];

interface Ends {
  readonly client: RawClient;
  readonly upstream: RawConnection;
}

const LEAVERS: readonly (readonly [string, (ends: Ends) => void, "client" | "upstream", "fin" | "reset"])[] = [
  ["the client ends", ({ client }) => client.halfClose(), "upstream", "fin"],
  ["the client resets", ({ client }) => client.reset(), "upstream", "reset"],
  ["the upstream ends", ({ upstream }) => upstream.halfClose(), "client", "fin"],
  ["the upstream resets", ({ upstream }) => upstream.reset(), "client", "reset"],
];

/** How many turns of the event loop pass before the other side knows. A timer on the way would take thousands. */
const TURNS = 500;

async function turnsUntil(told: () => boolean): Promise<number> {
  for (let turns = 0; turns < TURNS * 2; turns++) {
    if (told()) return turns;
    await new Promise(setImmediate);
  }
  return Number.POSITIVE_INFINITY;
}

describe.each(LEAVERS)("%s", (_who, leave, other, how) => {
  it.each(MOMENTS)("%s", async (_when, up, down) => {
    const all = await started(["upstream_key_max_inflight: 1"]);
    const client = await scene.client(all.gateway);
    const { upstream } = await openSocket(client, () => all.server.nextConnection());
    await client.send(up);
    await upstream.send(down);
    // What was sent before is delivered.
    expect(await expectBytes(upstream, up)).toEqual(up);
    expect(await expectBytes(client, down)).toEqual(down);
    const told = { client, upstream }[other];
    leave({ client, upstream });
    expect(await turnsUntil(() => told.end !== undefined)).toBeLessThan(TURNS);
    expect(told.end).toBe(how);
    const outcome = other === "upstream" ? "client_closed" : "upstream_aborted";
    const level = other === "upstream" ? "info" : "warn";
    const bytes = { bytes_received: up.length, bytes_sent: down.length };
    await expectEnd(all, { outcome, level, status: 101, attempts: 1, upstream: "up", ...bytes });
  });
});

describe("the last bytes, together with the end", () => {
  it.each(["client", "upstream"] as const)("of the %s arrive", async (side) => {
    const all = await started();
    const client = await scene.client(all.gateway);
    const { upstream } = await openSocket(client, () => all.server.nextConnection());
    const last = frame("x".repeat(5000), { masked: side === "client" });
    const [from, to] = side === "client" ? [client, upstream] : [upstream, client];
    from.socket.end(last);
    expect(await expectBytes(to, last)).toEqual(last);
    expect(await to.ended).toBe("fin");
    client.socket.destroy();
    await expectEnd(all, { status: 101 });
  });
});
