// Checks which models the upstreams of a pool take, and under which names they get them.

import type { Path } from "../diagnostics/location.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { mayMatch } from "./model-patterns.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachUpstream, type UpstreamVisit } from "./walks.ts";

/** Reports an upstream with an empty list of models: it gets no request that names one. */
const noModels: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    if (upstream.models?.length !== 0) continue;
    report({
      code: "rule/no-models",
      path: pathOf("models"),
      message: "this upstream takes no model: its list of models is empty",
      help: "list its models, or remove the key to take all",
    });
  }
};

interface Rename {
  readonly from: string;
  readonly to: string;
  readonly path: Path;
  readonly visit: UpstreamVisit;
  /** How many names the upstream replaces. */
  readonly count: number;
}

/** How many pairs of a name and a pattern are compared on one upstream. */
const MAX_COMPARED = 10_000;

function* eachRename(config: CompleteConfig): Generator<Rename> {
  for (const visit of eachUpstream(config)) {
    const renames = Object.entries(visit.upstream.rename_models ?? {});
    for (const [from, to] of renames) {
      yield { from, to, path: visit.pathOf("rename_models", from), visit, count: renames.length };
    }
  }
}

/** Reports a new name for a model that can't have the old one: no request has it, or none goes to this upstream. */
const uselessRename: Rule = (config, { report, known }) => {
  for (const { from, to, path, visit, count } of eachRename(config)) {
    const code = "rule/rename-models";
    const { models } = visit.upstream;
    if (from.trim() === "") {
      const message = "a model's name must not be blank";
      report({
        code,
        severity: "error",
        path,
        at: "key",
        message,
        help: 'write the name that clients send, or "*" for any',
      });
    } else if (from === to) {
      const message = "this entry has no effect: both names are the same";
      report({ code, path, at: "key", message, help: "remove it" });
    } else if (from !== "*" && from.includes("*")) {
      const message = "a name that is replaced is exact: `*` is no wildcard here";
      report({ code, path, at: "key", message, help: 'list each name, or write "*" alone for any' });
    } else if (models !== undefined && from !== "*" && count * models.length <= MAX_COMPARED) {
      if (models.length === 0 || mayMatch(models, from) || !knowsModels(visit, known)) continue;
      report({
        code,
        path,
        at: "key",
        message: "no request with this model goes to this upstream: its `models` do not have it",
        help: mayMatch(models, to)
          ? "clients send the names in `models` and the name on the left here: add this one to `models`, or swap the two"
          : "`models` lists the names that clients send: add this one, or remove the entry",
        related: [{ path: visit.pathOf("models"), message: "the models that it takes" }],
      });
    }
  }
};

/** Whether no entry of an upstream's `models` is a placeholder. */
export function knowsModels({ upstream, pathOf }: UpstreamVisit, known: RuleContext["known"]): boolean {
  return known(pathOf("models")) && (upstream.models ?? []).every((_, index) => known(pathOf("models", index)));
}

export const POOL_MODEL_RULES: readonly Rule[] = [noModels, uselessRename];
