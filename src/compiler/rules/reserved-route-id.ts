// Does a route take the name under which unmatched requests are counted?

import type { Rule } from "./rule.ts";

const UNMATCHED = "__unmatched__";

export const reservedRouteId: Rule = ({ routes }, { report }) => {
  routes.forEach(({ id }, index) => {
    if (id !== UNMATCHED) return;
    const message = `the id "${UNMATCHED}" stands for requests that no route takes`;
    report({ code: "rule/reserved-route-id", path: ["routes", index, "id"], message, help: "choose another id" });
  });
};
