// Checks what log, metrics, summary and spans say about clients: each is shown by its id, whichever of its tokens it uses.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import { ClientMeters } from "../../src/runtime/observe/metrics/client-meters.ts";
import { resultOf } from "../../src/runtime/observe/result.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { samplesOf, total, totalsBy } from "../support/prometheus.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

const METRICS_TOKEN = "metrics-token-51d0";
const TOKENS = ["old", "new", "lead", "gone", "former", "plain"].map((name) => `canary-${name}-token-4f1e`);
const [OLD = "", NEW = "", LEAD = "", GONE = "", FORMER = "", PLAIN = ""] = TOKENS;
const PLAIN_LABEL = `can***1e#${createHash("sha256").update(PLAIN).digest("hex").slice(0, 8)}`;

const config = (base: string, { intern = "intern", limits = "", more = "" } = {}) => `listen: 127.0.0.1:0
gateway_auth:
  tokens: [${PLAIN}]
  clients:
    - {id: ${intern}, tokens: [${OLD}, ${NEW}], routes: [up], models: [gpt-*]${limits}}
    - {id: lead, tokens: [${LEAD}]}
    - {id: gone, tokens: [${GONE}], enabled: false}
    - {id: former, tokens: [${FORMER}], expires_at: "2020-01-01T00:00:00Z"}
observability:
  metrics: {enabled: true, token: ${METRICS_TOKEN}}
${more}routes:
  - {id: up, prefix: /up, upstream: {base_url: "${base}"}}
  - {id: other, prefix: /other, upstream: {base_url: "${base}"}}
`;

async function ask(gateway: TestGateway, token: string, { path = "/up/x", model = "gpt-5" } = {}) {
  const body = JSON.stringify({ model });
  const lines = [`Authorization: Bearer ${token}`, `Content-Length: ${body.length}`];
  const response = await exchange(gateway.port, requestText("POST", path, lines, body));
  return { status: response.status, body: String(response.body) };
}

async function read(gateway: TestGateway, path: string): Promise<string> {
  return (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).text();
}

interface Row {
  readonly token: string;
  readonly [field: string]: unknown;
}

async function rows(gateway: TestGateway): Promise<Row[]> {
  return (JSON.parse(await read(gateway, "/metrics/summary")) as { tokens: Row[] }).tokens;
}

async function samples(gateway: TestGateway) {
  return samplesOf(await read(gateway, "/metrics"));
}

