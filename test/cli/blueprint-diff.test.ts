// Tests what counts as a change between two blueprints. Secrets are the hard case: their values are private fields.

import { describe, expect, test } from "vitest";
import { restartKeys, routeChanges } from "../../src/cli/serve/blueprint-diff.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import type { Blueprint } from "../../src/plan/blueprint.ts";

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
});
