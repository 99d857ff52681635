// Checks that the price of each model that the config names is known: without it, what the model costs can't be counted.

import { modelMatcher } from "../../plan/model-patterns.ts";
import { isPriced } from "../../prices/price-list.ts";
import type { Path } from "../diagnostics/location.ts";
import type { CompleteClient, CompleteConfig } from "../schema/defaults.ts";
import { clientLabel, shownValue } from "../schema/labels.ts";
import { clientPath } from "./clients.ts";
import { mayMatch } from "./model-patterns.ts";
import { providerAt } from "./providers.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachUpstream, type UpstreamVisit } from "./walks.ts";

const CODE = "rule/model-without-price";
const HELP = "correct the name, or add the model to `usage.prices`";

/** How many models are looked up in one file. More are in no real config, and each costs time. */
const MAX_LOOKUPS = 5000;

/** How many pairs of a client's model and a model of an upstream are compared in one file. */
const MAX_PAIRS = 200_000;

/**
 * Providers where a name without a price says nothing. At Azure it is the name of a deployment, the responses of OpenRouter and xAI
 * report their cost, and models of Ollama cost nothing.
 */
const NEEDS_NO_PRICE: ReadonlySet<string> = new Set(["Azure OpenAI", "OpenRouter", "xAI", "Ollama"]);

/** Looks prices up, at most `MAX_LOOKUPS` times. Of further models, none is reported. */
interface Lookup {
  /** Whether it is sure that neither the config nor the price table has a price for a model at an upstream. */
  unpriced(model: string, visit: UpstreamVisit): boolean;
}

function lookup(config: CompleteConfig, { known }: RuleContext): Lookup | undefined {
  const { enabled, prices } = config.usage;
  if (!enabled || !known(["usage", "enabled"]) || !known(["usage", "prices"])) return undefined;
  if (!prices.every((_, index) => known(["usage", "prices", index, "model"]))) return undefined;
  const inConfig = modelMatcher(prices.map(({ model }) => model));
  const found = new Map<string, boolean>();
  return {
    unpriced(model, { baseUrl, pathOf }) {
      if (!baseUrl.ok || !known(pathOf("base_url"))) return false;
      const { hostname } = baseUrl.target;
      const key = `${hostname} ${model}`;
      const kept = found.get(key);
      if (kept !== undefined) return kept;
      const unpriced = found.size < MAX_LOOKUPS && !inConfig(model) && !isPriced(model, hostname);
      found.set(key, unpriced);
      return unpriced;
    },
  };
}

/** The upstreams whose requests are metered. */
function meteredUpstreams(config: CompleteConfig, { known }: RuleContext): UpstreamVisit[] {
  return eachUpstream(config).filter(
    ({ upstream, pathOf }) => upstream.usage.form !== "none" && known(pathOf("usage", "form")),
  );
}

/** A model that the config names for an upstream, as it is sent there. */
interface NamedModel {
  readonly model: string;
  readonly path: Path;
  readonly visit: UpstreamVisit;
}

function* namedModels(visit: UpstreamVisit): Generator<NamedModel> {
  const { models = [], rename_models: renames = {} } = visit.upstream;
  for (const [from, model] of Object.entries(renames))
    yield { model, path: visit.pathOf("rename_models", from), visit };
  for (const [entry, model] of models.entries()) {
    if (model.includes("*") || renamed(model, visit) !== model) continue;
    yield { model, path: visit.pathOf("models", entry), visit };
  }
}

/** The name under which an upstream gets a model. */
function renamed(model: string, { upstream: { rename_models: renames = {} } }: UpstreamVisit): string {
  return (Object.hasOwn(renames, model) ? renames[model] : renames["*"]) ?? model;
}

/** Whether a model without a price has no cost there. Of a host that is not known, its owner may know that its models cost nothing. */
function needsPrice({ baseUrl }: UpstreamVisit): boolean {
  const provider = baseUrl.ok ? providerAt(baseUrl.target) : undefined;
  return provider !== undefined && !NEEDS_NO_PRICE.has(provider.name);
}

/** Reports models whose price is not known: those that upstreams get, and those that clients list. */
const modelWithoutPrice: Rule = (config, context) => {
  const prices = lookup(config, context);
  if (prices === undefined) return;
  const metered = meteredUpstreams(config, context);
  // A name without a price is one mistake, wherever it is written.
  const told = new Set<string>();
  const tell = (model: string, path: Path): void => {
    if (told.has(model)) return;
    told.add(model);
    const message = `the price of ${shownValue(path, context.file)} is not known, so its requests have no cost in the ledger`;
    context.report({ code: CODE, path, message, help: HELP });
  };
  for (const visit of metered) {
    if (!needsPrice(visit)) continue;
    for (const { model, path } of namedModels(visit)) {
      if (context.known(path) && prices.unpriced(model, visit)) tell(model, path);
    }
  }
  const patterns = metered.reduce((sum, { upstream }) => sum + 1 + (upstream.models?.length ?? 0), 0);
  let pairs = 0;
  config.gateway_auth.clients.forEach((client, index) => {
    pairs += (client.models?.length ?? 0) * patterns;
    if (pairs > MAX_PAIRS) return;
    const budget = refusingBudget(client, index, config, context);
    for (const { model, path, asked } of modelsOfClient(client, index, metered, context)) {
      if (!asked.every((visit) => prices.unpriced(renamed(model, visit), visit))) continue;
      if (budget !== undefined) refused(path, index, budget, context);
      else if (asked.every((visit) => needsPrice(visit) && renamed(model, visit) === model)) tell(model, path);
    }
  });
};

/** The budget for which a client may use no model without a price; `undefined` where it may. */
function refusingBudget(
  { budgets = [], enabled }: CompleteClient,
  index: number,
  { usage }: CompleteConfig,
  { known }: RuleContext,
): Path | undefined {
  if (usage.unpriced === "allow" || !known(["usage", "unpriced"]) || !enabled) return undefined;
  const at = budgets.findIndex(({ usd }) => usd !== undefined);
  return at === -1 ? undefined : clientPath(index, "budgets", at, "usd");
}

function refused(path: Path, index: number, budget: Path, { report, file }: RuleContext): void {
  report({
    code: CODE,
    path,
    message: `${clientLabel(index, file)} may not use ${shownValue(path, file)}: it has a budget in USD, and the price of this model is not known`,
    help: `${HELP}, or write \`unpriced: allow\` in \`usage\``,
    related: [{ path: budget, message: "the budget in USD" }],
  });
}

/** The names that a client lists, each with the metered upstreams that its requests may go to: at least one. */
function* modelsOfClient(
  client: CompleteClient,
  index: number,
  metered: readonly UpstreamVisit[],
  { known }: RuleContext,
): Generator<{ readonly model: string; readonly path: Path; readonly asked: readonly UpstreamVisit[] }> {
  const { models = [] } = client;
  if (models.every((model) => model.includes("*"))) return;
  const usable = usableUpstreams(client, metered);
  for (const [entry, model] of models.entries()) {
    const path = clientPath(index, "models", entry);
    if (model.includes("*") || !known(path)) continue;
    const asked = usable.filter(({ upstream }) => upstream.models === undefined || mayMatch(upstream.models, model));
    if (asked.length > 0) yield { model, path, asked };
  }
}

function usableUpstreams({ routes }: CompleteClient, upstreams: readonly UpstreamVisit[]): readonly UpstreamVisit[] {
  if (routes === undefined) return upstreams;
  const ids = new Set(routes);
  return upstreams.filter(({ route }) => ids.has(route.id));
}

export const MODEL_PRICE_RULES: readonly Rule[] = [modelWithoutPrice];