/** An upstream whose responses wait until the test lets them go. */
async function waitingUpstream() {
  const waiting: (() => void)[] = [];
  let arrived = () => {};
  const upstream = await scene.upstream((req, res) => {
    req.resume();
    waiting.push(() => res.end("fine"));
    arrived();
  });
  return {
    url: upstream.url,
    until: async (count: number) => {
      while (waiting.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
    letGo: () => {
      for (const end of waiting.splice(0)) end();
    },
  };
}

async function answering() {
  return scene.upstream((req, res) => {
    req.resume();
    req.once("end", () => res.end("fine"));
  });
}

test("two tokens of a client are one row, under its id; a token without a client is shown by its label", async () => {
  const gateway = await startGateway(config((await answering()).url, { limits: ", rate_limit: {per_minute: 900}" }));
  try {
    for (const token of [OLD, NEW, NEW, LEAD, PLAIN]) expect((await ask(gateway, token)).status).toBe(200);
    expect((await ask(gateway, OLD, { model: "o3" })).status).toBe(403);
    const none = { rate_per_minute: null, max_inflight: null, inflight_current: null };
    const one = { requests_1h: 1, requests_24h: 1, errors_1h: 0, errors_24h: 0, ...none };
    expect(await rows(gateway)).toEqual([
      { token: "intern", requests_1h: 4, requests_24h: 4, errors_1h: 1, errors_24h: 1, ...none, rate_per_minute: 900 },
      { token: PLAIN_LABEL, ...one },
      { token: "lead", ...one },
    ]);
    const logged = gateway.logs.filter(({ msg, outcome }) => msg === "request completed" && outcome !== undefined);
    const shown = logged.filter(({ route_id }) => route_id === "up").map(({ token }) => token);
    expect(shown).toEqual(["intern", "intern", "intern", "lead", PLAIN_LABEL, "intern"]);
    expect(JSON.stringify(gateway.logs)).not.toContain("canary");
  } finally {
    await gateway.close();
  }
});

test.each([
  ["disabled", GONE, "the client gone is disabled"],
  ["expired", FORMER, "the client former has expired"],
  ["unknown", "canary-unknown-token", undefined],
])("only the log says why the token of a client that is %s is refused", async (_what, token, cause) => {
  const gateway = await startGateway(config((await answering()).url));
  try {
    expect(await ask(gateway, token)).toEqual({ status: 401, body: '{"error":"unauthorized"}' });
    const line = await gateway.completed();
    expect(line).toMatchObject({ level: "warn", outcome: "unauthorized", token: null });
    expect(line["cause"]).toBe(cause);
    expect(await rows(gateway)).toEqual([]);
    expect(await read(gateway, "/metrics")).not.toMatch(/gone|former/);
  } finally {
    await gateway.close();
  }
});

test("each refusal of a client is counted by its outcome, and limits by their kind", async () => {
  const upstream = await waitingUpstream();
  const limits = ", max_inflight: 1, rate_limit: {per_minute: 5}";
  const gateway = await startGateway(config(upstream.url, { limits }));
  try {
    const first = ask(gateway, OLD);
    await upstream.until(1);
    const [row] = await rows(gateway);
    expect(row).toMatchObject({ token: "intern", requests_24h: 0, inflight_current: 1, max_inflight: 1 });
    expect((await ask(gateway, NEW)).body).toBe('{"error":"client_concurrency_exceeded"}');
    upstream.letGo();
    expect((await first).status).toBe(200);
    expect((await ask(gateway, OLD, { path: "/other/x" })).body).toBe('{"error":"route_not_allowed"}');
    expect((await ask(gateway, OLD, { model: "o3" })).body).toBe('{"error":"model_not_allowed"}');
    expect((await ask(gateway, OLD, { path: "/up/x?model=gpt-5&model=gpt-5" })).body).toBe(
      '{"error":"model_unreadable"}',
    );
    let last = await ask(gateway, OLD, { model: "o3" });
    // A minute may begin meanwhile: then the count is at most the limit again.
    for (let n = 0; n < 6 && last.status !== 429; n++) last = await ask(gateway, OLD, { model: "o3" });
    expect(last.body).toBe('{"error":"rate_limited"}');
    expect(gateway.logs.find(({ outcome }) => outcome === "rate_limited")?.["cause"]).toBe(
      "the client's own limit of requests per minute",
    );
    const scraped = await samples(gateway);
    expect(totalsBy(scraped, "gateway_limited_total", "kind")).toEqual({ client: 1, rate: 1 });
    expect(totalsBy(scraped, "gateway_requests_total", "outcome")).toMatchObject({
      client_concurrency_exceeded: 1,
      route_not_allowed: 1,
      model_unreadable: 1,
      rate_limited: 1,
      success: 1,
    });
    expect(total(scraped, "gateway_limited_total", { route_id: "other" })).toBe(0);
    expect((await rows(gateway))[0]).toMatchObject({ token: "intern", inflight_current: 0, max_inflight: 1 });
  } finally {
    await gateway.close();
  }
});

test.each([
  ["route_not_allowed", 403],
  ["model_not_allowed", 403],
  ["model_unreadable", 400],
  ["client_concurrency_exceeded", 429],
] as const)("%s is an error of the client, answered by the gateway", (outcome, status) => {
  expect(resultOf({ outcome, status, upstreamAnswered: false })).toMatchObject({
    group: "gateway",
    name: outcome,
    class: "client_error",
  });
});

test("a span names the client by its id", async () => {
  const receiver = await startOtlpReceiver("http");
  const more = `  tracing: {enabled: true, sample_ratio: 1, otlp: {endpoint: "${receiver.endpoint}", protocol: http}}\n`;
  const gateway = await startGateway(config((await answering()).url, { more }));
  try {
    await ask(gateway, NEW);
    const spans = await receiver.until(2);
    const server = spans.find(({ kind }) => kind === 2);
    expect(server?.attributes).toMatchObject({ "gateway.token": "intern" });
  } finally {
    await gateway.close();
    await receiver.close();
  }
});

test("a client that a reload renames has a row under each name; its limits are those of the new plan", async () => {
  const upstream = await answering();
  const gateway = await startGateway(config(upstream.url, { limits: ", max_inflight: 3" }));
  try {
    await ask(gateway, OLD);
    gateway.swap(config(upstream.url, { intern: "trainee", limits: ", max_inflight: 5" }));
    await ask(gateway, OLD);
    await ask(gateway, NEW);
    const shown = (await rows(gateway)).map(({ token, requests_24h, max_inflight, inflight_current }) => [
      token,
      requests_24h,
      max_inflight,
      inflight_current,
    ]);
    expect(shown).toEqual([
      ["trainee", 2, 5, 0],
      ["intern", 1, null, null],
    ]);
  } finally {
    await gateway.close();
  }
});

describe("with ten thousand clients", () => {
  const DAY = 24 * 60;
  const good = resultOf({ outcome: "success", status: 200, upstreamAnswered: true });

  function blueprint(max: number | undefined): Blueprint {
    const tokens = Array.from({ length: 10_000 }, (_, n) => ({
      client: { id: `c${n}`, access: { ratePerMinute: undefined, maxInflight: max } },
    }));
    return { routes: [{ steps: [{ kind: "auth", spec: { tokens } }] }] } as unknown as Blueprint;
  }

  function seen(meters: ClientMeters, n: number, minute: number): void {
    meters.count({ id: `client c${n}`, label: `c${n}` }, minute, good);
  }

  test("only those that were seen have a row, and a day later they are gone", () => {
    const meters = new ClientMeters();
    meters.adopt(blueprint(2), 5000);
    expect([meters.size, meters.rows(5000, new Map(), () => ({}))]).toEqual([0, []]);
    seen(meters, 7, 5000);
    seen(meters, 9, 5001);
    const labels = (minute: number, inflight: ReadonlyMap<string, number>) =>
      meters
        .rows(minute, inflight, () => ({}))
        .map(({ token, inflight_current: now, max_inflight: max }) => [token, now, max]);
    const inflight = new Map([
      ["client c9", 1],
      ["client c11", 2],
    ]);
    expect(labels(5001, inflight)).toEqual([
      ["c7", 0, 2],
      ["c9", 1, 2],
      ["c11", 2, 2],
    ]);
    expect(labels(5000 + DAY, new Map())).toEqual([["c9", 0, 2]]);
    meters.adopt(blueprint(undefined), 5000 + DAY);
    expect(meters.size).toBe(1);
    // A request of an older plan may still be in flight under a limit that is gone.
    expect(labels(5000 + DAY, inflight)).toEqual([["c9", null, null]]);
  });
});
