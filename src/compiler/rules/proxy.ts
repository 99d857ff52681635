// Checks the outbound proxy of each upstream.

import { readAddress } from "../lower/address.ts";
import { proxyFromEnv } from "../lower/proxy-env.ts";
import { readProxyUrl } from "../lower/proxy-url.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

/** Reports a proxy address that can't be connected to. */
const proxyAddress: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    if (typeof upstream.proxy !== "object") continue;
    const address = readAddress(upstream.proxy.address);
    if (address !== undefined && address.port > 0) continue;
    const message = "the port must be from 1 to 65535";
    report({ code: "rule/proxy-address", path: pathOf("proxy", "address"), message });
  }
};

/** Reports a proxy URL that can't be used, in the config or in the environment. */
const proxyUrl: Rule = (config, { report, host }) => {
  for (const { upstream, pathOf, baseUrl: base } of eachUpstream(config)) {
    const { proxy } = upstream;
    if (typeof proxy !== "string" || proxy === "none") continue;
    if (proxy !== "env") {
      const read = readProxyUrl(proxy);
      if (read.ok) continue;
      report({ code: "rule/proxy-address", path: pathOf("proxy"), message: `"proxy" ${read.why}`, help: read.help });
      continue;
    }
    const found = base.ok ? proxyFromEnv(base.target, (name) => host.env(name)) : undefined;
    const read = found && readProxyUrl(found.url);
    if (found === undefined || read === undefined || read.ok) continue;
    const message = `the environment variable ${found.variable} ${read.why}`;
    report({ code: "rule/proxy-address", path: pathOf("proxy"), message, help: read.help });
  }
};

/** Reports an http proxy URL without a port: curl's default is 1080, but http proxies listen on other ports. */
const proxyPort: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const { proxy } = upstream;
    if (typeof proxy !== "string" || !/^http:\/\//i.test(proxy) || !readProxyUrl(proxy).ok || !known(pathOf("proxy")))
      continue;
    if (/:\d+\/?$/.test(proxy)) continue;
    report({
      code: "rule/proxy-address",
      severity: "warning",
      path: pathOf("proxy"),
      message: "this proxy URL has no port: the gateway uses 1080, as curl does",
      help: "write the port of the proxy, most often 3128 or 8080",
    });
  }
};

/** RFC 1929, section 2: one byte holds the length of the user name, and one the length of the password. */
const SOCKS_BYTES = 255;

/** Reports SOCKS credentials that are too long for the protocol. */
const socksCredentials: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const { proxy } = upstream;
    if (typeof proxy !== "object" || proxy.protocol !== "socks") continue;
    if (proxy.username === undefined || proxy.password === undefined) continue;
    for (const key of ["username", "password"] as const) {
      if (new TextEncoder().encode(proxy[key]).length <= SOCKS_BYTES) continue;
      const message = `a SOCKS "${key}" must be at most 255 bytes long`;
      report({ code: "rule/proxy-credentials", path: pathOf("proxy", key), message });
    }
  }
};

/** Reports a user name with a colon for an HTTP proxy: a colon ends the user name (RFC 7617, section 2). */
const basicCredentials: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const { proxy } = upstream;
    if (typeof proxy !== "object" || proxy.protocol === "socks" || proxy.password === undefined) continue;
    if (proxy.username?.includes(":") !== true) continue;
    const message = "a user name can't have a colon: the proxy would read the rest as the password (RFC 7617)";
    report({ code: "rule/proxy-credentials", path: pathOf("proxy", "username"), message });
  }
};

export const PROXY_RULES: readonly Rule[] = [proxyAddress, proxyUrl, proxyPort, socksCredentials, basicCredentials];
