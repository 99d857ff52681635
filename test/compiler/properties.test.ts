// Checks for arbitrary bytes that `compile` neither throws nor hangs, that ranges lie in the source, and that no secret
// is printed.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { githubReport } from "../../src/cli/report/github.ts";
import { jsonReport } from "../../src/cli/report/json.ts";
import { sarifReport } from "../../src/cli/report/sarif.ts";
import { textReport } from "../../src/cli/report/text.ts";
import { compile, type Diagnostic, type Source, sourceFromBytes, sourceFromText } from "../../src/compiler/index.ts";
import { CLEAN, hostOf, type World } from "./compiling.ts";
import { FIXTURES, run } from "./fixtures.ts";

/** Secrets that occur nowhere else, so that finding one proves a leak. */
const SECRETS = {
  env: { TOKEN: "qzTOKENqz0123456789", KEY: "qzKEYqz0123456789", OTHER: "qzOTHERqz0123", CLIENT: "qzALICEqz0123" },
  files: { "key.txt": "qzFILEqz0123456789\n" },
} satisfies World;
const LITERALS = [
  "qzLITERALqz0123",
  "qzMETRICSqz0123",
  "qzPASSqz0123",
  "qzUSERqz0123",
  "qzFALLBACKqz0123",
  "qzHEADERqz0123",
  "qzITEMqz0123",
  "qzCLIENTqz0123",
  "qzREDISqz0123",
];

/** A config with every key that holds a secret: some secrets are written out, the others come from references. */
const FULL = `listen: \${OTHER:-127.0.0.1:8080}
gateway_auth:
  tokens:
    - qzLITERALqz0123
    - "\${TOKEN}"
    - \${NONE:-qzFALLBACKqz0123}
  token_sources:
    - type: authorization_bearer
    - { type: header, name: x-gw-token }
  clients:
    - id: alice
      tokens: [qzCLIENTqz0123, "\${CLIENT}"]
      expires_at: 2020-01-01T00:00:00Z
      routes: [openai, two]
      models: [gpt-*]
      rate_limit: { per_minute: 10 }
      max_inflight: 5
routes:
  - id: openai
    prefix: /openai
    upstream: &up
      base_url: https://api.openai.com
      connect_timeout_ms: 1000
      inject_headers:
        - name: authorization
          value: Bearer \${KEY}
        - name: x-api-key
          value: >-
            \${file:key.txt}
        - { name: x-team-key, value: 'qzHEADERqz0123' }
      remove_headers: [x-a]
      proxy: { protocol: http, address: "p:1", username: qzUSERqz0123, password: qzPASSqz0123 }
  - id: two
    prefix: /two
    upstream:
      <<: *up
      strip_prefix: false
      retry: { max_attempts: 2, retry_on: [connect_error, "429", timeout] }
    upstreams:
      - id: a
        weight: 2
        models: [gpt-*]
        inject_headers: [{ name: api-key, value: qzITEMqz0123 }]
      - { id: b, base_url: "https://b.example", rename_models: { gpt-5: five, "*": any } }
    sticky: { by: header, name: x-session-id }
    balance: least_inflight
    cooldown: { ms: 1000 }
concurrency: { upstream_per_key_max_inflight: 4, queue: { max_waiting: 1 } }
observability:
  metrics: { enabled: false, token: qzMETRICSqz0123 }
  logging: { level: info }
shutdown: { grace_ms: 0 }
state: { redis: { url: "redis://gateway:qzREDISqz0123@redis.example.com:6379", on_failure: closed } } # was redis://:qzREDISqz0123/@h
workers: 2
`;

const WORDS = [
  "\n",
  "  ",
  "- ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  '"',
  "'",
  "|\n",
  ">\n",
  "&a ",
  "*a",
  "<<: ",
  "!t ",
  "#",
  "${",
  "}",
  "$${",
  "${KEY}",
  "${NONE}",
  "${file:key.txt}",
  "\t",
  "\r\n",
  "\ufeff",
  "密钥",
  "🔑",
  "\\",
  "---\n",
  "? ",
  "~",
  "010",
  "1e3",
  ".inf",
  "__proto__",
  "tokens",
  "value",
  "upstreams",
  "retry_on",
  "listen",
  "routes",
  "null",
  "true",
  "\u0000",
  "\u2028",
  "\u202e",
  "%",
  "@",
  ",",
  "0",
  "9".repeat(20),
];

