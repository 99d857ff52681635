// Writes prices/table.json, the price table that ships, from the price file of LiteLLM.
//
//   node scripts/gen-prices.mjs FILE|URL --release VERSION --date YYYY-MM-DD [--out FILE]
//
// FILE is `model_prices_and_context_window_backup.json` of that release, DATE the day on which it was taken. The same file gives
// the same table, byte for byte. Only prices by token are kept, and only of providers that people put behind this gateway.

import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { replaceFile } from "./replace-file.mjs";

const PER = 1e6;

/** Where the models of each provider stand in the source: the values of `litellm_provider`, and what their names start with there. */
const PROVIDERS = {
  openai: { of: ["openai", "text-completion-openai"], start: ["openai/"] },
  azure: { of: ["azure", "azure_text", "azure_ai"], start: ["azure/", "azure_ai/"] },
  anthropic: { of: ["anthropic"], start: ["anthropic/"] },
  gemini: { of: ["gemini"], start: ["gemini/"] },
  vertex: { of: [/^vertex_ai/], start: ["vertex_ai/"] },
  xai: { of: ["xai"], start: ["xai/"] },
  deepseek: { of: ["deepseek"], start: ["deepseek/"] },
  mistral: { of: ["mistral"], start: ["mistral/"] },
  cohere: { of: ["cohere", "cohere_chat"], start: ["cohere/"] },
  moonshot: { of: ["moonshot"], start: ["moonshot/"] },
  dashscope: { of: ["dashscope"], start: ["dashscope/"] },
  zhipu: { of: ["zai"], start: ["zai/"] },
  perplexity: { of: ["perplexity"], start: ["perplexity/"] },
  groq: { of: ["groq"], start: ["groq/"] },
  cerebras: { of: ["cerebras"], start: ["cerebras/"] },
  together: { of: ["together_ai"], start: ["together_ai/"] },
  fireworks: { of: ["fireworks_ai", "fireworks_ai-embedding-models"], start: ["fireworks_ai/"] },
  bedrock: { of: ["bedrock_mantle", "bedrock_converse"], start: ["bedrock_mantle/", "bedrock/"] },
};

/** Names that are no models: sizes of models, and places and qualities that the APIs don't put into names. */
const NO_MODEL =
  /^(together-ai-|fireworks-ai-)|^(us|eu|apac|global|global-standard|standard|low|medium|high|hd|fast)\/|-x-|^us-gov[-/]|^[a-z]{2}-[a-z]+-\d\//;

const MODES = new Set([
  "chat",
  "responses",
  "completion",
  "embedding",
  "image_generation",
  "image_edit",
  "audio_transcription",
  "audio_speech",
  "realtime",
]);
/** What models put out that is not text. */
const OUTPUTS = { image_generation: "image", image_edit: "image", audio_speech: "audio" };
const NO_OUTPUT_MODES = new Set(["embedding"]);

/** The columns, and the members of the source that they come from. The first that is there counts. */
const COLUMNS = {
  input: ["input_cost_per_token"],
  output: ["output_cost_per_token"],
  cachedInput: ["cache_read_input_token_cost"],
  cacheWrite: ["cache_creation_input_token_cost"],
  cacheWrite1h: ["cache_creation_input_token_cost_above_1hr", "cache_creation_input_token_cost_above_12hr"],
  audioInput: ["input_cost_per_audio_token"],
  audioOutput: ["output_cost_per_audio_token"],
  reasoning: ["output_cost_per_reasoning_token"],
};
const SERVICES = { batch: "_batches", flex: "_flex", priority: "_priority" };

/** USD per million tokens. The source's floats carry errors in their last digits. */
function perMillion(value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0
    ? Number((value * PER).toPrecision(9))
    : undefined;
}

