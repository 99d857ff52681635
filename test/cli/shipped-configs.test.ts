// Checks the configs that ship and the one of `demo`: nothing to report, clients of all providers can show their token, and a key
// that is not set is noticed.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { demoConfig } from "../../src/cli/demo/demo-config.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";

const shipped = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), "utf8");
const dev = shipped("dev.yaml");
const byDefault = shipped("default.yaml");
const pool = shipped("pool.yaml");
const team = shipped("team.yaml");
const usage = shipped("usage.yaml");

const KEYS = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"];

/** Compiles with these variables set to their names in small letters. `GATEWAY_LISTEN` is never set. */
function compiled(text: string, set: readonly string[]) {
  return compile(sourceFromText("config.yaml", text), {
    env: (name) => (set.includes(name) ? name.toLowerCase() : undefined),
    readFile: () => ({ ok: false, reason: "no such file" }),
  });
}

const POOL_KEYS = ["OPENAI_KEY_1", "OPENAI_KEY_2", "OPENROUTER_API_KEY"];
const TEAM_KEYS = [
  ...["TOKEN_ANA", "TOKEN_BEN", "TOKEN_CHEN", "TOKEN_INTERN", "TOKEN_CI"],
  ...["METRICS_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"],
];

const USAGE_KEYS = [
  ...["TOKEN_ANA", "TOKEN_INTERN", "TOKEN_CI"],
  ...["METRICS_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"],
];

/** Configs for one purpose. They do not serve the clients of all providers. */
const SPECIAL: readonly string[] = ["config/pool.yaml", "config/team.yaml", "config/usage.yaml"];

const CONFIGS = [
  ["config/default.yaml", byDefault, ["GATEWAY_TOKEN"]],
  ["config/dev.yaml", dev, ["GATEWAY_TOKEN", ...KEYS]],
  ["config/pool.yaml", pool, ["GATEWAY_TOKEN", ...POOL_KEYS]],
  ["config/team.yaml", team, TEAM_KEYS],
  ["config/usage.yaml", usage, USAGE_KEYS],
  [
    "the demo's config",
    demoConfig(8787, "http://127.0.0.1:1", '/tmp/a "ledger": \\ #'),
    ["DEMO_TOKEN", "DEMO_UPSTREAM_KEY", "DEMO_TEAM_A_TOKEN", "DEMO_TEAM_B_TOKEN", "DEMO_METRICS_TOKEN"],
  ],
] as const;

describe.each(CONFIGS)("%s", (_name, text, variables) => {
  const result = compiled(text, variables);

  it("has nothing to report", () => {
    expect(result.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });

  it("needs each of its variables that has no fallback", () => {
    for (const name of variables) {
      const others = variables.filter((other) => other !== name);
      const codes = compiled(text, others).diagnostics.map(({ code }) => code);
      expect(new Set(codes), name).toEqual(new Set(["env/missing"]));
    }
  });
});

describe.each(CONFIGS.filter(([name]) => !SPECIAL.includes(name)))("%s", (_name, text, variables) => {
  it("serves the clients of all providers as they come", () => {
    const result = compiled(text, variables);
    if (!result.ok) throw new Error("the config has errors");
    const { routes, responseFormat } = result.value;
    expect(responseFormat.format).toBe("auto");
    expect(routes.map(({ prefix }) => prefix)).toEqual(["/openai", "/anthropic", "/gemini"]);
    for (const { forward, steps } of routes) {
      expect(forward.upstreams[0]?.requestTimeoutMs).toBe(600_000);
      const auth = steps.find(({ kind }) => kind === "auth");
      expect(auth).toMatchObject({
        spec: {
          sources: [
            { type: "authorization_bearer" },
            { type: "header", name: "x-api-key" },
            { type: "header", name: "x-goog-api-key" },
            { type: "header", name: "api-key" },
          ],
        },
      });
    }
  });
});

it("config/pool.yaml asks two keys of one provider, then another provider", () => {
  const result = compiled(pool, ["GATEWAY_TOKEN", ...POOL_KEYS]);
  if (!result.ok) throw new Error("the config has errors");
  const [forward] = result.value.routes.map((route) => route.forward);
  expect(forward?.upstreams.map(({ id, target }) => `${id} ${target.host}`)).toEqual([
    "openai-1 api.openai.com",
    "openai-2 api.openai.com",
    "openrouter openrouter.ai",
  ]);
  expect(forward?.pool?.balance).toBe("in_order");
  expect(forward?.retry?.maxAttempts).toBe(3);
});

it("config/team.yaml has a client for each person and program, and limits two of them", () => {
  const result = compiled(team, TEAM_KEYS);
  if (!result.ok) throw new Error("the config has errors");
  const auth = result.value.routes[0]?.steps.find((step) => step.kind === "auth");
  const clients = auth?.kind === "auth" ? auth.spec.tokens.map(({ client }) => client) : [];
  expect(clients.map((client) => client?.id)).toEqual(["ana", "ben", "chen", "intern", "ci"]);
  const free = {
    routes: undefined,
    models: undefined,
    ratePerMinute: undefined,
    maxInflight: undefined,
    tokensPerMinute: undefined,
    budgets: [],
  };
  expect(clients.slice(0, 3).map((client) => client?.access)).toEqual([free, free, free]);
  const intern = { routes: ["openai"], models: ["gpt-5-mini"], ratePerMinute: 20, maxInflight: 2 };
  expect(clients[3]?.access).toEqual({ ...free, ...intern });
  expect(clients[4]).toMatchObject({
    expiresAtMs: Date.parse("2099-12-31"),
    access: { ratePerMinute: 60, maxInflight: 4 },
  });
});

it("config/usage.yaml meters all routes and gives each client a budget", () => {
  const result = compiled(usage, USAGE_KEYS);
  if (!result.ok) throw new Error("the config has errors");
  const { routes, server } = result.value;
  expect(server.ledger).toEqual({ dir: "usage", keepDays: 400 });
  expect(routes.map(({ forward }) => forward.usage)).toEqual([
    { form: "auto", ask: true },
    { form: "auto", ask: false },
  ]);
  const auth = routes[0]?.steps.find((step) => step.kind === "auth");
  const clients = auth?.kind === "auth" ? auth.spec.tokens.map(({ client }) => client) : [];
  expect(clients.map((client) => [client?.id, ...(client?.access.budgets ?? []).map(({ per }) => per)])).toEqual([
    ["ana", "month"],
    ["intern", "day", "month"],
    ["ci", "day"],
  ]);
});

it.each([
  ["dev.yaml", dev],
  ["pool.yaml", pool],
  ["team.yaml", team],
  ["usage.yaml", usage],
])("config/%s names the schema for editors", (_name, text) => {
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/schema\/config\.schema\.json\n/);
});
