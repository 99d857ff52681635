// Does the config ask for something that this version does not do yet? It is refused, never silently taken.

import type { Path } from "../diagnostics/location.ts";
import { readable } from "../diagnostics/location.ts";
import type { CompleteConfig, CompleteRoute } from "../schema/defaults.ts";
import type { Rule } from "./rule.ts";

interface NotBuilt {
  readonly path: Path;
  readonly asked: (config: CompleteConfig) => boolean;
}

/** One row a feature, removed with the work that builds it. */
const NOT_BUILT: readonly NotBuilt[] = [];

/** The same, below each route. */
const NOT_BUILT_IN_ROUTES: readonly { readonly path: Path; readonly asked: (route: CompleteRoute) => boolean }[] = [
  { path: ["upstream", "retry"], asked: ({ upstream }) => upstream.retry !== undefined },
];

export const notBuilt: Rule = (config, { report }) => {
  const refuse = (path: Path): void => {
    const whole = SECTIONS.has(String(path.at(-1)));
    const message = whole
      ? `"${readable(path)}" is not built yet`
      : `this value of "${readable(path)}" is not built yet`;
    report({
      code: "rule/not-built",
      path,
      at: whole ? "key" : "value",
      message,
      help: whole ? "drop it for now" : "leave it at its default for now",
    });
  };
  for (const { path, asked } of NOT_BUILT) if (asked(config)) refuse(path);
  config.routes.forEach((route, index) => {
    for (const { path, asked } of NOT_BUILT_IN_ROUTES) if (asked(route)) refuse(["routes", index, ...path]);
  });
};

const SECTIONS: ReadonlySet<string> = new Set(["retry"]);
