// Reads the usage of responses in OpenAI's form.

import { NO_COUNTS, type TokenCounts } from "../usage-report.ts";
import type { FormReader } from "./form-reader.ts";
import { openAiCounts } from "./openai-counts.ts";
import { ownCostTicks } from "./own-cost.ts";
import { membersOf, objectIn, type Told, tellsAny } from "./token-count.ts";
import type { ToldEvent } from "./usage-form.ts";

/** The ends of events that come once, at the end of a stream: `image_generation.completed`, `transcript.text.done`. */
const LAST_EVENT = /\.(?:completed|done)$/;

/**
 * The `usage` of an event: beside the model (chat, embeddings, images), inside the `response` (events of the responses API), or in
 * Groq's own place. Groq reports the same usage in two places where it was asked for it; one of them is counted.
 */
export function openAiUsage({ data }: ToldEvent): Told | undefined {
  return (
    objectIn(data["usage"]) ??
    objectIn(membersOf(data["response"])["usage"]) ??
    objectIn(membersOf(data["x_groq"])["usage"])
  );
}

/**
 * Builds the reader of a response. A usage replaces the one before it: some servers report running totals in each event.
 * @param isStream more than one event may come
 */
export function openAiReader(isStream: boolean): FormReader {
  let counts = NO_COUNTS;
  let hasTold = false;
  let isRunning = false;
  let isLast = false;
  return {
    take(event) {
      const usage = openAiUsage(event);
      if (usage === undefined) return false;
      const told = openAiCounts(usage);
      // Transcriptions of some models are billed by the second: the report is whole, and has no tokens.
      if (!tellsAny(told) && usage["type"] !== "duration" && ownCostTicks(usage) === undefined) return false;
      isRunning ||= hasTold ? told.output !== counts.output : tellsNoOutput(told);
      isLast ||= isLastEvent(event);
      hasTold = true;
      counts = told;
      return true;
    },
    counts: () => counts,
    /**
     * A stream reports its usage once, at its end, or running totals from its first event on, which has no output yet. A running total
     * may be the last one; only an event that says so is known to be it.
     */
    isFinal: () => hasTold && (!isStream || isLast || !isRunning),
    isWhole: () => hasTold,
    serviceTier: () => undefined,
  };
}

function tellsNoOutput({ output }: TokenCounts): boolean {
  return output === null || output === 0;
}

/** The responses API reports its usage in the event that ends the stream, whether it is completed, incomplete or failed. */
function isLastEvent({ name, data }: ToldEvent): boolean {
  const type = typeof data["type"] === "string" ? data["type"] : name;
  return objectIn(data["response"]) !== undefined || (type !== undefined && LAST_EVENT.test(type));
}
