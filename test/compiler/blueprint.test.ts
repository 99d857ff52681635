// Checks the blueprint of a config, key by key.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { withRevealedSecrets } from "../../src/cli/serve/blueprint-diff.ts";
import type { Blueprint, ServerSpec } from "../../src/plan/blueprint.ts";
import { CLEAN, compileText, ENV, edited, type World } from "./compiling.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function blueprint(text: string, world?: World): Blueprint {
  const result = compileText(text, world);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result.value;
}

const steps = (text: string, world?: World) =>
  withRevealedSecrets(blueprint(text, world).routes[0]?.steps ?? []) as unknown[];
const upstream = (text: string) => withRevealedSecrets(forward(text)?.upstreams[0]);
const forward = (text: string) => blueprint(text).routes[0]?.forward;

describe("the blueprint", () => {
  test("of a plain config checks the token, refuses WebSockets, and has no other step", () => {
    expect(steps(CLEAN)).toEqual([
      {
        kind: "auth",
        spec: {
          tokens: [{ digest: sha256(ENV.TOKEN), label: `tok***89#${sha256(ENV.TOKEN).slice(0, 8)}` }],
          sources: [{ type: "authorization_bearer" }],
        },
      },
      { kind: "webSocket", spec: { enabled: false } },
    ]);
  });

  test("has its steps in order, each with its numbers", () => {
    const text = `${CLEAN}concurrency:\n  upstream_per_key_max_inflight: 4\n  downstream_max_inflight: 9\n  queue: { max_waiting: 3 }\nrate_limit: { per_minute: 60 }\n`;
    expect(steps(text).slice(2)).toEqual([
      { kind: "rateLimit", spec: { routeId: "openai", perMinute: 60 } },
      { kind: "downstreamInflight", spec: { max: 9 } },
    ]);
    expect(upstream(text)).toMatchObject({
      id: "openai",
      keyDigest: sha256(ENV.KEY),
      limit: { max: 4, maxWaiting: 3, timeoutMs: 1000 },
    });
  });

  test("has the telemetry: the sinks of the log, the metrics token as its digest, the collector", () => {
    const server = (text: string) => withRevealedSecrets(blueprint(`${CLEAN}${text}`).server) as ServerSpec;
    const { logging, metrics, tracing } = server("");
    expect({ logging, metrics, tracing }).toEqual({
      logging: { level: "info", format: "json", toStdout: true, file: undefined },
      metrics: undefined,
      tracing: undefined,
    });
    const text = `observability:
  logging: { level: debug, format: text, to_stdout: false, file: { rotation: hourly } }
  metrics: { enabled: true, path: /m, token: "\${KEY}" }
  tracing: { enabled: true, sample_ratio: 0.5, otlp: { endpoint: "http://127.0.0.1:4318", protocol: http } }
`;
    expect(server(text)).toMatchObject({
      logging: {
        level: "debug",
        format: "text",
        toStdout: false,
        file: { dir: "logs", prefix: "ai-gw-lite", rotation: "hourly", maxFiles: 7 },
      },
      metrics: { path: "/m", tokenDigest: sha256(ENV.KEY) },
      tracing: { sampleRatio: 0.5, otlp: { endpoint: "http://127.0.0.1:4318", protocol: "http", timeoutMs: 3000 } },
    });
    expect(
      server(text.replace("hourly", "hourly, enabled: false").replace("to_stdout: false, ", "")).logging.file,
    ).toBe(undefined);
  });

  test("a route's own upstream limit wins over the global one", () => {
    const text = edited(
      "      inject",
      "      upstream_key_max_inflight: 2\n      inject",
      `${CLEAN}concurrency:\n  upstream_per_key_max_inflight: 4\n`,
    );
    expect(upstream(text)).toMatchObject({ limit: { max: 2, maxWaiting: 0 } });
  });

  test.each([
    [
      "authorization wins",
      [
        ["authorization", "Bearer one"],
        ["x-api-key", "two"],
      ],
      "one",
    ],
    [
      "authorization wins, whatever the order",
      [
        ["x-api-key", "two"],
        ["Authorization", "bearer  one"],
      ],
      "one",
    ],
    [
      "the last counts",
      [
        ["x-api-key", "one"],
        ["X-Api-Key", "two"],
      ],
      "two",
    ],
    ["without a scheme", [["authorization", "one"]], "one"],
    [
      "a blank authorization is none",
      [
        ["authorization", "Bearer "],
        ["x-api-key", "two"],
      ],
      "two",
    ],
  ] as const)("upstream key: %s", (_, headers, key) => {
    const list = headers.map(([name, value]) => `        - { name: ${name}, value: "${value}" }\n`).join("");
    const text = `${edited("        - name: authorization\n          value: Bearer ${KEY}\n", list)}concurrency:\n  upstream_per_key_max_inflight: 4\n`;
    expect(upstream(text)).toMatchObject({ keyDigest: sha256(key), limit: { max: 4 } });
  });

  test.each([
    [
      "https://api.openai.com",
      { protocol: "https:", hostname: "api.openai.com", port: 443, host: "api.openai.com", basePath: "" },
    ],
    [
      "http://127.0.0.1:9000/",
      { protocol: "http:", hostname: "127.0.0.1", port: 9000, host: "127.0.0.1:9000", basePath: "" },
    ],
    ["https://h.example/a/b/", { basePath: "/a/b" }],
    ["https://h.example:443/a%2Fb", { port: 443, host: "h.example", basePath: "/a%2Fb" }],
    ["http://[::1]:8/x", { hostname: "::1", port: 8, host: "[::1]:8", basePath: "/x" }],
  ])("base_url %s", (url, target) => {
    expect(forward(edited("https://api.openai.com", url))?.upstreams[0]?.target).toMatchObject(target);
  });

  test("header rules: names lower-case where they are compared, as written where they are sent", () => {
    const text = edited(
      "      inject_headers:",
      "      user_agent: mine\n      forward_xff: true\n      remove_headers: [X-A, x-b]\n      inject_headers:",
    );
    const sources = edited(
      "routes:",
      "  token_sources:\n    - type: header\n      name: X-GW\n    - type: authorization_bearer\nroutes:",
      text,
    );
    const headers = forward(edited("name: authorization", "name: Authorization", sources))?.upstreams[0]?.headers;
    expect(headers).toMatchObject({
      tokenHeaders: ["x-gw", "authorization"],
      remove: ["x-a", "x-b"],
      forwardXff: true,
      userAgent: "mine",
    });
    expect(headers?.inject.map(({ name, value }) => [name, value.reveal()])).toEqual([
      ["Authorization", `Bearer ${ENV.KEY}`],
    ]);
  });

  test("timeouts and their defaults", () => {
    const text = edited(
      "      inject",
      "      connect_timeout_ms: 5\n      request_timeout_ms: 6\n      stream_idle_timeout_ms: 0\n      strip_prefix: false\n      inject",
    );
    expect(forward(text)).toMatchObject({
      upstreams: [{ connectTimeoutMs: 5, requestTimeoutMs: 6, streamIdleTimeoutMs: 0 }],
      stripPrefix: false,
    });
    expect(forward(CLEAN)).toMatchObject({
      upstreams: [{ connectTimeoutMs: 10_000, requestTimeoutMs: 60_000, streamIdleTimeoutMs: 300_000 }],
      stripPrefix: true,
    });
  });

  test.each([
    ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
    ["'[::1]:81'", { host: "::1", port: 81 }],
    ["localhost:82", { host: "localhost", port: 82 }],
  ])("listen %s", (listen, address) => {
    expect(blueprint(edited("127.0.0.1:8080", listen)).server.listen).toEqual(address);
  });

  test.each([
    ["tok-0123456789", "tok***89"],
    ["0123456789", "012***89"],
    ["012345678", "0***"],
    ["012345", "0***"],
    ["01234", "***"],
  ])("the label of %s", (token, label) => {
    const [auth] = steps(CLEAN, { env: { ...ENV, TOKEN: token } });
    expect(auth).toMatchObject({ spec: { tokens: [{ label: `${label}#${sha256(token).slice(0, 8)}` }] } });
  });

  test("a token given by its hash", () => {
    const [auth] = steps(edited("${TOKEN}", `sha256:${sha256("abc").toUpperCase()}`));
    expect(auth).toMatchObject({
      spec: { tokens: [{ digest: sha256("abc"), label: `***#${sha256("abc").slice(0, 8)}` }] },
    });
  });

  test("is frozen to the last leaf, and prints no secret", () => {
    const made = blueprint(CLEAN);
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(made)).toBe(true);
    expect(JSON.stringify(made)).not.toContain(ENV.KEY);
    expect(JSON.stringify(made)).not.toContain(ENV.TOKEN);
  });
});

