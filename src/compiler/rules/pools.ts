// Checks pools: the ids of upstreams, how one is chosen, how long it cools, and two upstreams that are the same.

import { HOP_BY_HOP } from "../../plan/header-names.ts";
import type { Path } from "../diagnostics/location.ts";
import { tokenHeaders } from "../lower/forward.ts";
import { quote, routeLabel, shownValue } from "../schema/labels.ts";
import { SET_BY_GATEWAY } from "./header-names.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachDuplicate, eachPool, eachRoute, type UpstreamVisit } from "./walks.ts";

/** Reports two upstreams of one route with one id: logs and metrics could not distinguish them. */
const duplicateUpstreamId: Rule = (config, { report, known, file }) => {
  for (const upstreams of eachPool(config)) {
    const at = (member: number): Path => [...(upstreams[member]?.path ?? []), "id"];
    const duplicates = eachDuplicate(upstreams, ({ route, member }) =>
      known(at(member)) ? route.members[member]?.id : undefined,
    );
    for (const { index, first } of duplicates) {
      report({
        code: "rule/duplicate-upstream-id",
        path: at(index),
        message: `the id ${shownValue(at(index), file)} is taken by another upstream of this route`,
        help: "give each upstream of a route an id of its own",
        related: [{ path: at(first), message: "first used here" }],
      });
    }
  }
};

/** Reports a sticky header without a name, a name without a header, and a header that can't tell sessions apart. */
const stickyHeader: Rule = (config, context) => {
  const { known, report } = context;
  const sources = known(["gateway_auth", "token_sources"]) ? new Set(tokenHeaders(config)) : new Set<string>();
  config.routes.forEach(({ sticky }, index) => {
    const path = ["routes", index, "sticky"];
    const name = [...path, "name"];
    if (sticky === undefined || !known([...path, "by"])) return;
    const code = "rule/sticky-header";
    if (sticky.by === "client") {
      if (sticky.name === undefined) return;
      const help = "remove it, or write `by: header`";
      report({ code, path: name, at: "key", message: '`by: client` takes no "name"', help });
    } else if (sticky.name === undefined) {
      const help = "for example `name: x-session-id`";
      report({ code, path: name, at: "missing", message: '`by: header` needs "name"', help });
    } else {
      const header = sticky.name.toLowerCase();
      const help = "write the name of a header in which clients send the id of their session, such as x-session-id";
      if (HOP_BY_HOP.has(header) || SET_BY_GATEWAY.has(header)) {
        report({ code, path: name, message: "this header belongs to the connection, not to a session", help });
      } else if (sources.has(header)) {
        const message = "this header holds the token, so it names the client, not a session";
        report({ code, severity: "warning", path: name, message, help: "write `by: client` in place of it" });
      }
    }
  });
};

/** Reports a first cooldown that is longer than the longest. */
const cooldownOrder: Rule = ({ routes }, { report, known, written }) => {
  routes.forEach(({ cooldown }, index) => {
    if (cooldown.ms <= cooldown.max_ms) return;
    const at = (key: "ms" | "max_ms"): Path => ["routes", index, "cooldown", key];
    if (!known(at("ms")) || !known(at("max_ms"))) return;
    const code = "rule/cooldown-order";
    const [ms, max] = [written(at("ms")), written(at("max_ms"))];
    if (ms && max) {
      const message = '"ms" is longer than "max_ms"';
      report({ code, path: at("ms"), message, help: "make max_ms the longer one" });
    } else if (ms) {
      const message = `"ms" is longer than "max_ms", which is ${cooldown.max_ms} by default`;
      report({ code, path: at("ms"), message, help: "write max_ms as well, at least as long as ms" });
    } else {
      const message = `"max_ms" is shorter than "ms", which is ${cooldown.ms} by default`;
      report({ code, path: at("max_ms"), message, help: "write ms as well, at most as long as max_ms" });
    }
  });
};

const POOL_KEYS = ["balance", "sticky", "cooldown"];

/** Reports settings of a pool on a route with one upstream. */
const poolUnused: Rule = (config, { report, keys, written, file }) => {
  for (const upstreams of eachRoute(config)) {
    const [only] = upstreams;
    if (only === undefined || upstreams.length > 1 || only.upstream.base_url === undefined) continue;
    const { index, path } = only;
    const paths = keys(["routes", index])
      .filter((key) => POOL_KEYS.includes(key))
      .map((key): Path => ["routes", index, key]);
    if (only.upstream.weight !== undefined && written([...path, "weight"])) paths.push([...path, "weight"]);
    for (const at of paths) {
      const name = quote(String(at.at(-1)));
      const message = `${name} has no effect: ${routeLabel(index, file)} has only one upstream to choose from`;
      report({ code: "rule/pool-unused", path: at, at: "key", message, help: "add upstreams, or remove it" });
    }
  }
};

/** Reports weights where the order decides alone. */
const weightUnused: Rule = (config, { report, known }) => {
  for (const upstreams of eachPool(config)) {
    const weighted = upstreams.find(({ upstream }) => upstream.weight !== undefined);
    if (weighted === undefined) continue;
    const { route, index, path } = weighted;
    if (route.balance !== "in_order" || route.sticky !== undefined || !known(["routes", index, "balance"])) continue;
    report({
      code: "rule/pool-unused",
      path: [...path, "weight"],
      at: "key",
      message: '"weight" has no effect: with `balance: in_order` the first upstream that is well gets every request',
      help: "add `balance: round_robin` to the route, or remove the weights",
    });
  }
};

/** Reports two upstreams of a pool with the same URL and the same keys: when one of them fails, so does the other. */
const equalUpstreams: Rule = (config, context) => {
  for (const upstreams of eachPool(config)) {
    const equal = eachDuplicate(upstreams, (visit) => (isKnown(visit, context) ? whereTo(visit) : undefined));
    for (const { index, first } of equal) {
      const [path, other] = [upstreams[index]?.path ?? [], upstreams[first]?.path ?? []];
      context.report({
        code: "rule/equal-upstreams",
        path: [...path, "id"],
        message: `this upstream has the same URL and the same keys as ${shownValue([...other, "id"], context.file)}: if one fails, so does the other`,
        help: "give it another key or another URL, or remove it",
        related: [{ path: [...other, "id"], message: "the same upstream" }],
      });
    }
  }
};

/** What makes one upstream differ from another. The same account with another model has rate limits of its own. */
function whereTo({ upstream }: UpstreamVisit): string {
  const { base_url, inject_headers, inject_query, proxy, tls, models, rename_models } = upstream;
  return JSON.stringify([base_url, inject_headers, inject_query, proxy, tls, models, rename_models]);
}

/** Whether all of that is known. A key that is a fallback, such as `not-set`, stands for one that will differ. */
function isKnown({ upstream, baseUrl, pathOf }: UpstreamVisit, { known, references }: RuleContext): boolean {
  if (!baseUrl.ok) return false;
  const keys = ["base_url", "inject_headers", "inject_query", "proxy", "tls", "models", "rename_models"] as const;
  if (!keys.every((key) => known(pathOf(key)))) return false;
  return (["inject_headers", "inject_query"] as const).every((key) =>
    upstream[key].every((_, index) => {
      const value = pathOf(key, index, "value");
      return known(value) && known(pathOf(key, index, "name")) && !references(value).some(({ fallback }) => fallback);
    }),
  );
}

export const POOL_RULES: readonly Rule[] = [
  duplicateUpstreamId,
  stickyHeader,
  cooldownOrder,
  poolUnused,
  weightUnused,
  equalUpstreams,
];
