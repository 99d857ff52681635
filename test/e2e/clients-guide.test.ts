// Runs the config of the guide on clients on real sockets: what each client may do, how it is refused, and how its tokens change.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { within } from "../support/deadline.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { exchange, type RawResponse, requestText } from "../support/raw-client.ts";
import { untilCounts, untilFree } from "../support/scene.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../docs/clients-and-limits.md"), "utf8");

interface Client {
  readonly id: string;
  tokens: string[];
  enabled?: boolean;
  expires_at?: string;
  rate_limit?: { per_minute: number };
}

/** The parts of the guide's config that the tests change. */
interface Config {
  listen: string;
  gateway_auth: { clients: Client[] };
  routes: { upstream: { base_url: string } }[];
}

const TOKENS: Readonly<Record<string, string>> = {
  TOKEN_ANA: "gw-token-of-ana-0123456789",
  TOKEN_BEN: "gw-token-of-ben-0123456789",
  TOKEN_CHEN: "gw-token-of-chen-012345678",
  TOKEN_INTERN: "gw-token-of-the-intern-012",
  TOKEN_CI: "gw-token-of-the-ci-job-012",
};

const ENV = {
  ...TOKENS,
  METRICS_TOKEN: "token-of-the-metrics-0123",
  OPENAI_API_KEY: "key-of-openai",
  ANTHROPIC_API_KEY: "key-of-anthropic",
};

/** Ten seconds before a minute of the clock is over. */
const NOW = Date.parse("2026-11-27T12:00:50Z");

let upstream: Upstream;
let gateway: TestGateway;
/** Ends the responses of `/hold`. */
let held: (() => void)[];

beforeEach(async () => {
  // Timers and durations are real. Only the wall clock stands still, so that no minute ends in the middle of a test.
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  held = [];
  upstream = await startUpstream((req, res) => {
    if (req.url?.startsWith("/hold") !== true) return void res.end("ok");
    res.write("begun ");
    held.push(() => res.end("and ended"));
  });
  gateway = await startGateway(guide(), { env: ENV });
});

afterEach(async () => {
  for (const release of held) release();
  await gateway.close();
  await untilFree(gateway);
  await upstream.close();
  vi.useRealTimers();
});

/** The config of the guide, at the upstream of the test. */
function guide(change: (client: Client) => void = () => {}): string {
  const yaml = /^```yaml\n(.*?)^```/ms.exec(PAGE)?.[1] ?? "";
  const config = parse(yaml) as Config;
  config.listen = "127.0.0.1:0";
  for (const route of config.routes) route.upstream.base_url = upstream.url;
  config.gateway_auth.clients.forEach(change);
  return stringify(config);
}

/** Changes one client of the guide. */
const changed = (id: string, change: Partial<Client>): string =>
  guide((client) => void (client.id === id && Object.assign(client, change)));

interface Ask {
  readonly path?: string;
  readonly method?: string;
  /** The body is JSON with this model; `null`: without one. */
  readonly model?: string | null;
}

/** One request with a token in the header of the route's SDK. */
function ask(token: string, { path = "/openai/v1/chat/completions", method = "POST", model }: Ask = {}) {
  const body =
    method === "GET" ? "" : JSON.stringify({ messages: [], ...(model === null ? {} : { model: model ?? "gpt-5" }) });
  const key = path.startsWith("/anthropic") ? [`x-api-key: ${token}`] : [`authorization: Bearer ${token}`];
  const lines = [...key, ...(body === "" ? [] : ["content-type: application/json", `content-length: ${body.length}`])];
  return exchange(gateway.port, requestText(method, path, lines, body));
}

const tokenOf = (name: string): string => TOKENS[`TOKEN_${name}`] ?? "";

/** Status and code. */
function seen({ status, text }: RawResponse): readonly [number, string] {
  return [status, status === 200 ? text : (JSON.parse(text) as { error: { code: string } }).error.code];
}

const OK = [200, "ok"];
const SMALL = { model: "gpt-5-mini" };

