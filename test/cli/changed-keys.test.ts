// Tests which keys of a config the log line of a reload names as changed, and that it never shows a value.

import { expect, test } from "vitest";
import { changedKeys } from "../../src/cli/serve/changed-keys.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";

const CONFIG = `
listen: 127.0.0.1:0
gateway_auth: {tokens: ["\${TOKEN}"]}
routes:
  - id: one
    prefix: /one
    upstream:
      base_url: http://127.0.0.1:9
      inject_headers: [{name: authorization, value: "Bearer \${file:key}"}, {name: x-a, value: a}]
  - {id: two.x, prefix: /two, upstream: {base_url: "http://127.0.0.1:9"}}
rate_limit: {per_minute: 7}
`;

function keysOf(config: string, secrets: { token?: string; key?: string } = {}) {
  const { token = "canary-token-01", key = "canary-key-01" } = secrets;
  const host = { env: () => token, readFile: () => ({ ok: true as const, bytes: Buffer.from(key) }) };
  const result = compile(sourceFromText("c.yaml", config), host);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.keys();
}

const BEFORE = keysOf(CONFIG);
const changed = (config: string, secrets = {}) => changedKeys(BEFORE, keysOf(config, secrets));
const edit = (from: string, to: string) => {
  expect(CONFIG).toContain(from);
  return CONFIG.replace(from, to);
};

test.each<[what: string, config: string, keys: string[]]>([
  ["nothing", CONFIG, []],
  ["only comments, quotes and order", `# new\n${edit("{id: two.x, prefix: /two,", "{prefix: '/two', id: two.x,")}`, []],
  ["a value of the top", edit("per_minute: 7", "per_minute: 8"), ["rate_limit.per_minute"]],
  ["a value of a route", edit("prefix: /two", "prefix: /2"), ["routes[two.x].prefix"]],
  [
    "a key that is new",
    edit("base_url: http", "connect_timeout_ms: 5\n      base_url: http"),
    ["routes[one].upstream.connect_timeout_ms"],
  ],
  ["a mapping that is new", `${CONFIG}shutdown: {grace_ms: 1, drain_timeout_ms: 2}\n`, ["shutdown"]],
  ["a mapping without keys that is new", `${CONFIG}reload: {}\n`, ["reload"]],
  ["a mapping that is gone", edit("rate_limit: {per_minute: 7}\n", ""), ["rate_limit"]],
  [
    "a route that is new",
    `${edit("rate_limit: {per_minute: 7}\n", "")}  - {id: c, prefix: /c, upstream: {base_url: "http://127.0.0.1:9"}}\nrate_limit: {per_minute: 7}\n`,
    ["routes[c]"],
  ],
  ["a route with another id", edit("id: two.x", "id: two.y"), ["routes[two.y]", "routes[two.x]"]],
  ["a header among several", edit("value: a", "value: b"), ["routes[one].upstream.inject_headers[x-a].value"]],
  ["a list of texts", edit(`["\${TOKEN}"]`, `["\${TOKEN}", other-token-0001]`), ["gateway_auth.tokens"]],
])("%s", (_what, config, keys) => {
  expect(changed(config)).toEqual(keys);
});

const POOL = `${CONFIG}models: {scan_bytes: 1000}
`.replace(
  "rate_limit",
  `  - id: pool
    prefix: /pool
    upstream: {retry: {retry_on: ["429"]}}
    upstreams:
      - {id: a, base_url: "http://127.0.0.1:9", weight: 1}
      - {id: b, base_url: "http://127.0.0.2:9", weight: 1, rename_models: {gpt-5: b-5}}
rate_limit`,
);

test.each<[what: string, from: string, to: string, keys: string[]]>([
  ["a weight", '2:9", weight: 1', '2:9", weight: 2', ["routes[pool].upstreams[b].weight"]],
  ["a rename", "gpt-5: b-5", "gpt-5: b-6", ["routes[pool].upstreams[b].rename_models.gpt-5"]],
  ["words of retry_on", '["429"]', "[reset]", ["routes[pool].upstream.retry.retry_on"]],
  ["the strategy", "    upstreams:", "    balance: round_robin\n    upstreams:", ["routes[pool].balance"]],
  ["the bytes to scan", "scan_bytes: 1000", "scan_bytes: 2000", ["models.scan_bytes"]],
  [
    "an upstream that is new",
    "      - {id: b,",
    '      - {id: c, base_url: "http://127.0.0.3:9"}\n      - {id: b,',
    ["routes[pool].upstreams[c]"],
  ],
])("of a pool: %s", (_what, from, to, keys) => {
  expect(POOL).toContain(from);
  expect(changedKeys(keysOf(POOL), keysOf(POOL.replace(from, to)))).toEqual(keys);
});

test("a secret that changed behind its reference is named by its key", () => {
  expect(changed(CONFIG, { key: "canary-key-02" })).toEqual([
    "routes[one].upstream.inject_headers[authorization].value",
  ]);
  expect(changed(CONFIG, { token: "canary-token-02" })).toEqual(["gateway_auth.tokens"]);
});

test("what is kept to compare shows no value", () => {
  const shown = (keys: unknown): unknown =>
    keys instanceof Map ? [...keys].map(([name, below]) => [name, shown(below)]) : keys;
  expect(JSON.stringify(shown(BEFORE))).not.toMatch(/canary|127\.0\.0\.1/);
  expect(JSON.stringify(shown(BEFORE))).toContain("[redacted]");
});

test("a long list ends with how many more there are", () => {
  const routes = (port: number) =>
    Array.from(
      { length: 60 },
      (_, n) => `  - {id: r${n}, prefix: /r${n}, upstream: {base_url: "http://127.0.0.1:${port}"}}\n`,
    );
  const config = (port: number) => keysOf(`${CONFIG.replace(/rate_limit.*/, "")}${routes(port).join("")}`);
  const keys = changedKeys(config(1), config(2));
  expect(keys).toHaveLength(51);
  expect(keys.at(-1)).toBe("… and 10 more");
});
