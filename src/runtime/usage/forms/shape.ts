// Finds out which form an event has, by its members alone. The host or the path of an upstream says little: many serve several forms.

import { openAiUsage } from "./openai-form.ts";
import { cohereBilled } from "./plain-forms.ts";
import { membersOf, objectIn, type Told } from "./token-count.ts";
import type { ToldEvent } from "./usage-form.ts";

/** The forms that can be recognized. */
export type Shape = "openai" | "anthropic" | "gemini" | "ollama" | "cohere" | "converse";

const ANTHROPIC_TYPES: readonly unknown[] = ["message", "message_start", "message_delta"];

/** The form of an event that may report usage, or `undefined` where it reports none. */
export function shapeOf(event: ToldEvent): Shape | undefined {
  const { data } = event;
  if (objectIn(data["usageMetadata"]) !== undefined) return "gemini";
  if (isNumber(data["eval_count"]) || isNumber(data["prompt_eval_count"])) return "ollama";
  if (cohereBilled(event) !== undefined) return "cohere";
  if (objectIn(membersOf(data["message"])["usage"]) !== undefined) return "anthropic";
  const usage = objectIn(data["usage"]);
  if (usage === undefined) return openAiUsage(event) === undefined ? undefined : "openai";
  if (isNumber(usage["inputTokens"]) || isNumber(usage["outputTokens"])) return "converse";
  return isAnthropic(event, usage) ? "anthropic" : "openai";
}

/** The responses API has `input_tokens` and `output_tokens`, too. Only it has a total. */
function isAnthropic({ name, data }: ToldEvent, usage: Told): boolean {
  if (ANTHROPIC_TYPES.includes(data["type"] ?? name)) return true;
  if ("prompt_tokens" in usage || "total_tokens" in usage) return false;
  return "cache_read_input_tokens" in usage || "cache_creation_input_tokens" in usage;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
