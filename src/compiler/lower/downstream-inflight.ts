// How many requests may be in flight in the whole gateway?

import type { Lowerer } from "./lowerer.ts";

export const lowerDownstreamInflight: Lowerer<"downstreamInflight"> = ({
  concurrency: { downstream_max_inflight: max },
}) => {
  const spec = max === undefined ? undefined : { max };
  return () => spec;
};
