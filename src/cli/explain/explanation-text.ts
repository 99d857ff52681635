// How do people read a dry run? Which route and why, each step, what would be sent, and what would bound it.

import type { Blueprint, RouteBlueprint } from "../../plan/blueprint.ts";
import type { Explanation } from "./explanation.ts";

/** The text form of an explanation. */
export function explanationText(told: Explanation, blueprint: Blueprint): string {
  const lines = ["routes", ...blueprint.routes.map((route) => `  ${routeLine(route, told)}`), "steps"];
  for (const { step, verdict, detail } of told.steps) {
    lines.push(`  ${verdict === "pass" ? "pass  " : "refuse"} ${step}${detail === undefined ? "" : `: ${detail}`}`);
  }
  if (told.reply !== undefined) lines.push("reply", `  ${told.reply.status} ${told.reply.body}`);
  if (told.upstream !== undefined) {
    const { method, url, headers } = told.upstream;
    lines.push("upstream", `  ${method} ${url}`);
    for (const [name, value] of Object.entries(headers)) {
      for (const one of [value].flat()) lines.push(`  ${name}: ${one}`);
    }
  }
  lines.push(...table("timeouts", told.timeouts), ...table("limits", told.limits));
  return `${lines.join("\n")}\n`;
}

/** Why a route was taken, or was not. Matching was the trie's; this only words it. */
function routeLine({ id, prefix }: RouteBlueprint, { route, steps }: Explanation): string {
  if (id === route) return `${id} (${prefix}): taken, the longest prefix that matches`;
  const taken = steps.find(({ step }) => step === "route")?.detail ?? "";
  const covers = prefix === "/" || taken.startsWith(`${prefix}/`);
  return `${id} (${prefix}): ${route !== null && covers ? "matches too, but is shorter" : "does not match"}`;
}

function table(title: string, values: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(values).map(([name, value]) => `  ${name}: ${value}`);
  return rows.length === 0 ? [] : [title, ...rows];
}
