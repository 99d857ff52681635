// Remembers how long the conversations of one WebSocket are: a request may go on from a response that came before on it.

import type { Call, JsonObject } from "../endpoint.ts";
import { allTextOf } from "../prompt.ts";
import { countTokens } from "../speech.ts";

/** More responses are forgotten, the oldest first. */
const MAX_RESPONSES = 100;

export class Remembered {
  /** The tokens of the conversation up to each response, by its id. */
  readonly #tokens = new Map<unknown, number>();

  /** The call of a request, whose prompt is also all that its `previous_response_id` goes on from. */
  withPrompt(call: Call, request: JsonObject): Call {
    const { settings } = call;
    const before = this.#tokens.get(request["previous_response_id"]) ?? 0;
    const inputTokens = settings.inputTokens ?? before + countTokens(allTextOf(request["input"]));
    return { ...call, settings: { ...settings, inputTokens } };
  }

  /** A response has been spoken. @param output its tokens */
  keep(call: Call, output: number): void {
    this.#tokens.set(`resp_${call.id}`, (call.settings.inputTokens ?? 0) + output);
    if (this.#tokens.size <= MAX_RESPONSES) return;
    const [oldest] = this.#tokens.keys();
    this.#tokens.delete(oldest);
  }
}
