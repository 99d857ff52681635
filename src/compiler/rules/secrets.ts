// Checks that secrets come from the environment or from files, and do not travel in clear text.

import { isLoopback } from "../lower/address.ts";
import { carriesSecret } from "../lower/upstream-key.ts";
import { eachSecret } from "./each-secret.ts";

import { misreadSecret } from "./other-syntax.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

const WHAT = { token: "this token", key: "this key", password: "this password" } as const;

/** Reports a secret that is written in the file in clear text. */
const plaintextSecret: Rule = (config, context) => {
  for (const secret of eachSecret(config, context)) {
    const { path, kind, variable } = secret;
    if (kind === "header" || kind === "username" || !context.literal(path)) continue;
    // A placeholder or a reference is no secret: another rule reports it.
    if (misreadSecret(secret) !== undefined) continue;
    const message = `${WHAT[kind]} is written in the file in clear text`;
    const help = `put it into the environment and write \${${variable}}, or into a file and write \${file:PATH}`;
    context.report({ code: "rule/plaintext-secret", path, message, help });
  }
};

/** Reports a key that is sent to the upstream over plain http. */
const cleartextUpstream: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf, baseUrl: read } of eachUpstream(config)) {
    if (!read.ok || read.target.protocol === "https:" || isLoopback(read.target.hostname)) continue;
    const at = (index: number) => pathOf("inject_headers", index, "name");
    const inHeader = upstream.inject_headers.some(({ name }, index) => known(at(index)) && carriesSecret(name));
    if (!inHeader && !upstream.inject_query.some(({ name }) => carriesSecret(name))) continue;
    report({
      code: "rule/cleartext-upstream",
      path: pathOf("base_url"),
      message: "the key that is injected here is sent over plain http",
      help: "use https",
    });
  }
};

export const SECRET_RULES: readonly Rule[] = [plaintextSecret, cleartextUpstream];
