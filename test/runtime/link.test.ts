// Checks the plan that is linked from a blueprint.

import { describe, expect, test } from "vitest";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import type { Exchange } from "../../src/plan/exchange.ts";
import type { StepKind } from "../../src/plan/steps.ts";
import { fingerprint } from "../../src/runtime/fingerprint.ts";
import { type LinkParts, link } from "../../src/runtime/link.ts";
import { CLEAN, compileText, edited, type World } from "../compiler/compiling.ts";

function blueprint(text: string, world?: World): Blueprint {
  const result = compileText(text, world);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result.value;
}

function recording(): { readonly made: StepKind[]; readonly parts: LinkParts<Exchange> } {
  const made: StepKind[] = [];
  const guard = (kind: StepKind) => () => {
    made.push(kind);
    return () => undefined;
  };
  const guards = {
    cors: guard("cors"),
    auth: guard("auth"),
    routeScope: guard("routeScope"),
    webSocket: guard("webSocket"),
    rateLimit: guard("rateLimit"),
    clientRate: guard("clientRate"),
    modelScope: guard("modelScope"),
    budget: guard("budget"),
    downstreamInflight: guard("downstreamInflight"),
    clientInflight: guard("clientInflight"),
  };
  return { made, parts: { guards, terminal: () => () => {} } };
}

describe("link", () => {
  test("makes each guard once, and a trie that finds the route", () => {
    const { made, parts } = recording();
    const plan = link(blueprint(`${CLEAN}rate_limit: { per_minute: 1 }\n`), parts);
    const route = plan.routes.match("/openai/v1");
    expect(route).toMatchObject({ id: "openai", prefix: "/openai" });
    expect(route?.guards.map(({ kind }) => kind)).toEqual(["auth", "webSocket", "rateLimit"]);
    expect(made).toEqual(["auth", "webSocket", "rateLimit"]);
    expect(Object.isFrozen(plan) && Object.isFrozen(route) && Object.isFrozen(route?.guards)).toBe(true);
    expect(plan.routes.match("/other")).toBeUndefined();
  });

  test("makes one guard for routes that share a spec, and one each where specs differ", () => {
    const { made, parts } = recording();
    const second = "  - id: second\n    prefix: /second\n    upstream:\n      base_url: https://second.example\n";
    const text = `${CLEAN.trimEnd()}\n${second}rate_limit: { per_minute: 1 }\nconcurrency: { downstream_max_inflight: 5 }\n`;
    const plan = link(blueprint(text), parts);
    const [one, two] = [plan.routes.match("/openai"), plan.routes.match("/second")];
    const run = (route: typeof one, kind: StepKind) => route?.guards.find((guard) => guard.kind === kind)?.run;
    expect(run(one, "auth")).toBeDefined();
    expect(run(one, "auth")).toBe(run(two, "auth"));
    expect(run(one, "downstreamInflight")).toBe(run(two, "downstreamInflight"));
    expect(run(one, "rateLimit")).not.toBe(run(two, "rateLimit"));
    expect([...made].sort()).toEqual(["auth", "downstreamInflight", "rateLimit", "rateLimit", "webSocket"]);
  });

  test("makes a fingerprint that differs between configs, but not between secrets", () => {
    const print = (text: string, world?: World): string => link(blueprint(text, world), recording().parts).fingerprint;
    expect(print(CLEAN)).toMatch(/^[0-9a-f]{64}$/);
    expect(print(CLEAN, { env: { TOKEN: "another-token", KEY: "another" } })).toBe(print(CLEAN));
    expect(print(edited("/openai\n", "/other\n"))).not.toBe(print(CLEAN));
    const client = (models: string) => print(CLEAN.replace(/^gateway_auth:\n(?: {2}.*\n)+/m, auth(models)));
    const auth = (models: string) => `gateway_auth: {clients: [{id: a, tokens: [token-of-a], models: [${models}]}]}\n`;
    expect(client("gpt-*")).toBe(client("gpt-*"));
    expect(client("gpt-*")).not.toBe(client("o3"));
    expect(client("gpt-*")).not.toBe(print(CLEAN));
  });

  test("makes a fingerprint that differs between scopes and limits of a client, but not between its tokens", () => {
    const print = (client: string): string =>
      link(blueprint(edited("routes:\n", `  clients: [{ id: a, ${client} }]\nroutes:\n`)), recording().parts)
        .fingerprint;
    const plain = print("tokens: [one-token-0123456789]");
    expect(print("tokens: [two-token-0123456789]")).toBe(plain);
    for (const more of [
      "models: [gpt-5]",
      "routes: [openai]",
      "max_inflight: 1",
      "rate_limit: { per_minute: 1 }",
      "enabled: false",
    ]) {
      expect(print(`tokens: [one-token-0123456789], ${more}`)).not.toBe(plain);
    }
  });

  test("makes the fingerprint of many clients and many routes from a short text", () => {
    let asked = 0;
    const spec = {
      get clients() {
        asked++;
        return [{ id: "a", max: 1 }];
      },
    };
    const one = blueprint(CLEAN);
    const route = one.routes[0];
    if (route === undefined) throw new Error("there is a route");
    const shared = { ...route, steps: [{ kind: "clientInflight", spec } as const] };
    fingerprint({ ...one, routes: Array.from({ length: 100 }, () => shared) });
    expect(asked).toBe(1);
  });
});
