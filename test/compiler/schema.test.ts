// Checks that the published schema works alone, for editors and linters that do not know the gateway.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { explainPattern } from "../../src/compiler/schema/pattern-messages.ts";
import { CLEAN, compileText, edited } from "./compiling.ts";

const ROOT = new URL("../../", import.meta.url);
const schema = JSON.parse(readFileSync(new URL("schema/config.schema.json", ROOT), "utf8"));
const ajv = new Ajv({ strict: true, allErrors: true });
const validate = ajv.compile(schema);

/** The clean config with other upstreams in its route. */
function pool(upstreams: string): string {
  return `${CLEAN.slice(0, CLEAN.indexOf("    upstream:"))}${upstreams}`;
}

/** The clean config with another `gateway_auth`. */
function auth(gatewayAuth: string): string {
  return edited("\n  tokens:\n    - ${TOKEN}", gatewayAuth);
}

function schemaErrors(text: string): string[] {
  return validate(parse(text))
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword }) => `${keyword} ${instancePath}`);
}

describe("the published schema", () => {
  test("is valid draft-07, with no keyword of its own", () => {
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  const samples = readdirSync(new URL("config/", ROOT)).filter((name) => name.endsWith(".yaml"));

  test.each(samples)("takes config/%s, which names it in its first line", (name) => {
    const text = readFileSync(new URL(`config/${name}`, ROOT), "utf8");
    expect(schemaErrors(text)).toEqual([]);
    expect(text.split("\n", 1)[0]).toBe("# yaml-language-server: $schema=../schema/config.schema.json");
  });

  test.each([
    ["a number from a variable", `${CLEAN}rate_limit:\n  per_minute: \${RPM}\n`],
    ["a boolean from a variable", `${CLEAN}reload:\n  watch: \${WATCH:-false}\n`],
    ["a word from a variable", `${CLEAN}observability:\n  logging:\n    level: \${LEVEL}\n`],
    ["an address from a variable", edited("127.0.0.1:8080", "${LISTEN}")],
    ["a URL made of variables", edited("https://api.openai.com", "${SCHEME}://${HOST}/v1")],
    ["a file", edited("${KEY}", "${file:/run/secrets/key}")],
  ])("takes %s", (_, text) => {
    expect(schemaErrors(text)).toEqual([]);
  });

  test.each([
    ["an unknown key", edited("upstream:", "upstrem:")],
    ["a quoted number", `${CLEAN}rate_limit:\n  per_minute: "60"\n`],
    ["a number out of range", `${CLEAN}rate_limit:\n  per_minute: 0\n`],
    ["a prefix without a slash", edited("/openai\n", "openai\n")],
    ["an unknown word", `${CLEAN}errors:\n  format: openia\n`],
    ["half a pair", `${CLEAN}inbound_tls:\n  key_path: a.key\n`],
    ["an empty list of tokens", auth(" { tokens: [] }")],
    ["an empty list of clients", auth(" { clients: [] }")],
    ["two empty lists", auth(" { tokens: [], clients: [] }")],
    ["neither tokens nor clients", auth(" { token_sources: [{ type: authorization_bearer }] }")],
    ["a client without tokens", auth(" { clients: [{ id: a }] }")],
    ["a client with an empty list of tokens", auth(" { clients: [{ id: a, tokens: [] }] }")],
    ["a client without an id", auth(' { clients: [{ tokens: ["${TOKEN}"] }] }')],
    ["a client with a blank in its id", auth(' { clients: [{ id: a b, tokens: ["${TOKEN}"] }] }')],
    ["a day without a time", auth(' { clients: [{ id: a, tokens: ["${TOKEN}"], expires_at: 2027-01-31 }] }')],
    ["a blank model", auth(' { clients: [{ id: a, tokens: ["${TOKEN}"], models: [" "] }] }')],
    ["a route without an upstream", pool("")],
    ["an upstream without a URL", edited("      base_url: https://api.openai.com\n", "")],
    ["a pool without upstreams", pool("    upstream: { base_url: https://a.example }\n    upstreams: []\n")],
    ["a pool without a URL", pool("    upstreams: [{ id: a }, { id: b }]\n")],
    [
      "a pool in which one upstream has no URL",
      pool(
        "    upstream: { connect_timeout_ms: 5000 }\n    upstreams: [{ id: a, base_url: https://a.example }, { id: b }]\n",
      ),
    ],
    ["an upstream of a pool without an id", pool("    upstreams: [{ base_url: https://a.example }]\n")],
    [
      "a key of the route in an upstream of a pool",
      pool("    upstreams: [{ id: a, base_url: https://a.example, retry: { max_attempts: 2 } }]\n"),
    ],
  ])("refuses %s, as check does", (_, text) => {
    expect(schemaErrors(text).length).toBeGreaterThan(0);
    expect(compileText(text).ok).toBe(false);
  });

  test.each([
    ["tokens alone", ' { tokens: ["${TOKEN}"] }'],
    ["tokens and an empty list of clients", ' { tokens: ["${TOKEN}"], clients: [] }'],
    ["clients alone", ' { clients: [{ id: a, tokens: ["${TOKEN}"] }] }'],
    ["clients and an empty list of tokens", ' { tokens: [], clients: [{ id: a, tokens: ["${TOKEN}"] }] }'],
    [
      "a client with all its keys",
      ' { clients: [{ id: a, tokens: ["${TOKEN}"], enabled: false, expires_at: 2027-01-31T00:00:00.5+02:00, ' +
        'routes: [openai], models: ["gpt-*"], rate_limit: { per_minute: 6 }, max_inflight: 4 }] }',
    ],
  ])("takes %s, as check does", (_, gatewayAuth) => {
    expect(schemaErrors(auth(gatewayAuth))).toEqual([]);
    expect(compileText(auth(gatewayAuth)).ok).toBe(true);
  });

  test.each([
    [
      "with a URL each",
      "    upstreams: [{ id: a, base_url: https://a.example }, { id: b, base_url: https://b.example }]\n",
    ],
    [
      "with a URL that they share",
      "    upstream: { base_url: https://a.example }\n    upstreams: [{ id: a }, { id: b }]\n",
    ],
    [
      "with a URL that one of them has itself",
      "    upstream: { base_url: https://a.example }\n    upstreams: [{ id: a }, { id: b, base_url: https://b.example }]\n",
    ],
    ["with one upstream", "    upstreams: [{ id: a, base_url: https://a.example, weight: 2 }]\n"],
  ])("takes a pool %s, as check does", (_, upstreams) => {
    expect(schemaErrors(pool(upstreams))).toEqual([]);
    expect(compileText(pool(upstreams)).ok).toBe(true);
  });

  test("allows each key of an upstream in an item of upstreams, but those that belong to the route", () => {
    const { properties, required } = schema.definitions.poolUpstream;
    const own = ["id", "weight", "models", "rename_models"];
    const ofRoute = ["strip_prefix", "stream_types", "retry", "usage", "on_client_abort", "drain_limit", "websocket"];
    const shared = Object.keys(schema.definitions.upstream.properties).filter((key) => !ofRoute.includes(key));
    expect(Object.keys(properties).sort()).toEqual([...own, ...shared].sort());
    for (const key of shared) expect(properties[key]).toEqual({ $ref: `#/definitions/upstream/properties/${key}` });
    expect(required).toEqual(["id"]);
  });

  test("allows each key of an upstream but its base_url in upstream_defaults, too", () => {
    const { base_url: _, ...inherited } = schema.definitions.upstream.properties;
    const references = Object.keys(inherited).map((key) => [key, { $ref: `#/definitions/upstream/properties/${key}` }]);
    expect(schema.definitions.upstreamDefaults.properties).toEqual(Object.fromEntries(references));
  });

  test("has a message of its own for each key with a pattern", () => {
    const patterned: string[] = [];
    const visit = (node: unknown, key: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { pattern, ...rest } = node as { readonly pattern?: unknown };
      // A blank text and a `${…}` have messages for all keys.
      if (typeof pattern === "string" && pattern !== "\\S" && pattern !== "\\$\\{") patterned.push(key);
      for (const [name, inner] of Object.entries(rest)) {
        const isKeyword =
          ["anyOf", "items", "additionalProperties", "propertyNames"].includes(name) || /^\d+$/.test(name);
        visit(inner, isKeyword ? key : name);
      }
    };
    visit(schema, "");
    const file = { root: undefined, interpolations: new Map() };
    const messages = patterned.map((key) => explainPattern(["routes", 0, key], "?", file).message);
    expect(patterned.length).toBeGreaterThan(10);
    expect(messages.filter((message) => message.endsWith("has the wrong format"))).toEqual([]);
  });
});
