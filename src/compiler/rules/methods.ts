// Checks the case of HTTP methods: they are case-sensitive (RFC 9110, section 9.1).

import type { Path } from "../diagnostics/location.ts";
import type { Rule } from "./rule.ts";

/** Reports a method that is not in capitals: no browser asks for it, and no server takes it. */
const methodCase: Rule = ({ cors, tests }, { report, literal }) => {
  const check = (method: string, path: Path, why: string): void => {
    if (!/[a-z]/.test(method)) return;
    const help = literal(path) ? `write ${method.toUpperCase()}` : "write it in capitals";
    report({ code: "rule/method-case", path, message: `methods are case-sensitive: ${why}`, help });
  };
  cors.allow_methods.forEach((method, index) => {
    check(method, ["cors", "allow_methods", index], "browsers ask for them in capitals");
  });
  tests.forEach(({ request }, index) => {
    check(request.method, ["tests", index, "request", "method"], "a real request with this method is refused");
  });
};

export const METHOD_RULES: readonly Rule[] = [methodCase];
