// Checks the origins that CORS allows.

import type { Rule } from "./rule.ts";

/** Reports CORS without an allowed origin: it would allow nothing. */
const corsNoOrigin: Rule = ({ cors }, { report }) => {
  if (!cors.enabled || cors.allow_origins.length > 0) return;
  report({
    code: "rule/cors-no-origin",
    path: ["cors", "enabled"],
    message: "cors is enabled, but no origin is allowed",
    help: "list the origins in allow_origins; `*` allows all",
  });
};

/** Reports `*` beside other origins: they have no effect. */
const corsWildcard: Rule = ({ cors: { allow_origins } }, { report }) => {
  if (allow_origins.length === 1) return;
  allow_origins.forEach((origin, index) => {
    if (origin !== "*") return;
    report({
      code: "rule/cors-wildcard",
      path: ["cors", "allow_origins", index],
      message: "`*` allows every origin: the other entries have no effect",
      help: "remove `*`, or the others",
    });
  });
};

/** Reports credentials for every origin: browsers refuse the pair, and any page could act as the user. */
const corsCredentials: Rule = ({ cors }, { report, known }) => {
  const star = cors.allow_origins.indexOf("*");
  if (!cors.allow_credentials || star === -1 || !known(["cors", "allow_origins", star])) return;
  report({
    code: "rule/cors-credentials",
    path: ["cors", "allow_credentials"],
    message: "credentials can't be allowed for every origin: browsers refuse this",
    help: "list the origins in allow_origins in place of `*`, or remove allow_credentials",
    related: [{ path: ["cors", "allow_origins", star], message: "every origin is allowed here" }],
  });
};

/** Reports an origin that no browser sends: it would never match. */
const corsOrigin: Rule = ({ cors }, { report }) => {
  cors.allow_origins.forEach((origin, index) => {
    const why = wrongOrigin(origin);
    if (why === undefined) return;
    report({
      code: "rule/cors-origin",
      path: ["cors", "allow_origins", index],
      message: `no browser sends this origin: ${why}`,
      help: "write scheme, host and port only, such as https://app.example",
    });
  });
};

function wrongOrigin(origin: string): string | undefined {
  if (origin === "*" || origin === "null") return undefined;
  const [, scheme, rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(origin) ?? [];
  if (/[/?#]/.test(rest)) return "an origin has no path";
  if (rest.includes("*")) return "`*` can't be part of an origin";
  if (rest.includes("@")) return "an origin has no user name";
  return URL.canParse(`${scheme ?? "https"}://${rest}`) && !/\s/.test(rest) ? undefined : "it has no valid host";
}

export const CORS_RULES: readonly Rule[] = [corsNoOrigin, corsWildcard, corsCredentials, corsOrigin];
