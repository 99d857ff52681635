// Is an allowed origin one that a browser can send?

import type { Rule, RuleContext } from "./rule.ts";

export const corsOrigin: Rule = ({ cors }, context) => {
  if (cors.enabled && cors.allow_origins.length === 0) {
    context.report({
      code: "rule/cors-no-origin",
      path: ["cors", "enabled"],
      message: "cors is on, but no origin is allowed",
      help: "list the origins in allow_origins; `*` allows all",
    });
  }
  cors.allow_origins.forEach((origin, index) => {
    checkOrigin(origin, index, cors.allow_origins.length, context);
  });
};

function checkOrigin(origin: string, index: number, count: number, { report }: RuleContext): void {
  const path = ["cors", "allow_origins", index];
  if (origin === "*") {
    if (count === 1) return;
    report({
      code: "rule/cors-wildcard",
      path,
      message: "`*` allows every origin: the others in the list mean nothing",
      help: "drop `*`, or the others",
    });
    return;
  }
  const why = wrongOrigin(origin);
  if (why !== undefined)
    report({
      code: "rule/cors-origin",
      path,
      message: `no browser sends this origin: ${why}`,
      help: "write scheme, host and port only: https://app.example",
    });
}

function wrongOrigin(origin: string): string | undefined {
  if (origin === "null") return undefined;
  const [, scheme, rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(origin) ?? [];
  if (/[/?#]/.test(rest)) return "an origin has no path";
  if (rest.includes("*")) return "a wildcard stands alone";
  if (rest.includes("@")) return "an origin has no user name";
  return URL.canParse(`${scheme ?? "https"}://${rest}`) && !/\s/.test(rest) ? undefined : "it has no valid host";
}
