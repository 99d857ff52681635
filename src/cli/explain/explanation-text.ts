// Writes an explanation as text: the route and why, each step, the upstream request, the choice of the upstream, timeouts and limits.

import type { Blueprint, RouteBlueprint } from "../../plan/blueprint.ts";
import { hostPort } from "../../plan/host-port.ts";
import { choiceLines } from "./choice-text.ts";
import type { Explanation, ShownHeaders } from "./explanation.ts";

/** The text form of an explanation. */
export function explanationText(explanation: Explanation, blueprint: Blueprint): string {
  const lines = ["routes", ...blueprint.routes.map((route) => `  ${routeLine(route, explanation)}`), "steps"];
  for (const { step, verdict, detail } of explanation.steps) {
    lines.push(`  ${verdict === "pass" ? "pass  " : "refuse"} ${step}${detail === undefined ? "" : `: ${detail}`}`);
  }
  if (explanation.reply !== undefined) {
    const { status, headers, body } = explanation.reply;
    lines.push("reply", `  ${status} ${body}`, ...headerLines(headers));
  }
  if (explanation.upstream !== undefined) {
    const { id, method, url, headers } = explanation.upstream;
    // A single upstream has the name of its route, which stands above.
    lines.push(
      id === explanation.route ? "upstream" : `upstream ${id}`,
      `  ${method} ${url}`,
      ...proxyLines(explanation, blueprint),
      ...headerLines(headers),
    );
  }
  lines.push(...choiceLines(explanation));
  lines.push(...table("timeouts", explanation.timeouts), ...table("limits", explanation.limits));
  return `${lines.join("\n")}\n`;
}

/** Says why a route was taken or not. The trie has already decided that; this only writes it down. */
function routeLine({ id, prefix }: RouteBlueprint, { route, steps }: Explanation): string {
  if (steps[0]?.step === "message") return `${id} (${prefix}): not compared, the request is refused before that`;
  if (id === route) return `${id} (${prefix}): taken, the longest prefix that matches`;
  const taken = steps.find(({ step }) => step === "route")?.detail ?? "";
  const covers = prefix === "/" || taken.startsWith(`${prefix}/`);
  return `${id} (${prefix}): ${route !== null && covers ? "matches too, but is shorter" : "does not match"}`;
}

/** Names the outbound proxy, without its credentials: with `proxy: env` the config does not show whether there is one. */
function proxyLines({ route: id, upstream }: Explanation, { routes }: Blueprint): string[] {
  const upstreams = routes.find((route) => route.id === id)?.forward.upstreams;
  const proxy = upstreams?.find((one) => one.id === upstream?.id)?.proxy;
  if (proxy === undefined) return [];
  return [`  through the proxy ${proxy.protocol}//${hostPort({ host: proxy.hostname, port: proxy.port })}`];
}

function headerLines(headers: ShownHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `  ${name}: ${one}`));
}

function table(title: string, values: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(values).map(([name, value]) => `  ${name}: ${value}`);
  return rows.length === 0 ? [] : [title, ...rows];
}
