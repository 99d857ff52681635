// How are the answers of a gateway made to look as its config says? Once per plan; nothing configured is nothing to ask.

import type { Answers, AnswersSpec } from "../../plan/answers.ts";
import { corsAdder } from "./cors-headers.ts";
import { tellerOf } from "./error-format.ts";

export function answersOf({ format, cors }: AnswersSpec): Answers {
  return Object.freeze({ tell: tellerOf(format), addCors: cors && corsAdder(cors) });
}
