// Checks that each finding of a wrong config has the right line and column, at its start and at its end.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { describe, expect, test } from "vitest";
import { CLEAN, compileText, edited, locations } from "./compiling.ts";

/** The clean config with a pool of these upstreams, at lines 9 and 10. */
function pool(...items: string[]): string {
  const list = items.map((item) => `      - ${item}\n`).join("");
  return `${CLEAN.slice(0, CLEAN.indexOf("    upstream:"))}    upstreams:\n${list}`;
}

const CASES: readonly (readonly [name: string, text: string, ...found: string[]])[] = [
  ["a misspelt key", edited("upstream:", "upstrem:"), "schema/unknown-key 8:5-8:12"],
  ["an unknown key at the top", `${CLEAN}__proto__: 1\n`, "schema/unknown-key 13:1-13:10"],
  ["a misplaced key", edited("    upstream:", "    strip_prefix: false\n    upstream:"), "schema/unknown-key 8:5-8:17"],
  ["a missing key at the top", edited("listen: 127.0.0.1:8080\n", ""), "schema/missing-key 1:1-1:1"],
  ["a missing key in a list item", edited("    prefix: /openai\n", ""), "schema/missing-key 6:5-6:7"],
  ["a missing key in a mapping", edited("      base_url: https://api.openai.com\n", ""), "schema/missing-key 8:5-8:13"],
  ["an empty value", edited("listen: 127.0.0.1:8080", "listen:"), "schema/type 1:1-1:7"],
  ["a number for a text", edited("127.0.0.1:8080", "8080"), "schema/type 1:9-1:13"],
  ["a text for a list", edited("\n    - ${TOKEN}", " ${TOKEN}"), "schema/type 3:11-3:19"],
  ["a quoted number", `${CLEAN}rate_limit:\n  per_minute: "60"\n`, "schema/type 14:15-14:19"],
  ["a number from a variable that is none", `${CLEAN}rate_limit:\n  per_minute: \${KEY}\n`, "schema/type 14:15-14:21"],
  ["a number out of range", `${CLEAN}rate_limit:\n  per_minute: 0\n`, "schema/range 14:15-14:16"],
  ["a number too large", `${CLEAN}rate_limit:\n  per_minute: 9007199254740993\n`, "yaml/number 14:15-14:31"],
  ["a number with a leading 0", `${CLEAN}rate_limit:\n  per_minute: 010\n`, "yaml/number 14:15-14:18"],
  ["a value not in the list", `${CLEAN}errors:\n  format: openia\n`, "schema/enum 14:11-14:17"],
  ["a prefix without a slash", edited("/openai\n", "openai\n"), "schema/pattern 7:13-7:19"],
  ["a base URL without a scheme", edited("https://api", "api"), "schema/pattern 9:17-9:31"],
  ["a port too large", edited(":8080", ":80800"), "rule/listen-address 1:9-1:24"],
  ["a base URL with a query", edited("openai.com\n", "openai.com/?a=b\n"), "rule/base-url 9:17-9:44"],
  ["a missing variable", edited("${KEY}", "${NONE}"), "env/missing 12:25-12:32"],
  ["an unterminated reference", edited("${KEY}", "${KEY"), "env/malformed 12:25-12:30"],
  ["an empty name", edited("${KEY}", "${}"), "env/malformed 12:25-12:28"],
  ["a file that is not there", edited("${KEY}", "${file:key.txt}"), "env/file 12:25-12:40"],
  ["a missing variable in escapes", edited("Bearer ${KEY}", '"\\x42\\tearer ${NONE}"'), "env/missing 12:31-12:38"],
  [
    "a missing variable in a block",
    edited("Bearer ${KEY}", "|-\n            Bearer ${NONE}"),
    "env/missing 13:20-13:27",
  ],
  [
    "a missing variable in a folded text",
    edited("Bearer ${KEY}", "Bearer\n            ${NONE}"),
    "env/missing 13:13-13:20",
  ],
  ["a reference as a key", `${CLEAN}\${TOKEN}: 1\n`, "env/in-key 13:1-13:9"],
  [
    "a reference unquoted in a list",
    edited("\n    - ${TOKEN}", " [${TOKEN}]"),
    "yaml/unquoted-interpolation 3:12-3:20",
  ],
  ["a key twice", `${CLEAN}listen: 127.0.0.1:1\n`, "yaml/duplicate-key 13:1-13:7"],
  ["a tab to indent", edited("  tokens:", "\ttokens:"), "yaml/syntax 3:1-3:2"],
  ["an open quote", edited("/openai\n", '"/openai\n'), "yaml/syntax 7:13-7:21"],
  ["an open bracket", edited("\n    - ${TOKEN}", ' ["a"'), "yaml/syntax 3:11-3:12"],
  ["no space after a colon", edited("listen: ", "listen:"), "yaml/syntax 1:1-1:22"],
  ["an alias of nothing", edited("/openai\n", "*none\n"), "yaml/alias 7:13-7:18"],
  ["two documents", `${CLEAN}---\na: b\n`, "yaml/multiple-documents 13:1-13:4"],
  ["nothing", "# only a comment\n", "yaml/empty 1:1-1:1"],
  ["half a pair", `${CLEAN}inbound_tls:\n  key_path: a.key\n`, "schema/half-pair 14:3-14:11"],
  ["a template in place of a token", edited("${TOKEN}", "{{ env.TOKEN }}"), "env/other-syntax 4:7-4:22"],
  ["a variable of Windows", edited("${TOKEN}", "%TOKEN%"), "env/other-syntax 4:7-4:14"],
  ["a variable of a shell after a scheme", edited("${KEY}", "$OPENAI_API_KEY"), "env/other-syntax 12:18-12:40"],
  ["a home folder in a reference", edited("${KEY}", "${file:~/key}"), "env/other-syntax 12:25-12:38"],
  [
    "a default of the wrong type",
    `${CLEAN}upstream_defaults:\n  connect_timeout_ms: soon\n`,
    "schema/type 14:23-14:27",
  ],
  [
    "a short timeout in the defaults",
    `${CLEAN}upstream_defaults:\n  connect_timeout_ms: 10\n`,
    "rule/short-timeout 14:23-14:25",
  ],
  [
    "a wrong header in the defaults, of two routes, once",
    `${edited("      inject_headers:\n        - name: authorization\n          value: Bearer ${KEY}\n", "")}  - id: two
    prefix: /two
    upstream:
      base_url: https://api.openai.com
upstream_defaults:
  inject_headers:
    - { name: host, value: a }
    - { name: authorization, value: "\${KEY}" }
`,
    "rule/hop-by-hop-injected 16:15-16:19",
    "rule/auth-scheme 17:37-17:45",
  ],
  [
    "credentials of a proxy in the defaults",
    `${CLEAN}upstream_defaults:\n  proxy: { protocol: http, address: "p:1", username: "a:b", password: "\${KEY}" }\n`,
    "rule/proxy-credentials 14:54-14:59",
  ],
  [
    "files of TLS in the defaults",
    `${CLEAN}upstream_defaults:\n  tls: { ca_path: ca.pem }\n`,
    "rule/tls-file 14:19-14:25",
  ],
  [
    "a default in every route",
    `${edited("      inject_headers", "      forward_xff: true\n      inject_headers")}upstream_defaults:\n  forward_xff: true\n`,
    "rule/default-unused 15:3-15:14",
  ],
  [
    "a section that is not enabled",
    `${CLEAN}cors:\n  allow_origins: [https://a.example]\n`,
    "rule/not-enabled 13:1-13:5",
  ],
  [
    "a second address that is taken",
    `${CLEAN}observability:\n  metrics: { enabled: true, token: "\${KEY}", listen: "[::]:8080" }\n`,
    "rule/metrics-listen 14:54-14:65",
  ],
  [
    "an SDK's header that is not read",
    edited(
      "name: authorization\n          value: Bearer ${KEY}",
      "name: x-api-key\n          value: ${KEY}",
      edited("https://api.openai.com", "https://api.anthropic.com"),
    ),
    "rule/token-source-missing 2:1-2:13",
  ],
  ["a route without an upstream", CLEAN.slice(0, CLEAN.indexOf("    upstream:")), "schema/missing-key 6:5-6:7"],
  [
    "a misspelt list of upstreams",
    `${CLEAN.slice(0, CLEAN.indexOf("    upstream:"))}    upstreems: [{ id: a, base_url: https://a.example }]\n`,
    "schema/unknown-key 8:5-8:14",
  ],
  [
    "a misspelt URL in a pool",
    pool("{ id: a, base_url: https://a.example }", "{ id: b, base-url: https://b.example }"),
    "schema/unknown-key 10:18-10:26",
  ],
  [
    "no URL in one upstream of a pool",
    pool("{ id: a, base_url: https://a.example }", "{ id: b }"),
    "schema/missing-key 10:11-10:13",
  ],
  [
    "an upstream of a pool that is no mapping",
    pool("{ id: a, base_url: https://a.example }", "https://b.example"),
    "schema/type 10:9-10:26",
  ],
  [
    "an id twice in a pool",
    pool("{ id: a, base_url: https://a.example }", "{ id: a, base_url: https://b.example }"),
    "rule/duplicate-upstream-id 10:15-10:16",
  ],
  [
    "a wrong URL that two upstreams of a pool share, once",
    `${pool("{ id: a }", "{ id: b, weight: 2 }")}    upstream:\n      base_url: https://a.example?x=1\n    balance: round_robin\n`,
    "rule/base-url 12:17-12:38",
  ],
  [
    "a short timeout of one upstream of a pool",
    pool("{ id: a, base_url: https://a.example }", "{ id: b, base_url: https://b.example, request_timeout_ms: 30 }"),
    "rule/short-timeout 10:67-10:69",
  ],
  [
    "retries of the defaults that may be paid twice, of two routes, once",
    `${CLEAN}  - { id: two, prefix: /two, upstream: { base_url: https://two.example } }\nupstream_defaults:\n  retry: { retry_on: [reset, "500"] }\n`,
    "rule/retry-may-bill-twice 15:23-15:28",
  ],
  [
    "all of a file in one run",
    edited("upstream:", "upstrem:", edited("${TOKEN}", "${NONE}", `${CLEAN}rate_limit: 5\n`)),
    "env/missing 4:7-4:14",
    "schema/unknown-key 8:5-8:12",
    "schema/type 13:13-13:14",
  ],
];

