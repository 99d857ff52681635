// How do the gateway's answers look besides what they say?

import type { ResponseFormatSpec } from "../../plan/response-format.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { corsSpec } from "./cors.ts";

export function lowerResponseFormat(config: CompleteConfig): ResponseFormatSpec {
  return { format: config.errors.format, cors: corsSpec(config) };
}
