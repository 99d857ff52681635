// How do the gateway's answers look besides what they say?

import type { AnswersSpec } from "../../plan/answers.ts";
import type { CompleteConfig } from "../defaults.ts";
import { corsSpec } from "./cors.ts";

export function lowerAnswers(config: CompleteConfig): AnswersSpec {
  return { format: config.errors.format, cors: corsSpec(config) };
}
