// Forwards requests for the metrics endpoints to the primary, which knows the figures of all workers.

import type { MetricsSpec } from "../../plan/observability.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { BuiltInEndpoint, BuiltInEndpoints, BuiltInRequest } from "../endpoints/built-in.ts";
import { dryMetricsEndpoints } from "../endpoints/metrics.ts";
import { headerValues } from "../headers/find-header.ts";
import { within } from "../within.ts";

/** The primary waits for slow workers for a second. What takes longer than this will not come, ms. */
const ANSWER_MS = 30_000;

/** The headers that the endpoints read. No other one leaves the worker. */
const READ_HEADERS = ["authorization", "if-none-match"] as const;

const NO_ANSWER: Reply = replyFor("internal_error", {
  message: "The main process of the gateway, which has the figures of all workers, did not answer. Search the log.",
});

/**
 * @param hasUsage usage is written down
 * @param ask has the primary answer
 */
export function forwardedEndpoints(
  spec: MetricsSpec,
  hasUsage: boolean,
  ask: (request: BuiltInRequest) => Promise<Reply>,
  answerMs = ANSWER_MS,
): BuiltInEndpoints {
  const paths = dryMetricsEndpoints(spec, hasUsage);
  const forward: BuiltInEndpoint = async ({ path, query, rawHeaders }) => {
    let answer: Reply | undefined;
    const answered = ask({ path, query, rawHeaders: readHeaders(rawHeaders) }).then((reply) => {
      answer = reply;
    });
    await within(answerMs, answered);
    return answer ?? NO_ANSWER;
  };
  return { get: (path) => (paths.get(path) === undefined ? undefined : forward) };
}

function readHeaders(rawHeaders: readonly string[]): string[] {
  return READ_HEADERS.flatMap((name) => headerValues(rawHeaders, name).flatMap((value) => [name, value]));
}
