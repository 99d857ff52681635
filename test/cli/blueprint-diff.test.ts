// Tests what counts as a change between two blueprints. Secrets are the hard case: their values are private fields.

import { describe, expect, test, vi } from "vitest";
import { restartKeys, routeChanges } from "../../src/cli/serve/blueprint-diff.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import { Secret } from "../../src/plan/secret.ts";

const CONFIG = `
listen: 127.0.0.1:0
gateway_auth: {tokens: ["\${TOKEN}"]}
routes:
  - id: one
    prefix: /one
    upstream:
      base_url: http://127.0.0.1:9
      inject_headers: [{name: authorization, value: "Bearer \${KEY}"}]
  - {id: two, prefix: /two, upstream: {base_url: "http://127.0.0.1:9"}}
`;

const METRICS = `observability: {metrics: {enabled: true, token: "\${METRICS}"}}\n`;

function blueprint(config: string, env: Readonly<Record<string, string>> = {}): Blueprint {
  const variables: Record<string, string> = { TOKEN: "canary-token-01", KEY: "canary-key-01", METRICS: "m-1", ...env };
  const result = compile(sourceFromText("c.yaml", config), {
    env: (name) => variables[name],
    readFile: () => ({ ok: false, reason: "no files" }),
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

describe("the routes that changed", () => {
  const changed = (config: string, env?: Readonly<Record<string, string>>) =>
    routeChanges(blueprint(CONFIG), blueprint(config, env)).changed;

  test("are none when the same config is compiled again", () => {
    expect(changed(CONFIG)).toEqual([]);
  });

  test("are those of a rotated upstream key", () => {
    expect(changed(CONFIG, { KEY: "canary-key-02" })).toEqual(["one"]);
  });

  test("are those of a rotated gateway token, which exists as a digest only", () => {
    expect(changed(CONFIG, { TOKEN: "canary-token-02" })).toEqual(["one", "two"]);
  });

  test("are those with another prefix", () => {
    expect(changed(CONFIG.replace("prefix: /two", "prefix: /other"))).toEqual(["two"]);
  });
});

describe("clients", () => {
  const CLIENTS = CONFIG.replace(
    /gateway_auth: .*/,
    `gateway_auth: {clients: [{id: a, tokens: ["\${TOKEN}"], routes: [one]}, {id: b, tokens: [other-token]}]}`,
  );
  const changed = (config: string, env?: Readonly<Record<string, string>>) =>
    routeChanges(blueprint(CLIENTS), blueprint(config, env)).changed;

  test.each<[string, string, Record<string, string>, readonly string[]]>([
    ["nothing", CLIENTS, {}, []],
    ["a token", CLIENTS, { TOKEN: "canary-token-02" }, ["one", "two"]],
    ["the routes of a client", CLIENTS.replace("routes: [one]", "routes: [two]"), {}, ["one", "two"]],
    ["a client that is disabled", CLIENTS.replace("id: b,", "id: b, enabled: false,"), {}, ["one", "two"]],
    ["a route's key only", CLIENTS, { KEY: "canary-key-02" }, ["one"]],
    ["no client with routes any more", CLIENTS.replace("routes: [one]", "models: [gpt-*]"), {}, ["one", "two"]],
  ])("%s", (_what, config, env, expected) => {
    expect(changed(config, env)).toEqual(expected);
  });

  test("are compared once, however many routes there are", () => {
    const many = (max: number): Blueprint => {
      const client = (n: number) => `{id: c${n}, tokens: [token-number-${n}], max_inflight: ${max}}`;
      const route = (n: number) => `  - {id: r${n}, prefix: /r${n}, upstream: {base_url: "http://127.0.0.1:9"}}`;
      const clients = Array.from({ length: 1000 }, (_, n) => client(n)).join(", ");
      const routes = Array.from({ length: 100 }, (_, n) => route(n)).join("\n");
      return blueprint(`listen: 127.0.0.1:0\ngateway_auth: {clients: [${clients}]}\nroutes:\n${routes}\n`);
    };
    const [before, after] = [many(1), many(2)];
    const reveal = vi.spyOn(Secret.prototype, "reveal");
    expect(routeChanges(before, after).changed).toHaveLength(100);
    // One token of each client in each blueprint, and what the routes have of their own.
    expect(reveal.mock.calls.length).toBeLessThan(3000);
    reveal.mockRestore();
  });
});

describe("pools and retries", () => {
  const POOL = `${CONFIG}  - id: pool
    prefix: /pool
    balance: round_robin
    upstream: {retry: {max_attempts: 2}}
    upstreams: [{id: a, base_url: "http://127.0.0.1:9", weight: 1}, {id: b, base_url: "http://127.0.0.2:9"}]
models: {scan_bytes: 1000}
`;

  test.each([
    ["a weight", "weight: 1", "weight: 2", ["pool"]],
    ["the strategy", "round_robin", "least_inflight", ["pool"]],
    ["sticky", "    balance", "    sticky: {by: client}\n    balance", ["pool"]],
    ["cooldown", "    balance", "    cooldown: {ms: 1}\n    balance", ["pool"]],
    ["a scope of models", "weight: 1", "models: [gpt-*]", ["pool"]],
    ["retry", "max_attempts: 2", "max_attempts: 3", ["pool"]],
    ["a new time", "upstream: {retry", "upstream: {first_byte_timeout_ms: 1000, retry", ["pool"]],
    ["an upstream less", ', {id: b, base_url: "http://127.0.0.2:9"}', "", ["pool"]],
    ["the bytes to scan", "scan_bytes: 1000", "scan_bytes: 2000", ["one", "two", "pool"]],
  ])("change with a reload, and need no restart: %s", (_what, from, to, routes) => {
    expect(POOL).toContain(from);
    const [before, after] = [blueprint(POOL), blueprint(POOL.replace(from, to))];
    expect(routeChanges(before, after)).toEqual({ added: [], removed: [], changed: routes });
    expect(restartKeys(before.server, after.server)).toEqual([]);
  });
});

const REDIS = 'state: {redis: {url: "redis://:one@127.0.0.1:6379"}}\n';

describe("the keys that need a restart", () => {
  const keys = (config: string, env?: Readonly<Record<string, string>>) =>
    restartKeys(blueprint(CONFIG + METRICS).server, blueprint(config, env).server);

  test("are none when the same config is compiled again", () => {
    expect(keys(CONFIG + METRICS)).toEqual([]);
  });

  test("are those of a rotated metrics token", () => {
    expect(keys(CONFIG + METRICS, { METRICS: "m-2" })).toEqual(["observability"]);
  });

  test("are those that were added or removed", () => {
    expect(keys(CONFIG)).toEqual(["observability"]);
  });

  test.each([
    ["the ledger that begins with usage", "", "usage: {enabled: true}\n", ["usage.ledger"]],
    ["another folder", "usage: {enabled: true}\n", "usage: {enabled: true, ledger: {dir: other}}\n", ["usage.ledger"]],
    ["not prices", "usage: {enabled: true}\n", "usage: {enabled: true, unpriced: allow}\n", []],
  ])("are, of usage, %s", (_what, from, to, expected) => {
    expect(restartKeys(blueprint(CONFIG + from).server, blueprint(CONFIG + to).server)).toEqual(expected);
  });

  test.each([
    ["Redis that begins", "", REDIS, ["state.redis"]],
    ["another password of Redis", REDIS, REDIS.replace("one", "two"), ["state.redis"]],
    ["what happens without Redis", REDIS, REDIS.replace("}}", ", on_failure: closed}}"), ["state.redis"]],
    ["more workers", "", "workers: 2\n", ["workers"]],
    ["not the default, written out", "", "workers: 1\n", []],
  ])("are, of several processes, %s", (_what, from, to, expected) => {
    expect(restartKeys(blueprint(CONFIG + from).server, blueprint(CONFIG + to).server)).toEqual(expected);
  });
});
