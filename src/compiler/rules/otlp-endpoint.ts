// Can spans be sent to the collector's URL?

import type { Rule } from "./rule.ts";

export const otlpEndpoint: Rule = ({ observability: { tracing } }, { report }) => {
  if (tracing.otlp === undefined || URL.canParse(tracing.otlp.endpoint)) return;
  const path = ["observability", "tracing", "otlp", "endpoint"];
  const help = "write scheme, host and port, such as http://127.0.0.1:4317";
  report({ code: "rule/otlp-endpoint", path, message: "this is no URL", help });
};
