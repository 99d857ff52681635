// Gives the reader of responses what it needs to know of an API's form.

import type { UsageForm } from "../../plan/usage.ts";
import { createAccumulator, KEPT, needlesOf } from "../usage/forms/index.ts";
import type { ToldBy } from "../usage/read/body-reader.ts";
import { keptTree } from "../usage/read/kept-tree.ts";

/** Made once for a route. */
export function toldBy(form: UsageForm): ToldBy {
  return {
    kept: keptTree(KEPT, needlesOf(form)),
    createAccumulator: (isStream) => createAccumulator(form, isStream),
  };
}
