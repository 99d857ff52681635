// Tests when `serve` says that a proxy of the environment is not used.

import { expect, test } from "vitest";
import { RecordingHost } from "../../src/cli/serve/recording-host.ts";
import { unusedProxy } from "../../src/cli/serve/unused-proxy.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";

const PROXY = "http://user:canary-password@proxy.example:3128";

function found(env: Readonly<Record<string, string>>, proxy = "", base = "https://api.example", more = "") {
  const text = `listen: 127.0.0.1:0
gateway_auth: {tokens: [a-token-of-the-test]}
routes:
  - {id: one, prefix: /one, upstream: {base_url: "${base}"${proxy}}}
${more}`;
  const host = new RecordingHost({ env: (name) => env[name], readFile: () => ({ ok: false, reason: "none" }) });
  const result = compile(sourceFromText("c.yaml", text), host);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return unusedProxy(
    result.value,
    result.withoutProxy,
    (name) => env[name],
    (name) => host.asked(name),
  );
}

test.each([
  [{ HTTPS_PROXY: PROXY }, "https://api.example", ["HTTPS_PROXY"]],
  [{ https_proxy: PROXY }, "https://api.example", ["https_proxy"]],
  [{ ALL_PROXY: PROXY, HTTP_PROXY: PROXY }, "https://api.example", ["ALL_PROXY"]],
  [{ HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY }, "http://10.0.0.1:80", ["HTTP_PROXY"]],
])("%j, base_url %s: named without their values", (env, base, variables) => {
  expect(found(env, "", base)).toEqual({ variables, routes: ["one"] });
});

test.each([
  ["the environment has none", {}, "", "https://api.example"],
  ["it is empty", { HTTPS_PROXY: " " }, "", "https://api.example"],
  ["it is for another scheme", { HTTP_PROXY: PROXY }, "", "https://api.example"],
  ["the upstream is on this machine", { HTTPS_PROXY: PROXY }, "", "https://localhost:9"],
  ["the upstream uses it", { HTTPS_PROXY: PROXY }, ", proxy: env", "https://api.example"],
  ["the upstream uses it by its name", { HTTPS_PROXY: PROXY }, `, proxy: "\${HTTPS_PROXY}"`, "https://api.example"],
  ["the upstream wants none", { HTTPS_PROXY: PROXY }, ", proxy: none", "https://api.example"],
  ["the upstream has another", { HTTPS_PROXY: PROXY }, ', proxy: "http://10.0.0.1:3128"', "https://api.example"],
])("nothing is said when %s", (_why, env, proxy, base) => {
  expect(found(env, proxy, base)).toBeUndefined();
});

test("nothing is said when one upstream uses it, as the others may be reached directly", () => {
  const other = '  - {id: two, prefix: /two, upstream: {base_url: "https://b.example", proxy: env}}\n';
  expect(found({ HTTPS_PROXY: PROXY }, "", "https://api.example", other)).toBeUndefined();
});

const pool = (a: string, b: string, shared = "{}"): string =>
  `  - {id: pool, prefix: /pool, upstream: ${shared}, upstreams: [{id: a, ${a}}, {id: b, ${b}}]}\n`;
const LOCAL = 'base_url: "http://127.0.0.1:9"';
const FAR = 'base_url: "https://b.example"';

test.each([
  ["its second upstream would use it", pool(LOCAL, FAR), ["HTTPS_PROXY"]],
  ["two upstreams would use two", pool('base_url: "http://10.0.0.1:80"', FAR), ["HTTP_PROXY", "HTTPS_PROXY"]],
  ["the one that would use it says none", pool(LOCAL, `${FAR}, proxy: none`), undefined],
  ["all say none by what they share", pool(LOCAL, FAR, "{proxy: none}"), undefined],
])("of a pool: %s", (_what, route, variables) => {
  const env = { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY };
  const expected = variables && { variables, routes: ["pool"] };
  expect(found(env, "", "http://localhost:9", route)).toEqual(expected);
});
