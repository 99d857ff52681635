// Do two routes have one id? Logs, metrics and limits would take them for one.

import { shownValue } from "../schema/labels.ts";
import { eachDuplicate } from "./duplicates.ts";
import type { Rule } from "./rule.ts";

export const duplicateRouteId: Rule = ({ routes }, { report, known, file }) => {
  const at = (index: number) => ["routes", index, "id"];
  eachDuplicate(
    routes,
    ({ id }, index) => (known(at(index)) ? id : undefined),
    (index, first) =>
      report({
        code: "rule/duplicate-route-id",
        path: at(index),
        message: `the id ${shownValue(at(index), file)} is taken by another route`,
        help: "give each route an id of its own",
        related: [{ path: at(first), message: "first used here" }],
      }),
  );
};
