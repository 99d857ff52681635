// Is `base_url` a URL that a path can be appended to?

import { readBaseUrl } from "../lower/base-url.ts";
import type { Rule } from "./rule.ts";

export const baseUrl: Rule = ({ routes }, { report }) => {
  routes.forEach(({ upstream }, index) => {
    const read = readBaseUrl(upstream.base_url);
    if (read.ok) return;
    const path = ["routes", index, "upstream", "base_url"];
    report({ code: "rule/base-url", path, message: `"base_url" ${read.why}`, help: read.help });
  });
};
