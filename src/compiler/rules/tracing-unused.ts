// Do the spans go anywhere, and is any made?

import type { Rule } from "./rule.ts";

export const tracingUnused: Rule = ({ observability: { tracing } }, { report }) => {
  if (!tracing.enabled) return;
  const base = ["observability", "tracing"];
  if (tracing.otlp === undefined) {
    const message = "tracing is enabled, but its spans go nowhere";
    report({
      code: "rule/tracing-unused",
      path: [...base, "enabled"],
      message,
      help: "add `otlp` with the collector's `endpoint`",
    });
  }
  if (tracing.sample_ratio === 0) {
    const message = "tracing is enabled, but no exchange is sampled";
    report({
      code: "rule/tracing-unused",
      path: [...base, "sample_ratio"],
      message,
      help: "raise sample_ratio, or disable tracing",
    });
  }
};