describe("the config of the guide", () => {
  it.each(["ANA", "BEN", "CHEN"])("lets %s use all routes and models, and logs the name", async (name) => {
    expect(seen(await ask(tokenOf(name)))).toEqual(OK);
    expect(seen(await ask(tokenOf(name), { path: "/anthropic/v1/messages", model: "claude-sonnet-4-5" }))).toEqual(OK);
    const { token } = await gateway.completed(({ route_id }) => route_id === "anthropic");
    expect(token).toBe(name.toLowerCase());
    expect(JSON.stringify(gateway.logs)).not.toContain(tokenOf(name).slice(-6));
  });

  it.each<readonly [string, Ask, readonly [number, string]]>([
    ["its model", SMALL, [200, "ok"]],
    ["a list of models", { path: "/openai/v1/models", method: "GET" }, [200, "ok"]],
    ["another model", {}, [403, "model_not_allowed"]],
    ["its model with a date", { model: "gpt-5-mini-2025-08-07" }, [403, "model_not_allowed"]],
    ["another route", { ...SMALL, path: "/anthropic/v1/messages" }, [403, "route_not_allowed"]],
    ["no model", { model: null }, [400, "model_unreadable"]],
    ["another model in the query, too", { ...SMALL, path: "/openai/v1/x?model=gpt-5" }, [403, "model_not_allowed"]],
  ])("answers the intern's request with %s", async (_what, request, answer) => {
    const response = await ask(tokenOf("INTERN"), request);
    expect(seen(response)).toEqual(answer);
    expect(response.header("x-should-retry")).toBe(answer[0] === 200 ? undefined : "false");
    expect(upstream.requests.length).toBe(answer[0] === 200 ? 1 : 0);
    const line = await gateway.completed();
    expect([line["token"], line["status"]]).toEqual(["intern", answer[0]]);
  });

  it("refuses a model in the words and with the log line that the page shows", async () => {
    const shown = [...PAGE.matchAll(/^```json\n(.*?)\n^```/gms)].map(([, json = ""]) => json);
    const { text } = await ask(tokenOf("INTERN"));
    expect(shown).toContain(text);
    const line = await gateway.completed();
    const logged = shown.find((json) => json.includes("request completed")) ?? "{}";
    expect(line).toMatchObject(JSON.parse(logged));
  });

  it("lets the intern make 20 requests a minute, and says when the next minute begins", async () => {
    for (let i = 0; i < 20; i++) expect(seen(await ask(tokenOf("INTERN"), SMALL))).toEqual(OK);
    const refused = await ask(tokenOf("INTERN"), SMALL);
    expect(seen(refused)).toEqual([429, "rate_limited"]);
    expect(refused.header("retry-after")).toBe("10");
    expect(refused.header("x-should-retry")).toBeUndefined();
    expect(seen(await ask(tokenOf("ANA")))).toEqual(OK);
    vi.setSystemTime(NOW + 10_000);
    expect(seen(await ask(tokenOf("INTERN"), SMALL))).toEqual(OK);
  });

  it("lets the CI job have 4 requests in flight over all routes, and no fifth", async () => {
    const paths = ["/openai/hold/1", "/anthropic/hold/2", "/openai/hold/3", "/anthropic/hold/4"];
    const running = paths.map((path) => ask(tokenOf("CI"), { path }));
    await untilCounts(gateway, () => held.length === 4);
    const fifth = await ask(tokenOf("CI"));
    expect(seen(fifth)).toEqual([429, "client_concurrency_exceeded"]);
    expect([fifth.header("retry-after"), fifth.header("retry-after-ms")]).toEqual(["1", "1000"]);
    expect(seen(await ask(tokenOf("BEN")))).toEqual(OK);
    for (const release of held) release();
    const whole = await within("the four responses", Promise.all(running));
    expect(whole.map(({ status, text }) => [status, text])).toEqual(paths.map(() => [200, "begun and ended"]));
    expect(seen(await ask(tokenOf("CI")))).toEqual(OK);
  });
});

/** What a client sees of a response but its date and its request id. */
function bare({ status, rawHeaders, text }: RawResponse) {
  const headers = rawHeaders.filter((_, i) => !/^(?:date|x-request-id)$/i.test(rawHeaders[i - (i % 2)] ?? ""));
  return { status, headers, text };
}

describe("a token that is no longer valid", () => {
  it.each([
    ["whose time is over", "the client ci has expired", () => vi.setSystemTime("2099-12-31T00:00:00Z")],
    [
      "of a client that is shut out",
      "the client ci is disabled",
      () => gateway.swap(changed("ci", { enabled: false })),
    ],
  ])("%s is answered as if it did not exist, and what has begun runs on", async (_why, cause, shut) => {
    expect(seen(await ask(tokenOf("CI")))).toEqual(OK);
    const running = ask(tokenOf("CI"), { path: "/openai/hold" });
    await untilCounts(gateway, () => held.length === 1);
    shut();
    expect(bare(await ask(tokenOf("CI")))).toEqual(bare(await ask("gw-token-of-nobody-0123456")));
    const line = await gateway.completed(({ outcome }) => outcome === "unauthorized");
    expect([line["token"], line["cause"]]).toEqual([null, cause]);
    for (const release of held) release();
    const { status, text, whole } = await within("the response that had begun", running);
    expect([status, text, whole]).toEqual([200, "begun and ended", true]);
    expect(seen(await ask(tokenOf("ANA")))).toEqual(OK);
  });
});

describe("the rotation of a token", () => {
  const fresh = "gw-new-token-of-the-ci-job";

  it("refuses no request, breaks no stream, and keeps the counts of the client", async () => {
    const limit = { rate_limit: { per_minute: 2 } };
    gateway.swap(changed("ci", limit));
    expect(seen(await ask(fresh))).toEqual([401, "unauthorized"]);
    const running = ask(tokenOf("CI"), { path: "/openai/hold" });
    await untilCounts(gateway, () => held.length === 1);
    gateway.swap(changed("ci", { ...limit, tokens: [tokenOf("CI"), fresh] }));
    expect(seen(await ask(fresh))).toEqual(OK);
    expect(seen(await ask(tokenOf("CI")))).toEqual([429, "rate_limited"]);
    gateway.swap(changed("ci", { tokens: [fresh] }));
    expect(seen(await ask(tokenOf("CI")))).toEqual([401, "unauthorized"]);
    expect(seen(await ask(fresh))).toEqual(OK);
    for (const release of held) release();
    expect((await within("the response that had begun", running)).text).toBe("begun and ended");
    const { token } = await gateway.completed(({ outcome }) => outcome === "success");
    expect(token).toBe("ci");
  });
});