describe("a pool", () => {
  const POOL = `${CLEAN.slice(0, CLEAN.indexOf("    upstream:"))}    upstream:
      base_url: https://shared.example
      connect_timeout_ms: 2000
      inject_headers: [{ name: authorization, value: "Bearer \${KEY}" }]
      remove_headers: [x-shared]
    upstreams:
      - id: a
        models: [gpt-*]
        connect_timeout_ms: 3000
      - id: b
        base_url: https://b.example
        weight: 5
        inject_headers: [{ name: x-api-key, value: other-key }]
        rename_models: { gpt-5: five, "*": any }
upstream_defaults:
  connect_timeout_ms: 1000
  user_agent: mine/1
  remove_headers: [x-default]
`;

  test("an upstream's own keys come before those of `upstream`, and these before `upstream_defaults`", () => {
    expect(withRevealedSecrets(forward(POOL)?.upstreams)).toMatchObject([
      {
        id: "a",
        target: { host: "shared.example" },
        connectTimeoutMs: 3000,
        headers: { userAgent: "mine/1", remove: ["x-shared"], inject: [{ name: "authorization" }] },
        keyDigest: sha256(ENV.KEY),
        weight: 1,
        models: ["gpt-*"],
        renameModels: [],
      },
      {
        id: "b",
        target: { host: "b.example" },
        connectTimeoutMs: 2000,
        headers: { userAgent: "mine/1", remove: ["x-shared"], inject: [{ name: "x-api-key", value: "other-key" }] },
        keyDigest: sha256("other-key"),
        weight: 5,
        models: undefined,
        renameModels: [
          { from: "gpt-5", to: "five" },
          { from: "*", to: "any" },
        ],
      },
    ]);
  });

  test("has its defaults, and its retries", () => {
    expect(forward(POOL)).toMatchObject({
      pool: { balance: "in_order", cooldown: { afterFailures: 3, ms: 30_000, maxMs: 300_000 } },
      retry: { maxAttempts: 2, retryOn: ["connect_error", "429", "503", "529", "401", "402", "quota"] },
      modelScanBytes: 1_048_576,
    });
    expect(forward(POOL)?.pool?.sticky).toBeUndefined();
    const text = edited("remove_headers: [x-shared]", "retry: { backoff_ms: 7 }", POOL);
    expect(forward(text)?.retry).toMatchObject({ maxAttempts: 2, backoffMs: 7, retryOn: { length: 7 } });
  });

  test.each([
    ["{ by: client }", { by: "client" }],
    ["{ by: header, name: X-Session-Id }", { by: "header", name: "x-session-id" }],
  ])("sticky %s", (sticky, spec) => {
    const text = edited("    upstreams:", `    sticky: ${sticky}\n    upstreams:`, POOL);
    expect(forward(text)?.pool?.sticky).toEqual(spec);
  });

  test("is none with one upstream, which then retries only if it is told to", () => {
    expect(forward(CLEAN)).toMatchObject({ upstreams: [{ id: "openai", weight: 1 }] });
    expect(forward(CLEAN)?.pool).toBeUndefined();
    expect(forward(CLEAN)?.retry).toBeUndefined();
    const one = POOL.replace(/ {6}- id: b\n(?: {8}.*\n)+/, "");
    expect(forward(one)?.upstreams.map(({ id }) => id)).toEqual(["a"]);
    expect(forward(one)?.pool).toBeUndefined();
    expect(forward(one)?.retry).toBeUndefined();
    expect(forward(edited("remove_headers: [x-shared]", "retry: {}", one))?.retry).toMatchObject({
      maxAttempts: 3,
      retryOn: ["connect_error", "429", "503", "529"],
    });
  });

  /** Whether an edit changes what is known of the health of upstream "b". */
  const isAnother = (from: string, to: string): boolean => {
    const [before, after] = [POOL, edited(from, to, POOL)].map((text) =>
      forward(text)?.upstreams[1]?.identity.reveal(),
    );
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    return before !== after;
  };

  test.each([
    ["its URL", "b.example", "c.example"],
    ["its key", "other-key", "third-key"],
    ["a parameter", "        weight: 5", "        inject_query: [{ name: key, value: k }]"],
    ["a proxy", "        weight: 5", "        proxy: http://127.0.0.1:3128"],
    ["a certificate's name", "        weight: 5", "        tls: { server_name: b.internal }"],
  ])("another value of %s makes it another upstream", (_, from, to) => {
    expect(isAnother(from, to)).toBe(true);
  });

  test.each([
    ["its id", "- id: b", "- id: c"],
    ["its weight", "weight: 5", "weight: 6"],
    ["its models", "        weight: 5", "        models: [x]"],
    ["a new name", "gpt-5: five", "gpt-5: six"],
    ["a time", "        weight: 5", "        request_timeout_ms: 5000"],
    ["a limit", "        weight: 5", "        upstream_key_max_inflight: 5"],
    ["the key of another upstream", "Bearer ${KEY}", "Bearer x"],
    ["the order of two keys", "name: x-api-key, value: other-key", "value: other-key, name: x-api-key"],
  ])("another value of %s does not", (_, from, to) => {
    expect(isAnother(from, to)).toBe(false);
  });

  test.each([
    ["a header with a key", "name: x-api-key, value: other-key", true],
    ["Azure's header", "name: api-key, value: other-key", true],
    ["a header without a key", "name: x-team, value: red", false],
    ["an empty key", 'name: x-api-key, value: ""', false],
  ])("%s: whether a refused key is the gateway's", (_, header, injectsKey) => {
    const text = edited("name: x-api-key, value: other-key", header, POOL);
    expect(forward(text)?.upstreams[1]).toMatchObject({ injectsKey });
  });

  test.each([
    ["key", true],
    ["api-version", false],
  ])("the parameter %s: whether a refused key is the gateway's", (name, injectsKey) => {
    const text = edited("weight: 5", `inject_query: [{ name: ${name}, value: k }]`, POOL);
    const keyless = edited("name: x-api-key, value: other-key", "name: x-team, value: red", text);
    expect(forward(keyless)?.upstreams[1]).toMatchObject({ injectsKey });
  });
});

