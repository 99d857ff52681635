// Does a route send its requests back to the gateway?

import { isLoopback, readAddress } from "../lower/address.ts";
import { readBaseUrl } from "../lower/base-url.ts";
import type { Rule } from "./rule.ts";

export const selfUpstream: Rule = ({ listen, routes }, { report, known }) => {
  const own = readAddress(listen);
  if (own === undefined || own.port === 0 || !known(["listen"])) return;
  const everywhere = own.host === "0.0.0.0" || own.host === "::";
  routes.forEach(({ upstream }, index) => {
    const read = readBaseUrl(upstream.base_url);
    if (!read.ok || read.target.port !== own.port) return;
    const { hostname } = read.target;
    const same = hostname === own.host || (isLoopback(hostname) && (everywhere || isLoopback(own.host)));
    if (!same) return;
    report({
      code: "rule/self-upstream",
      path: ["routes", index, "upstream", "base_url"],
      message: "this is the gateway's own address: requests would come back to it",
      help: "write the address of the upstream",
    });
  });
};
