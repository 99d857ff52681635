// Does a token source say what its type needs, and name a header that a client can use?

import { HOP_BY_HOP } from "../../plan/header-names.ts";
import { RESTATED } from "./headers.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const tokenSource: Rule = ({ gateway_auth }, context) => {
  gateway_auth.token_sources.forEach((source, index) => {
    checkSource(source, index, context);
  });
};

function checkSource(source: { type: string; name?: string }, index: number, { report, known }: RuleContext): void {
  const path = ["gateway_auth", "token_sources", index];
  const name = [...path, "name"];
  if (!known([...path, "type"])) return;
  if (source.type === "header" && source.name === undefined && known(name)) {
    const help = "for example `name: x-gw-token`";
    report({
      code: "rule/token-source",
      path: name,
      at: "missing",
      message: 'a source of type header needs "name"',
      help,
    });
  }
  if (source.type === "authorization_bearer" && source.name !== undefined) {
    const help = "drop it, or write `type: header`";
    report({
      code: "rule/token-source",
      path: name,
      at: "key",
      message: 'a source of type authorization_bearer takes no "name"',
      help,
    });
  }
  const header = source.name?.toLowerCase();
  if (source.type !== "header" || header === undefined || !(HOP_BY_HOP.has(header) || RESTATED.has(header))) return;
  const message = "this header belongs to the connection: clients can't put a token into it";
  report({ code: "rule/token-source", path: name, message, help: "choose another, such as x-gw-token" });
}
