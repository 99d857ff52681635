// Finds the names under which a model may stand in the price table. Only what surely means the same model is taken off a name:
// `gpt-5` never prices `gpt-5-codex`.

/** What a name of a resource starts with, in front of the model's own name. */
const RESOURCE = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/[^/]+\/)?models\//;

/** The day of a snapshot at the end, such as `-2024-08-06`, `-20250929` or `@20250929`, and the newest one at Vertex. */
const SNAPSHOT = /(?:-20\d\d-[01]\d-[0-3]\d|[-@]20\d\d[01]\d[0-3]\d|@default)$/;

/** A release of a stable model at Google, such as `-001`. */
const GOOGLE_RELEASE = /-\d{3}$/;

/** A fine-tuned model has its maker and its own name behind the model that it was made of. */
const FINE_TUNED = /^(ft:[^:]+):.*$/s;

/** The makers that gateways and marketplaces put in front of a model's name, and their provider in the table. */
const MAKERS: ReadonlyMap<string, string> = new Map([
  ["openai", "openai"],
  ["anthropic", "anthropic"],
  ["google", "gemini"],
  ["gemini", "gemini"],
  ["x-ai", "xai"],
  ["xai", "xai"],
  ["deepseek", "deepseek"],
  ["mistralai", "mistral"],
  ["mistral", "mistral"],
  ["cohere", "cohere"],
  ["moonshotai", "moonshot"],
  ["moonshot", "moonshot"],
  ["qwen", "dashscope"],
  ["z-ai", "zhipu"],
  ["zai", "zhipu"],
  ["perplexity", "perplexity"],
]);

/** The names to look for at a provider, the exact one first. */
export function namesAt(provider: string, model: string): readonly string[] {
  const google = provider === "gemini" || provider === "vertex";
  const own = google ? model.replace(RESOURCE, "").replace(/^google\//, "") : model.replace(FINE_TUNED, "$1");
  const names = [model, own, own.replace(SNAPSHOT, ""), own.replace(/-latest$/, "")];
  if (google) names.push(own.replace(GOOGLE_RELEASE, ""));
  return [...new Set(names)];
}

/** A name such as `openai/gpt-5` in its parts: the provider that made the model, and the name there. */
export function madeBy(model: string): { readonly provider: string; readonly name: string } | undefined {
  const slash = model.indexOf("/");
  const provider = slash === -1 ? undefined : MAKERS.get(model.slice(0, slash));
  if (provider === undefined) return undefined;
  const name = model.slice(slash + 1);
  // Marketplaces write `claude-opus-4.5` where Anthropic writes `claude-opus-4-5`.
  return { provider, name: provider === "anthropic" ? name.replaceAll(/(\d)\.(\d)/g, "$1-$2") : name };
}