/** A config with some stretches cut out, doubled or replaced. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(FULL.length),
      cut: fc.nat(12),
      put: fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 4 }), fc.constant("")),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((edits) =>
    edits.reduce((text, { at, cut, put }) => {
      const from = Math.min(at, text.length);
      return text.slice(0, from) + put + text.slice(from + cut);
    }, FULL),
  );

const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(""));

function look(source: Source): readonly Diagnostic[] {
  return compile(source, hostOf(SECRETS)).diagnostics;
}

function expectInside(source: Source, { code, range, related }: Diagnostic): void {
  const lines = source.text.replace(/^\ufeff/, "").split("\n");
  for (const { start, end } of [range, ...(related ?? []).map((one) => one.range)]) {
    for (const { line, column } of [start, end]) {
      expect(line >= 1 && line <= lines.length && column >= 1, `${code} ${line}:${column}`).toBe(true);
      expect(column - 1, `${code} ${line}:${column}`).toBeLessThanOrEqual([...(lines[line - 1] ?? "")].length);
    }
    const backwards = end.line < start.line || (end.line === start.line && end.column < start.column);
    expect(backwards, code).toBe(false);
  }
}

function everyReport(diagnostics: readonly Diagnostic[]): string {
  const reports = [{ file: "config.yaml", diagnostics }];
  return textReport(reports, { color: true }) + jsonReport(reports) + sarifReport(reports, "0") + githubReport(reports);
}

describe("compile, on any text", () => {
  test.each([
    ["mutated configs", mutated, 400],
    ["words of the language", soup, 400],
    ["random text", fc.string({ unit: "binary", maxLength: 200 }), 200],
  ] as const)("%s: no throw, and every range inside the source", (_, texts, numRuns) => {
    fc.assert(
      fc.property(texts, (text) => {
        const source = sourceFromText("config.yaml", text);
        for (const one of look(source)) expectInside(source, one);
      }),
      { numRuns },
    );
  });

  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const source = sourceFromBytes("config.yaml", bytes);
        for (const one of look(source)) expectInside(source, one);
      }),
    );
  });

  test("an error, or a value: never both, never neither", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const result = compile(sourceFromText("config.yaml", text), hostOf(SECRETS));
        expect(result.ok).toBe(!result.diagnostics.some(({ severity }) => severity === "error"));
      }),
      { numRuns: 100 },
    );
  });
});

describe("no secret is printed", () => {
  const all = [...Object.values(SECRETS.env), "qzFILEqz", ...LITERALS];

  /** What of a secret may be seen when an edit has cut it to pieces: less than 8 characters of it. */
  function leaks(printed: string, text: string): string[] {
    return all.filter((secret) => printed.includes(secret) && !exposedAsName(text, secret));
  }

  /** Edits can turn a secret into the name of a variable or a header, or the value of `listen`: those are shown by design. */
  function exposedAsName(text: string, secret: string): boolean {
    return new RegExp(`\\$\\{\\w*${secret}|listen\\s*:\\s*\\S?${secret}|\\bname:[^,}\n]*${secret}`, "m").test(text);
  }

  test("of the full config, whatever is wrong with it", () => {
    const diagnostics = look(sourceFromText("config.yaml", FULL));
    expect(diagnostics.length).toBeGreaterThanOrEqual(5);
    expect(leaks(everyReport(diagnostics), FULL)).toEqual([]);
  });

  test("of mutated configs", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        expect(leaks(everyReport(look(sourceFromText("config.yaml", text))), text)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test("of a blueprint", () => {
    const result = compile(sourceFromText("config.yaml", CLEAN), hostOf(SECRETS));
    expect(leaks(JSON.stringify(result), CLEAN)).toEqual([]);
  });
});

/** The clean config with these upstreams. */
function pooled(upstreams: string): string {
  return `${CLEAN.slice(0, CLEAN.indexOf("    upstream:"))}    upstreams: ${upstreams}\n`;
}

/** Names that are replaced, one of them by itself. */
function renames(count: number): string {
  return Array.from({ length: count }, (_, n) => `m${n}: m${n === 0 ? 0 : "x"}`).join(",");
}

