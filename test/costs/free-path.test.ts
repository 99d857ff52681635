// Counts what a request and an event of a stream cost, in numbers that do not depend on the machine: timers, promises, ticks,
// listeners, passes over headers, strings made of bytes, writes. A change that adds one of them to the usual path fails here.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConfigParts } from "../support/config.ts";
import { metered } from "../support/ledger-folder.ts";
import { setScene } from "../support/scene.ts";
import { type Costs, changes, costsOf } from "./costs.ts";
import { type Counted, Counting } from "./counting.ts";
import { type Load, startLoad } from "./load-process.ts";

/** How many requests, or events, are counted. */
const COUNTED = 100;
/** How many come before them: connections are made, and caches filled. */
const BEFORE = 50;

const scene = setScene();
let load: Load;
beforeAll(async () => {
  load = await startLoad();
});
afterAll(() => load.close());

type Features = Omit<ConfigParts, "base">;

const NODE = Number(process.versions.node.split(".")[0]);
/** How many ticks each version of Node needs for a request. In another version, what is Node's is not compared. */
const NODES_TICKS: Costs = { 20: 20, 24: 17 };

/**
 * What a POST of 1 KB costs that is answered with a known length, on kept connections and with the shortest config. Of the listeners,
 * one is for the end of the exchange, and four are http-proxy's and ours for an upstream request. Node's are those of its server, its
 * client and its agent.
 */
const REQUEST: Costs = {
  "listeners for close, ours": 2,
  "listeners for error, ours": 1,
  "listeners for response, ours": 1,
  "listeners for upgrade, ours": 1,
  "listeners, Node's": 11,
  "ticks, ours": 2,
  "ticks, Node's": NODES_TICKS[NODE] ?? 0,
  // Node's handle for the reading of a response.
  "HTTPCLIENTREQUEST, Node's": 1,
  // 30 names and values come with a request, and 4 with its response.
  "reads of request headers": 91,
  "reads of response headers": 6,
  // Head and body leave as one string, each way.
  "strings of bytes": 2,
  "writes to the client": 1,
  "writes to the upstream": 1,
};

/** What an event of a stream costs that comes apart from the others. */
const EVENT: Costs = {
  "ticks, Node's": 2,
  "strings of bytes": 1,
  "writes to the client": 1,
};

const HEADER_RULES: Features = {
  upstream: ["remove_headers: [x-unwanted, cookie]", "user_agent: bench"],
};
const LIMITS = [
  "rate_limit: {per_minute: 1000000}",
  "concurrency: {downstream_max_inflight: 1000, upstream_per_key_max_inflight: 1000}",
];
const METRICS = "observability: {metrics: {enabled: true, token: metrics-token-0123456789}}";
const CLIENT = "client-token-of-alice-0123";
const OF_CLIENT =
  "rate_limit: {per_minute: 1000000, tokens_per_minute: 100000000}, budgets: [{per: day, tokens: 100000000}]";

/** What is added to a request whose response is read for its usage. */
const USAGE: Costs = {
  "reads of request headers": 31,
  "reads of response headers": 2,
  "strings of bytes": 3,
  "JSON texts read": 1,
};

interface Feature {
  readonly config: () => Features;
  readonly token?: string;
  readonly stream?: "totals";
  /** What the feature adds to each request, or takes from it. */
  readonly request?: Costs;
  /** The same for each event. */
  readonly event?: Costs;
}

