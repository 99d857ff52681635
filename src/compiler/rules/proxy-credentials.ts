// Can the proxy's credentials be sent in its protocol?

import type { Rule } from "./rule.ts";

/** RFC 1929, section 2: a byte counts each of the two. */
const SOCKS_BYTES = 255;

export const proxyCredentials: Rule = ({ routes }, { report }) => {
  routes.forEach(({ upstream: { proxy } }, route) => {
    if (proxy?.username === undefined || proxy.password === undefined) return;
    const base = ["routes", route, "upstream", "proxy"];
    if (proxy.protocol === "socks") {
      for (const key of ["username", "password"] as const) {
        if (new TextEncoder().encode(proxy[key]).length <= SOCKS_BYTES) continue;
        report({
          code: "rule/proxy-credentials",
          path: [...base, key],
          message: `a SOCKS "${key}" is at most 255 bytes long`,
        });
      }
    } else if (proxy.username.includes(":")) {
      const message = "a user name with a colon can't be told from its password (RFC 7617)";
      report({ code: "rule/proxy-credentials", path: [...base, "username"], message });
    }
  });
};
