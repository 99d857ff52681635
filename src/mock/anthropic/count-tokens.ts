// What does `POST /v1/messages/count_tokens` answer? The same number that `usage` of the message itself would say.

import { type JsonEndpoint, type JsonObject, json } from "../endpoint.ts";
import { allTextOf } from "../prompt.ts";
import { countTokens as estimate } from "../words.ts";

export const countTokens: JsonEndpoint = {
  method: "POST",
  path: "/v1/messages/count_tokens",
  takes: "json",
  what: "Anthropic token count",
  needs: ["model", "messages"],
  answer: (_call, body) => json({ input_tokens: inputTokens(body) }),
};

/** The tokens of a request: its messages and its system prompt. */
export function inputTokens(body: JsonObject): number {
  return estimate([body["system"], body["messages"]].map(allTextOf).join(""));
}