/** What each feature adds to the costs above. */
const FEATURES: Readonly<Record<string, Feature>> = {
  "the shortest config": { config: () => ({}) },
  "a rate limit and both in-flight limits": { config: () => ({ top: LIMITS }) },
  metrics: { config: () => ({ top: [METRICS] }) },
  "no log lines": { config: () => ({ top: ["observability: {logging: {level: error}}"] }) },
  "header rules": { config: () => HEADER_RULES },
  "limits, metrics and header rules, as the bench has them": {
    config: () => ({ ...HEADER_RULES, top: [...LIMITS, METRICS] }),
  },
  retries: { config: () => ({ upstream: ["retry: {}"] }) },
  "a pool": {
    config: () => ({
      upstream: ["retry: {}"],
      more: ["    balance: round_robin", "    upstreams: [{id: a}, {id: b}, {id: c}]"],
    }),
    // The body is held, for whether it names the state of one account, and the response is read for the upstream's health.
    request: { "reads of request headers": 31, "reads of response headers": 2, "ticks, ours": 1 },
  },
  "comments in silent streams": {
    config: () => ({ upstream: ["sse_keepalive_ms: 60000"] }),
    // Looks whether the event is complete.
    event: { "strings of bytes": 1 },
  },
  // The response is read along. An event without usage is only looked at.
  "usage metering": { config: () => ({ top: metered() }), request: USAGE },
  "usage metering, and events that tell their usage": {
    config: () => ({ top: metered() }),
    stream: "totals",
    request: USAGE,
    event: { "strings of bytes": 3, "JSON texts read": 1 },
  },
  "usage that the gateway asks for": {
    config: () => ({ top: metered(), upstream: ["usage: {ask: true}"] }),
    // The body is held and read, for whether the client asks itself. What is added and the rest are joined.
    request: {
      ...USAGE,
      "reads of request headers": 46,
      "ticks, ours": 1,
      "strings of bytes": 7,
      "JSON texts read": 2,
      "buffers made": 2,
    },
  },
  "streams that go on without their client": { config: () => ({ upstream: ["on_client_abort: drain"] }) },
  "a client with a budget": {
    config: () => ({ top: [`  clients: [{id: alice, tokens: [${CLIENT}], ${OF_CLIENT}}]`, ...metered()] }),
    token: CLIENT,
    // The body is held until its model is known, and the guards wait for that.
    request: { ...USAGE, "reads of request headers": 62, "ticks, ours": 1, "promises, ours": 3 },
  },
  "a model that is renamed": {
    config: () => ({ more: ["    upstreams: [{id: a, rename_models: {gpt-5-mini: mini}}]"] }),
    // The new name, and what is before and behind it, are joined.
    request: { "reads of request headers": 31, "ticks, ours": 1, "strings of bytes": 1, "buffers made": 1 },
  },
};

const names = Object.keys(FEATURES);

describe("a request costs what the table says", () => {
  test.each(names)("with %s", async (name) => {
    const { config, token, request = {} } = FEATURES[name] as Feature;
    const gateway = await scene.gateway({ base: load.base, ...config() });
    const counting = new Counting(
      gateway.port,
      mark((number) => `json=${number}.`),
    );
    await load.run("json", gateway.port, BEFORE + COUNTED + 1, token);
    check(counting.end(), REQUEST, request);
  });
});

describe("an event costs what the table says", () => {
  test.each(names)("with %s", async (name) => {
    const { config, token, stream = "stream", event = {} } = FEATURES[name] as Feature;
    const gateway = await scene.gateway({ base: load.base, ...config() });
    const counting = new Counting(
      gateway.port,
      mark((number) => `"event-${number}."`),
    );
    await load.run(stream, gateway.port, BEFORE + COUNTED + 1, token);
    check(counting.end(), EVENT, event);
  });
});

/** Compares the costs with the sum of two tables, and checks that no listener is left behind. */
function check({ counts, listeners }: Counted, ...tables: readonly [Costs, Costs]): void {
  const isKnown = NODE in NODES_TICKS;
  const differences = changes(costsOf(counts, COUNTED), ...tables);
  expect.soft(differences.filter((text) => isKnown || !text.includes(", Node's: "))).toEqual([]);
  const [before, after] = listeners;
  expect(after).toEqual(before);
}

function mark(text: (number: number) => string) {
  return { from: text(BEFORE), to: text(BEFORE + COUNTED) };
}
