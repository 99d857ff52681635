// Says how the responses of an API report usage: which members are kept, and what reads them.

import type { UsageForm } from "../../plan/usage.ts";
import { createAccumulator, KEPT, needlesOf } from "../usage/forms/index.ts";
import type { ResponseForm } from "../usage/read/body-reader.ts";
import { keptTree } from "../usage/read/kept-tree.ts";

/** Made once for a route. */
export function responseForm(form: UsageForm): ResponseForm {
  return {
    kept: keptTree(KEPT, needlesOf(form)),
    createAccumulator: (isStream) => createAccumulator(form, isStream),
  };
}
