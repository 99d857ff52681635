// How are the answers of a gateway made to look as its config says? Once per plan; nothing configured is nothing to ask.

import type { ResponseFormat, ResponseFormatSpec } from "../../plan/response-format.ts";
import { corsAdder } from "./cors-headers.ts";
import { errorFormatterOf } from "./error-format.ts";

export function createResponseFormat({ format, cors }: ResponseFormatSpec): ResponseFormat {
  return Object.freeze({ formatError: errorFormatterOf(format), addCors: cors && corsAdder(cors) });
}