/** The prices of one kind of request, by column. */
function pricesOf(model, suffix, context = "") {
  const row = {};
  for (const [column, names] of Object.entries(COLUMNS)) {
    const found = names
      .map((name) => perMillion(model[`${name}${context}${suffix}`]))
      .find((price) => price !== undefined);
    if (found !== undefined) row[column] = found;
  }
  // What a model for images or speech puts out is that, so its output is priced as such. A tier without such a price has the usual
  // one, unless the model prices all output alike.
  const kind = OUTPUTS[model.mode];
  const price = `output_cost_per_${kind}_token`;
  const usual = perMillion(model[price]);
  const alike = usual === perMillion(model.output_cost_per_token);
  const made = perMillion(model[`${price}${context}${suffix}`]) ?? (alike ? undefined : usual);
  if (made !== undefined) {
    if (kind === "image" && row.output !== undefined) row.reasoning ??= row.output;
    row.output = made;
  }
  return row;
}

/** What a price is where it is missing. */
const DEFAULTS = {
  cachedInput: (row) => row.input,
  cacheWrite: (row) => row.input,
  cacheWrite1h: (row) => row.cacheWrite ?? row.input,
  audioInput: (row) => row.input,
  audioOutput: (row) => row.output,
  reasoning: (row) => row.output,
};

/**
 * Leaves out a price that is the same as what holds where it is missing. A price that the usual row has is kept in every row, since
 * a missing one is worked out from the usual row. A cache write at 0 means in the source that writing adds nothing to the input.
 */
function tidy(row, usual) {
  if (row.input > 0 && row.cacheWrite === 0) delete row.cacheWrite;
  for (const [column, missing] of Object.entries(DEFAULTS)) {
    if ((row === usual || usual[column] === undefined) && row[column] === missing(row)) delete row[column];
  }
  return row;
}

/** A row as an array without empty cells at its end. */
function cells(row) {
  const out = Object.keys(COLUMNS).map((column) => row[column] ?? null);
  while (out.at(-1) === null) out.pop();
  return out;
}

/**
 * The prices of a model: rows by kind of request. The key of the usual one is empty; `batch`, `flex`, `priority`, `fast` are
 * service tiers, `off-peak` is a time of day; `>200000` is a request with more input than that; `flex>200000` is both.
 */
function rowsOf(model) {
  const tiers = Array.isArray(model.tiered_pricing) ? model.tiered_pricing : [];
  const usual = pricesOf({ ...tiers[0], ...model }, "");
  if (NO_OUTPUT_MODES.has(model.mode)) usual.output ??= 0;
  usual.input ??= usual.audioInput;
  usual.output ??= usual.audioOutput;
  if (usual.input === undefined || usual.output === undefined || usual.input + usual.output === 0) return undefined;
  const rows = { "": usual };
  for (const tier of tiers.slice(1)) rows[`>${tier.range[0]}`] = pricesOf({ mode: model.mode, ...tier }, "");
  const contexts = new Set(
    Object.keys(model).flatMap((name) => /^input_cost_per_token_above_(\d+)k_tokens/.exec(name)?.[1] ?? []),
  );
  for (const k of contexts) rows[`>${k}000`] = pricesOf(model, "", `_above_${k}k_tokens`);
  for (const [service, suffix] of Object.entries(SERVICES)) {
    rows[service] = pricesOf(model, suffix);
    for (const k of contexts) rows[`${service}>${k}000`] = pricesOf(model, suffix, `_above_${k}k_tokens`);
  }
  if (model.off_peak_pricing !== undefined) rows["off-peak"] = pricesOf(model.off_peak_pricing, "");
  const fast = model.provider_specific_entry?.fast;
  if (typeof fast === "number") {
    rows.fast = Object.fromEntries(
      Object.entries(usual).map(([column, price]) => [column, perMillion((price * fast) / PER)]),
    );
  }
  return packed(rows);
}

/**
 * When off-peak prices hold, by days: `[days, [[from, to], …]]`, with Monday as day 1 and minutes of the day in UTC.
 * `undefined` where the model has none.
 */
