// Lists the members of events and bodies that report usage, and the texts without which an event can't report any.

import type { UsageForm } from "../../../plan/usage.ts";
import type { KeptMembers } from "./usage-form.ts";

/** All that the forms look at. Everything else of a response is passed over. */
export const KEPT: KeptMembers = {
  type: true,
  model: true,
  modelVersion: true,
  service_tier: true,
  usage: true,
  response: { model: true, service_tier: true, usage: true },
  x_groq: { usage: true },
  message: { model: true, usage: true },
  delta: { stop_reason: true, usage: true },
  usageMetadata: true,
  prompt_eval_count: true,
  eval_count: true,
  meta: { billed_units: true },
};

const USAGE = '"usage';
const EVAL_COUNT = 'eval_count"';

const NEEDLES: Readonly<Record<UsageForm, readonly string[]>> = {
  auto: [USAGE, EVAL_COUNT, '"billed_units"'],
  openai: [USAGE],
  anthropic: [USAGE],
  gemini: [USAGE],
  ollama: [EVAL_COUNT],
};

/**
 * The texts of which an event must contain one to report usage. Events without them may be passed over as soon as the model is known:
 * what they could say of the model is known then. Member names are ASCII, so a search over bytes finds them.
 */
export function needlesOf(form: UsageForm): readonly string[] {
  return NEEDLES[form];
}
