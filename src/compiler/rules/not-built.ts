// Refuses keys of features that this version does not have yet, so that they are never silently ignored.

import { readable } from "../diagnostics/location.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

/** Reports `retry`, the only feature that is not built. The change that builds it removes this rule. */
const retryNotBuilt: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    if (upstream.retry === undefined) continue;
    const at = pathOf("retry");
    const message = `"${readable(at)}" is not built yet`;
    report({ code: "rule/not-built", path: at, at: "key", message, help: "remove it for now" });
  }
};

export const NOT_BUILT_RULES: readonly Rule[] = [retryNotBuilt];