function offPeak(model) {
  const minutes = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const span = (text) => {
    const [from, to] = text.split("-").map(minutes);
    return [from, to === 0 ? 24 * 60 : to];
  };
  return model.off_peak_pricing?.windows.map(({ weekdays, hours_utc }) => [weekdays, [hours_utc].flat().map(span)]);
}

/** The rows that tell input and output, as arrays. */
function packed(rows) {
  const usual = tidy(rows[""], rows[""]);
  const kept = Object.entries(rows).filter(([, row]) => row.input !== undefined && row.output !== undefined);
  return Object.fromEntries(
    kept.map(([key, row]) => {
      // Only a model that is known to charge for writes does so in other tiers.
      if (usual.cacheWrite === undefined) delete row.cacheWrite;
      return [key, cells(tidy(row, usual))];
    }),
  );
}

function providerOf(name, model) {
  const isOf = (one) => (one instanceof RegExp ? one.test(model.litellm_provider) : one === model.litellm_provider);
  const found = Object.entries(PROVIDERS).find(([, { of }]) => of.some(isOf));
  if (found === undefined) return undefined;
  const [provider, { start }] = found;
  const cut = start.find((one) => name.startsWith(one)) ?? "";
  return { provider, name: name.slice(cut.length), own: cut === start[0] || cut === "" };
}

/** All models with their prices, by provider. A name that a provider has twice in the source keeps its first entry under the own prefix. */
function collect(source) {
  const found = {};
  for (const [key, entry] of Object.entries(source)) {
    const model = entry.alias_of === undefined ? entry : source[entry.alias_of];
    if (model === undefined || !MODES.has(model.mode)) continue;
    const place = providerOf(key, model);
    if (place === undefined || NO_MODEL.test(place.name)) continue;
    const rows = rowsOf(model);
    if (rows === undefined) continue;
    const price = [rows, offPeak(model)].filter((part) => part !== undefined);
    found[place.provider] ??= new Map();
    if (!found[place.provider].has(place.name) || place.own) found[place.provider].set(place.name, price);
  }
  return found;
}

/** One line for each price, with the names of all models that have it, so that a change shows in a diff. */
function tableText(found, { release, date }) {
  const head = {
    source: "LiteLLM, model_prices_and_context_window_backup.json",
    licence: "MIT, see LICENSE.txt beside this file",
    release,
    date,
    unit: "USD per million tokens",
    columns: Object.keys(COLUMNS),
  };
  const providers = Object.keys(PROVIDERS).map((provider) => {
    const byPrice = new Map();
    for (const [name, price] of [...(found[provider] ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const text = JSON.stringify(price).slice(1, -1);
      byPrice.set(text, [...(byPrice.get(text) ?? []), name]);
    }
    const lines = [...byPrice].map(([price, names]) => `[${JSON.stringify(names)},${price}]`);
    return `${JSON.stringify(provider)}:[\n${lines.join(",\n")}]`;
  });
  return `${JSON.stringify(head).slice(0, -1)},"providers":{\n${providers.join(",\n")}}}\n`;
}

async function read(place) {
  if (!/^https:\/\//.test(place)) return readFileSync(place, "utf8");
  const response = await fetch(place);
  if (!response.ok) throw new Error(`${place} answered ${response.status}`);
  return response.text();
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { release: { type: "string" }, date: { type: "string" }, out: { type: "string" } },
});
if (positionals.length !== 1 || values.release === undefined || !/^\d{4}-\d\d-\d\d$/.test(values.date ?? "")) {
  console.error("usage: node scripts/gen-prices.mjs FILE|URL --release VERSION --date YYYY-MM-DD [--out FILE]");
  process.exit(2);
}
const out = values.out ?? fileURLToPath(new URL("../prices/table.json", import.meta.url));
const found = collect(JSON.parse(await read(positionals[0])));
const text = tableText(found, { release: values.release, date: values.date });
replaceFile(dirname(out), out, Buffer.from(text));
const models = Object.values(found).reduce((sum, names) => sum + names.size, 0);
console.log(`${out}: ${models} models, ${text.length} bytes`);
