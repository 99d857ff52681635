// Is there a queue that nobody ever waits in?

import type { Rule } from "./rule.ts";

export const queueUnused: Rule = ({ concurrency, routes }, { report, known, written }) => {
  const path = ["concurrency", "queue"];
  const { queue, upstream_per_key_max_inflight: perKey } = concurrency;
  if (queue === undefined) return;
  const limited =
    perKey !== undefined || routes.some(({ upstream }) => upstream.upstream_key_max_inflight !== undefined);
  if (!limited) {
    const message = "there is no upstream limit to wait for";
    report({
      code: "rule/queue-unused",
      path,
      at: "key",
      message,
      help: "set upstream_per_key_max_inflight, or drop the queue",
    });
  } else if (queue.max_waiting === 0 && known([...path, "max_waiting"])) {
    const at = written([...path, "max_waiting"]) ? "value" : "key";
    const message = "no request may wait: max_waiting is 0";
    report({
      code: "rule/queue-unused",
      path: at === "value" ? [...path, "max_waiting"] : path,
      at,
      message,
      help: "raise max_waiting, or drop the queue",
    });
  }
};