describe("a wrong config", () => {
  test.each(CASES)("%s", (_, text, ...found) => {
    expect(locations(text)).toEqual(found);
  });

  test("a clean config has no findings", () => {
    expect(locations(CLEAN)).toEqual([]);
  });
});

/** Columns are code points of the source, whatever the bytes around them. */
describe("positions", () => {
  const MISSING = edited("${KEY}", "${NONE}");

  test.each([
    ["line breaks of two characters", MISSING.replaceAll("\n", "\r\n"), "env/missing 12:25-12:32"],
    ["a byte order mark", `\ufeff${MISSING}`, "env/missing 12:25-12:32"],
    ["a byte order mark before the finding", `\ufeff${edited("listen:", "listn:")}`, "schema/unknown-key 1:1-1:6"],
    ["text of three bytes a character", edited("Bearer ${KEY}", '"密钥 ${NONE}"'), "env/missing 12:22-12:29"],
    ["text of four bytes a character", edited("Bearer", '"🔑🔑 ${NONE}" #'), "env/missing 12:22-12:29"],
    ["tabs", edited("value: Bearer ${KEY}", "value:\t\tBearer\t${NONE}"), "env/missing 12:26-12:33"],
    [
      "a flow mapping",
      edited("name: authorization\n          value: Bearer ${KEY}", '{ name: a, valu: "b" }'),
      "schema/unknown-key 11:22-11:26",
    ],
  ])("with %s", (_, text, found) => {
    expect(locations(text)).toContain(found);
  });

  test("a finding on an aliased value points at the value, and names the alias", () => {
    const text = `${edited("https://api", "&url http://api")}  - id: two\n    prefix: /two\n    upstream:\n      base_url: *url\n      proxy: 1\n`;
    const { diagnostics } = compileText(text.replace("api.openai.com", "api.openai.com?q"));
    expect(
      diagnostics.filter(({ code }) => code === "rule/base-url").map(({ path, range }) => [path, range.start]),
    ).toEqual([["/routes/0/upstream/base_url", { line: 9, column: 22 }]]);
  });

  test("a finding at the use of an alias alone names the alias", () => {
    const text = `${edited("id: openai", "id: &name openai")}rate_limit:\n  per_minute: *name\n`;
    expect(compileText(text).diagnostics).toMatchObject([
      {
        code: "schema/type",
        path: "/rate_limit/per_minute",
        range: { start: { line: 6, column: 15 }, end: { line: 6, column: 21 } },
        related: [{ message: "used here", range: { start: { line: 14, column: 15 }, end: { line: 14, column: 20 } } }],
      },
    ]);
  });

  test("a finding on a merged value points into the mapping it came from", () => {
    const text = `${edited("    upstream:", "    upstream: &up")}  - id: two\n    prefix: /two\n    upstream:\n      <<: *up\n      base_url: 5\n`;
    const wrong = edited("api.openai.com", "api.openai.com?q", text);
    expect(locations(wrong)).toEqual(["rule/base-url 9:17-9:41", "schema/type 17:17-17:18"]);
    const shared = text.replace("      base_url: 5\n", "").replace("Bearer ${KEY}", "*nothing");
    expect(locations(shared)).toEqual(["yaml/alias 12:18-12:26"]);
  });
});
