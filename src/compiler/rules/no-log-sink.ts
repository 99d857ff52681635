// Does the log go anywhere?

import type { Rule } from "./rule.ts";

export const noLogSink: Rule = ({ observability: { logging } }, { report, known }) => {
  if (logging.to_stdout || logging.file?.enabled === true) return;
  if (!known(["observability", "logging", "file"]) || !known(["observability", "logging", "file", "enabled"])) return;
  report({
    code: "rule/no-log-sink",
    path: ["observability", "logging", "to_stdout"],
    message: "the log goes nowhere: to_stdout is false and there is no file",
    help: "set to_stdout: true, or add `file`",
  });
};
