// Is `user-agent` set in two ways?

import type { Rule } from "./rule.ts";

export const userAgentConflict: Rule = ({ routes }, { report }) => {
  routes.forEach(({ upstream }, route) => {
    if (upstream.user_agent === undefined) return;
    const base = ["routes", route, "upstream"];
    const injected = upstream.inject_headers.findIndex(({ name }) => name.toLowerCase() === "user-agent");
    if (injected === -1) return;
    report({
      code: "rule/user-agent-conflict",
      path: [...base, "inject_headers", injected, "name"],
      message: "user-agent is injected here, and set by user_agent too, which counts",
      help: "drop one of the two",
      related: [{ path: [...base, "user_agent"], message: "set here" }],
    });
  });
};
