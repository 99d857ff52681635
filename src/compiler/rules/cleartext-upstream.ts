// Does an upstream key travel in clear text?

import { isLoopback } from "../lower/address.ts";
import { readBaseUrl } from "../lower/base-url.ts";
import { carriesSecret } from "./headers.ts";
import type { Rule } from "./rule.ts";

export const cleartextUpstream: Rule = ({ routes }, { report, known }) => {
  routes.forEach(({ upstream }, index) => {
    const read = readBaseUrl(upstream.base_url);
    if (!read.ok || read.target.protocol === "https:" || isLoopback(read.target.hostname)) return;
    const headers = ["routes", index, "upstream", "inject_headers"];
    if (!upstream.inject_headers.some(({ name }, at) => known([...headers, at, "name"]) && carriesSecret(name))) return;
    report({
      code: "rule/cleartext-upstream",
      path: ["routes", index, "upstream", "base_url"],
      message: "the key that is injected here travels over plain http",
      help: "use https",
    });
  });
};
