// Checks the forms of `proxy`: a mapping, a URL, `env` and `none`, and how `env` reads the environment.

import { describe, expect, test } from "vitest";
import { readBaseUrl } from "../../src/compiler/lower/base-url.ts";
import { proxyFromEnv } from "../../src/compiler/lower/proxy-env.ts";
import { readProxyUrl } from "../../src/compiler/lower/proxy-url.ts";
import type { UpstreamTarget } from "../../src/plan/forward.ts";
import { CLEAN, compileText, edited } from "./compiling.ts";

const BASE = "base_url: https://api.openai.com";

/** The clean config with a value for `proxy`. */
const withProxy = (proxy: string): string => edited(BASE, `${BASE}\n      proxy: ${proxy}`);

function proxyOf(text: string, env: Readonly<Record<string, string>> = {}) {
  const result = compileText(text, { env: { TOKEN: "token-0123456789", KEY: "key-0123456789", ...env } });
  if (!result.ok) throw new Error(result.diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  return result.value.routes[0]?.forward.upstreams[0]?.proxy;
}

describe("a proxy URL", () => {
  test.each([
    ["http://proxy.example:3128", "http:", "proxy.example", 3128],
    ["HTTPS://proxy.example:3129", "https:", "proxy.example", 3129],
    ["https://proxy.example", "https:", "proxy.example", 443],
    ["http://proxy.example", "http:", "proxy.example", 1080],
    ["http://proxy.example:80", "http:", "proxy.example", 80],
    ["socks://127.0.0.1:1080/", "socks:", "127.0.0.1", 1080],
    ["socks5h://[::1]", "socks:", "::1", 1080],
  ])("%s is read", (text, protocol, hostname, port) => {
    expect(readProxyUrl(text)).toEqual({ ok: true, proxy: { protocol, hostname, port, credentials: undefined } });
  });

  test("has its user name and password percent-decoded", () => {
    const read = readProxyUrl("socks://us%40er:p%3Ass@proxy.example:1080");
    const credentials = read.ok ? read.proxy.credentials : undefined;
    expect([credentials?.username.reveal(), credentials?.password.reveal()]).toEqual(["us@er", "p:ss"]);
  });

  test.each([
    ["ftp://proxy.example:21", "must be an http, https or socks URL"],
    ["proxy.example:3128", "must be an http, https or socks URL"],
    ["http://proxy.example:3128/path", "must have no path"],
    ["http://proxy.example:3128?x", "must have no path"],
    ["http://proxy.example:0", "must not have port 0"],
    ["http://proxy.example:99999", "is not a valid URL"],
    ["http://pro xy.example", "is not a valid URL"],
    ["http://user@proxy.example", "must have a user name and a password"],
    ["http://user:%zz@proxy.example", "must have a user name and a password"],
  ])("%s is refused", (text, why) => {
    const read = readProxyUrl(text);
    expect(read.ok ? "accepted" : read.why).toContain(why);
  });
});

describe("proxy in a config", () => {
  test("is no proxy with none, and without the key", () => {
    expect(proxyOf(withProxy("none"))).toBeUndefined();
    expect(proxyOf(CLEAN)).toBeUndefined();
  });

  test("is taken from the environment with env", () => {
    const env = { HTTPS_PROXY: "http://proxy.example:3128" };
    expect(proxyOf(withProxy("env"), env)).toMatchObject({ hostname: "proxy.example", port: 3128 });
    expect(proxyOf(CLEAN, env)).toBeUndefined();
    expect(proxyOf(withProxy("env"), { ...env, NO_PROXY: "openai.com" })).toBeUndefined();
  });

  test("comes from upstream_defaults, unless the route says none", () => {
    const defaults = `${CLEAN}upstream_defaults:\n  proxy: socks://proxy.example:1080\n`;
    expect(proxyOf(defaults)).toMatchObject({ protocol: "socks:", port: 1080 });
    expect(proxyOf(defaults.replace(BASE, `${BASE}\n      proxy: none`))).toBeUndefined();
  });

  test("names the variable of a wrong value, and never shows the value", () => {
    const env = { TOKEN: "token-0123456789", KEY: "key-0123456789", https_proxy: "http://user:hunter2@" };
    const { diagnostics } = compileText(withProxy("env"), { env });
    expect(diagnostics).toMatchObject([{ code: "rule/proxy-address", path: "/routes/0/upstream/proxy" }]);
    expect(JSON.stringify(diagnostics)).toContain("https_proxy");
    expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
  });

  test("hides a URL in excerpts, because it may hold a password", () => {
    const { diagnostics } = compileText(withProxy("http://user:hunter2@proxy.example/path"));
    expect(diagnostics.some(({ code }) => code === "rule/proxy-address")).toBe(true);
    expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
  });
});

describe("the environment", () => {
  const target = (url: string): UpstreamTarget => {
    const read = readBaseUrl(url);
    if (!read.ok) throw new Error(read.why);
    return read.target;
  };
  const found = (url: string, env: Readonly<Record<string, string>>) => proxyFromEnv(target(url), (name) => env[name]);

  test.each([
    ["https://a.example", { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
    ["http://a.example", { HTTPS_PROXY: "http://p:1" }, undefined],
    ["http://a.example", { HTTP_PROXY: "http://p:1" }, "http://p:1"],
    ["https://a.example", { HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:1" }, "http://lower:1"],
    ["https://a.example", { https_proxy: "", HTTPS_PROXY: "http://upper:1" }, "http://upper:1"],
    ["https://a.example", { ALL_PROXY: "socks5h://p:1" }, "socks5h://p:1"],
    ["https://a.example", { HTTPS_PROXY: "p:3128" }, "http://p:3128"],
    ["https://a.example", {}, undefined],
  ])("for %s with %j gives %s", (url, env, wanted) => {
    expect(found(url, env)?.url).toBe(wanted);
  });

  test.each([
    ["https://a.example", "a.example", true],
    ["https://a.example", ".example", true],
    ["https://a.example", "example", true],
    ["https://a.example", "b.example, a.example", true],
    ["https://a.example", "xample", false],
    ["https://a.example", "*", true],
    ["https://a.example", "a.example:443", true],
    ["https://a.example", "a.example:8443", false],
    ["https://A.Example", "a.EXAMPLE", true],
    ["http://127.0.0.1:11434", "localhost,127.0.0.1", true],
    ["http://[::1]:11434", "::1", true],
    ["http://[::1]:11434", "[::1]:11434", true],
    ["http://10.0.0.1", "0.0.1", false],
    ["http://10.0.0.1", "10.0.0.0/8", true],
    ["http://11.0.0.1", "10.0.0.0/8", false],
    ["http://[fd00::1]", "fd00::/8", true],
    ["http://10.0.0.1", "10.0.0.0/99", false],
    ["https://a.example", "10.0.0.0/8", false],
  ])("leaves %s to NO_PROXY=%s: %s", (url, list, exempt) => {
    const env = { HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1", NO_PROXY: list };
    expect(found(url, env) === undefined).toBe(exempt);
  });
});
