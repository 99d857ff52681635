// Does the upstream URL say a version twice? `/v1` in `base_url` meets `/v1` in the prefix, or stands there twice.

import { readBaseUrl } from "../lower/base-url.ts";
import type { Rule } from "./rule.ts";

export const doubledPath: Rule = ({ routes }, { report, literal }) => {
  routes.forEach(({ prefix, upstream }, index) => {
    const read = readBaseUrl(upstream.base_url);
    if (!read.ok) return;
    const sent = read.target.basePath + (upstream.strip_prefix || prefix === "/" ? "" : prefix);
    const twice = /\/(v\d+[a-z0-9]*)\/\1(?=\/|$)/.exec(sent);
    if (twice === null) return;
    const path = ["routes", index, "upstream", "base_url"];
    report({
      code: "rule/doubled-path",
      path,
      message: `every request of this route goes to a path with ${literal(path) ? `/${twice[1]}` : "a version"} in it twice`,
      help: upstream.strip_prefix ? "drop one of the two" : "drop it from base_url, or set strip_prefix: true",
    });
  });
};
