// Does a route lie where the gateway answers by itself? Its own endpoints come first.

import type { Rule } from "./rule.ts";

export const reservedPrefix: Rule = ({ routes, observability: { metrics } }, { report, known }) => {
  const scraped = metrics.enabled && known(["observability", "metrics", "path"]) ? metrics.path : undefined;
  routes.forEach(({ prefix }, index) => {
    const path = ["routes", index, "prefix"];
    const own = OWN.find((taken) => lies(prefix, taken));
    const code = "rule/reserved-prefix";
    if (own !== undefined) {
      const message = `the gateway answers ${own} by itself: this route would not get its requests`;
      report({ code, path, message, help: "choose another prefix" });
    } else if (scraped !== undefined && lies(prefix, scraped)) {
      const message = "the metrics are served here: this route would not get all its requests";
      report({ code, path, message, help: "choose another prefix, or another metrics path" });
    }
  });
};

const OWN: readonly string[] = ["/healthz", "/readyz"];

function lies(prefix: string, taken: string): boolean {
  return prefix === taken || prefix.startsWith(`${taken}/`);
}