describe("interpolation", () => {
  const value = (text: string, world: World) => {
    const [route] = blueprint(edited("Bearer ${KEY}", text), world).routes;
    return route?.forward.upstreams[0]?.headers.inject[0]?.value.reveal();
  };

  test.each([
    ["${X}", { X: "v" }, "v"],
    ["a${X}b${Y}c", { X: "1", Y: "2" }, "a1b2c"],
    ["${X:-fall}", {}, "fall"],
    ["${X:-fall}", { X: "" }, "fall"],
    ["${X:-}z", {}, "z"],
    ["${X:-a:-b}", {}, "a:-b"],
    ["$${X}", { X: "v" }, "${X}"],
    ["a $X", { X: "v" }, "a $X"],
    ["'${X}'", { X: "123" }, "123"],
    ["${X}", { X: "123" }, "123"],
    ["${X}", { X: "true" }, "true"],
    ["${X}", { X: "a: b # c \" '" }, "a: b # c \" '"],
    ["${X}", { X: "${Y}" }, "${Y}"],
    ["${file:k}", {}, "from file"],
  ])("%s", (text, env, expected) => {
    expect(value(text, { env: { ...ENV, ...env }, files: { k: "from file\n" } })).toBe(expected);
  });

  test.each([
    ["a digit before the reference", "6${X}"],
    ["a digit behind the reference", "${X}0"],
    ["two references", "${X}${X}"],
  ])("a scalar that is only partly a reference is text, also where a number is wanted: %s", (_, text) => {
    const config = `${CLEAN}rate_limit:\n  per_minute: ${text}\n`;
    const { diagnostics } = compileText(config, { env: { ...ENV, X: "6" } });
    expect(diagnostics.map(({ code, path }) => `${code} ${path}`)).toEqual(["schema/type /rate_limit/per_minute"]);
  });

  test.each([
    ["60", 60],
    ["6e1", 60],
    [" 60 ", 60],
  ])("a number where one is wanted: %j", (text, number) => {
    const made = steps(`${CLEAN}rate_limit:\n  per_minute: \${RPM}\n`, { env: { ...ENV, RPM: text } });
    expect(made.at(-1)).toMatchObject({ spec: { perMinute: number } });
  });

  test("a boolean where one is wanted", () => {
    const made = blueprint(edited("      inject", "      strip_prefix: ${STRIP}\n      inject"), {
      env: { ...ENV, STRIP: "false" },
    });
    expect(made.routes[0]?.forward.stripPrefix).toBe(false);
  });

  test("--allow-missing-env: a warning, and the rest is still looked at", () => {
    const text = `${edited("https://api.openai.com", "${URL}")}rate_limit:\n  per_minute: \${RPM}\n`;
    const { ok, diagnostics } = compileText(text, { env: {} }, { allowMissingEnv: true });
    expect(ok).toBe(true);
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
      Array(4).fill("warning env/missing"),
    );
  });
});
