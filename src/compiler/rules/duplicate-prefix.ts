// Do two routes have one prefix? Only one of them could ever be chosen.

import { shownValue } from "../schema/labels.ts";
import { eachDuplicate } from "./duplicates.ts";
import type { Rule } from "./rule.ts";

export const duplicatePrefix: Rule = ({ routes }, { report, known, file }) => {
  const at = (index: number) => ["routes", index, "prefix"];
  eachDuplicate(
    routes,
    ({ prefix }, index) => (known(at(index)) ? prefix : undefined),
    (index, first) =>
      report({
        code: "rule/duplicate-prefix",
        path: at(index),
        message: `the prefix ${shownValue(at(index), file)} is taken by another route`,
        help: "give each route a prefix of its own; of two that match, the longer wins",
        related: [{ path: at(first), message: "first used here" }],
      }),
  );
};
