// A mix of what clients do, with reloads in between: no client is ever above its limit at the upstream, nothing that its scope
// refuses gets there, and at the end every count is 0 (contract, section 12).

import { expect, test } from "vitest";
import { configText } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { randomFrom } from "../support/random.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { as, type Clients, routeLines, withClients } from "./clients.ts";

const scene = setScene();
const MAX = 3;
const WAYS = ["whole", "chunked", "refused", "unreadable", "leaves while held", "leaves during the response"] as const;
const CLIENTS: Clients = {
  a: `models: [gpt-5], max_inflight: ${MAX}`,
  b: `models: ["gpt-*"], max_inflight: ${MAX}, rate_limit: {per_minute: 100000}`,
};

test.each([1, 2, 3])("seed %i", async (seed) => {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const running = new Map<string, number>();
  const bodies: string[] = [];
  /** The most requests of `a` at once. Its clients do not leave: an upstream may see a request before the end of one that was left. */
  let most = 0;
  const upstream = await scene.upstream((req, res, { header, body }) => {
    const client = header("x-test-client") ?? "";
    const now = (running.get(client) ?? 0) + 1;
    running.set(client, now);
    if (client === "a") most = Math.max(most, now);
    // Before the head of the response can reach the client, so before another request of it can come.
    res.once("close", () => void running.set(client, (running.get(client) ?? 0) - 1));
    void body.then((bytes) => void bodies.push(bytes.toString())).catch(() => {});
    req.once("end", () => setTimeout(() => res.end("ok"), 20));
  });
  const parts = { base: upstream.url, more: routeLines("second", upstream.url), top: ["models: {scan_bytes: 3000}"] };
  const gateway = await scene.gateway(withClients(parts, CLIENTS));
  const reloads = [CLIENTS, { ...CLIENTS, c: "max_inflight: 1" }, { b: CLIENTS["b"] ?? "", a: CLIENTS["a"] ?? "" }];
  const ended: Promise<number>[] = [];
  for (let n = 0; n < 250; n++) {
    if (n % 25 === 24) gateway.swap(configText(withClients(parts, pick(reloads))));
    const way = pick(WAYS);
    const name = way.startsWith("leaves") ? "b" : pick(["a", "b"]);
    ended.push(perform(gateway, way, name, pick(["up", "second"]), pick([10, 2500, 9000])));
    if (random() < 0.08) await ended[n];
  }
  const statuses = await Promise.all(ended);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(20);
  expect(statuses).toContain(429);
  expect(new Set(statuses)).toEqual(new Set([0, 200, 400, 403, 429]));
  await untilFree(gateway);
  expect(gateway.host.plans).toBe(1);
  expect(most).toBe(MAX);
  for (const body of bodies) expect((JSON.parse(body) as { model: string }).model).toBe("gpt-5");
});

/** Makes one request. @returns the status of its answer; 0 when the client leaves */
async function perform(
  gateway: TestGateway,
  way: (typeof WAYS)[number],
  name: string,
  route: string,
  size: number,
): Promise<number> {
  const client = await scene.client(gateway);
  const model = way === "refused" ? "claude-5" : "gpt-5";
  const body = way === "unreadable" ? `["${"x".repeat(size)}"]` : JSON.stringify({ model, input: "x".repeat(size) });
  const half = Math.floor(body.length / 2);
  const chunked = way === "chunked";
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
  await client.send(requestText("POST", `/${route}/x`, [as(name), framing, `X-Test-Client: ${name}`]));
  if (way === "leaves while held") {
    await client.send(body.slice(0, Math.min(half, 1400)));
    client.reset();
    return 0;
  }
  if (chunked)
    await client.send(`${body.length.toString(16)}\r\n${body.slice(0, half)}`, `${body.slice(half)}\r\n0\r\n\r\n`);
  else await client.send(body.slice(0, half), body.slice(half));
  if (way === "leaves during the response") {
    client.reset();
    return 0;
  }
  const { status } = await client.response("POST");
  client.socket.destroy();
  return status;
}
