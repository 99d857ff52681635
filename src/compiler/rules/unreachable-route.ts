// Is there a route that no request can reach? Its prefix holds what a request path never has, or is refused for.

import { readTarget } from "../../plan/target.ts";
import type { Rule } from "./rule.ts";

export const unreachableRoute: Rule = ({ routes }, { report }) => {
  routes.forEach(({ prefix }, index) => {
    const why = reason(prefix);
    if (why === undefined) return;
    const message = `no request can reach this route: ${why.why}`;
    report({ code: "rule/unreachable-route", path: ["routes", index, "prefix"], message, help: why.help });
  });
};

function reason(prefix: string): { readonly why: string; readonly help: string } | undefined {
  if (prefix.includes("?")) return { why: "the query is no part of the path", help: "drop the `?` and what follows" };
  if (readTarget(prefix) === undefined) {
    return { why: "paths with dot segments, backslashes or `#` are refused", help: "write the path that clients send" };
  }
  if (/[^\x21-\x7e]/.test(prefix)) {
    return {
      why: "clients send spaces and non-ASCII characters percent-encoded",
      help: "write them percent-encoded, in the case that clients use",
    };
  }
  return undefined;
}