/** Work is counted, not timed: each of these once took the parser, or us, seconds to minutes. */
describe("hostile files are refused, or looked through in bounded work", () => {
  const MIB = 1024 * 1024;
  test.each([
    ["1 MiB of [", "[".repeat(MIB), "yaml/too-deep"],
    ["1 MiB of {", "{".repeat(MIB), "yaml/too-deep"],
    ["1 MiB of - ", "- ".repeat(MIB / 2), "yaml/too-deep"],
    ["1 MiB of ? ", "? ".repeat(MIB / 2), "yaml/too-deep"],
    [
      "indentation without end",
      Array.from({ length: 1400 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
      "yaml/too-deep",
    ],
    ["4 MiB of line breaks", "\n".repeat(4 * MIB - 1), "yaml/too-many-nodes"],
    ["4 MiB of documents", "---\n".repeat(MIB - 1), "yaml/too-many-nodes"],
    ["4 MiB of keys", "k: 1\n".repeat((4 * MIB) / 5 - 1), "yaml/too-many-nodes"],
    ["1 MiB of ]", "]".repeat(MIB), "yaml/too-many-nodes"],
    ["1 MiB of aliases", "*a ".repeat(MIB / 3), "yaml/too-many-nodes"],
    ["more than 4 MiB", "#".repeat(4 * MIB + 1), "file/too-large"],
    ["4 MiB of one word", "a".repeat(4 * MIB), "schema/type"],
    ["20,000 keys", Array.from({ length: 20_000 }, (_, n) => `k${n}: ${n}`).join("\n"), "schema/unknown-key"],
    ["20,000 keys alike", "listen: 1\n".repeat(20_000), "yaml/duplicate-key"],
    ["4 MiB of ${", `listen: "${"${".repeat(80_000)}"`, "env/malformed"],
    [
      "100,000 stream types alike",
      CLEAN.replace("      inject", `      stream_types: [${"a/b,".repeat(100_000)}]\n      inject`),
      "rule/stream-types",
    ],
    [
      "10,000 tests on 1,000 routes",
      `${CLEAN}${Array.from({ length: 1000 }, (_, n) => `  - {id: r${n}, prefix: /r${n}, upstream: {base_url: "http://h/v1/v1"}}\n`).join("")}tests:\n${"  - {name: t, request: {method: GET, path: /x/y/z}, expect: {status: 401}}\n".repeat(10_000)}`,
      "rule/doubled-path",
    ],
    [
      "a pool of 10,000 upstreams that share wrong settings",
      `${pooled(`[${"{id: a},".repeat(10_000)}]`)}    upstream: { base_url: "http://h", connect_timeout_ms: 5, request_timeout_ms: 5, remove_headers: [host, te], tls: { server_name: a } }\n`,
      "rule/duplicate-upstream-id",
    ],
    [
      "a pool of 100 upstreams with 500 models each",
      pooled(`[${`{id: a, base_url: 'https://api.openai.com', models: [${"gpt,".repeat(500)}]},`.repeat(100)}]`),
      "rule/equal-upstreams",
    ],
    [
      "30,000 models that are renamed, beside 30,000 that are taken",
      pooled(
        `[{id: a, base_url: 'http://h', models: [${"x*y*z*,".repeat(30_000)}], rename_models: {${renames(30_000)}}}]`,
      ),
      "rule/rename-models",
    ],
    [
      "a merge of merges",
      `a: &a {${Array.from({ length: 1000 }, (_, n) => `k${n}: 1`).join(",")}}\nb: [${"{<<: *a},".repeat(10_000)}]`,
      "yaml/alias-limit",
    ],
  ])("%s", (_, text, code) => {
    const diagnostics = look(sourceFromText("config.yaml", text));
    expect(diagnostics.map((one) => one.code)).toContain(code);
    expect(diagnostics.length).toBeLessThanOrEqual(200);
  });

  test("deep nesting twice in one process", () => {
    for (let round = 0; round < 2; round++) {
      expect(look(sourceFromText("config.yaml", `a: ${"[".repeat(5000)}`)).map(({ code }) => code)).toEqual([
        "yaml/too-deep",
      ]);
    }
  });

  test("a key of every object's prototype stays a key", () => {
    const text = `${CLEAN}__proto__: { listen: x }\nconstructor: 1\ntoString: 2\n`;
    expect(look(sourceFromText("config.yaml", text)).map(({ code, path }) => `${code} ${path}`)).toEqual([
      "schema/unknown-key /__proto__",
      "schema/unknown-key /constructor",
      "schema/unknown-key /toString",
    ]);
    expect(({} as Record<string, unknown>)["listen"]).toBeUndefined();
  });
});

describe("a large config", () => {
  test("of 1,000 routes compiles clean", () => {
    const routes = Array.from(
      { length: 1000 },
      (_, n) => `  - id: r${n}\n    prefix: /r${n}\n    upstream: { base_url: "https://h${n}.example" }\n`,
    );
    const text = `listen: 127.0.0.1:1\ngateway_auth: { tokens: ["\${TOKEN}"] }\nroutes:\n${routes.join("")}`;
    const result = compile(sourceFromText("config.yaml", text), hostOf());
    expect(result.ok && result.value.routes.length).toBe(1000);
    expect(result.diagnostics).toEqual([]);
  });
});

test("no fixture shows the value of a variable or of a file", async () => {
  for (const fixture of FIXTURES) {
    const file = join(fixture.folder, "env.json");
    if (!existsSync(file)) continue;
    const { env = {}, files = {} } = JSON.parse(readFileSync(file, "utf8")) as World;
    const values = [...Object.values(env), ...Object.values(files)].map((value) => value.trim()).filter(mayBeSecret);
    for (const format of ["text", "json", "sarif", "github"] as const) {
      const printed = await run(fixture, "config.yaml", format);
      // The text of the config itself may be shown, and a value may be in it.
      const config = readFileSync(join(fixture.folder, "config.yaml"), "utf8");
      const shown = values.filter((value) => printed.includes(value) && !config.includes(value));
      expect(shown, `${fixture.code} ${fixture.name}`).toEqual([]);
    }
  }
});

/** A short value or a word, such as a number or `warning`, is in other texts by chance. */
function mayBeSecret(value: string): boolean {
  return value.length >= 5 && !/^[a-z]+$/.test(value);
}

test("the fixtures' findings lie inside their sources", () => {
  expect(FIXTURES.length).toBeGreaterThan(0);
});
