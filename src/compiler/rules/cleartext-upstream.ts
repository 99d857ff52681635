// Does an upstream key travel in clear text?

import { isLoopback } from "../address.ts";
import { readBaseUrl } from "../base-url.ts";
import { carriesSecret } from "./headers.ts";
import type { Rule } from "./rule.ts";

export const cleartextUpstream: Rule = ({ routes }, { report }) => {
  routes.forEach(({ upstream }, index) => {
    const read = readBaseUrl(upstream.base_url);
    if (!read.ok || read.target.protocol === "https:" || isLoopback(read.target.hostname)) return;
    if (!upstream.inject_headers.some(({ name }) => carriesSecret(name))) return;
    report({
      code: "rule/cleartext-upstream",
      path: ["routes", index, "upstream", "base_url"],
      message: "the key that is injected here travels over plain http",
      help: "use https",
    });
  });
};
