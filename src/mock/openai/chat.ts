// Answers `POST /v1/chat/completions` with one object, or with chunks of it, one word each.

import { type Call, DONE, frame, isObject, type JsonEndpoint, type JsonObject, json, stream } from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { speakSchema } from "../schema-speech.ts";
import { countTokens, type Speech, speak, tokenLimit } from "../speech.ts";

export const chatCompletions: JsonEndpoint = {
  method: "POST",
  path: "/v1/chat/completions",
  takes: "json",
  what: "OpenAI chat completions, JSON or a stream",
  needs: ["model", "messages"],
  answer(call, body) {
    const speech = speechFor(call, body);
    return body["stream"] === true ? stream(chunks(call, body, speech)) : json(completion(call, body, speech));
  },
};

function speechFor(call: Call, body: JsonObject): Speech {
  const prompt = promptOf(body["messages"]);
  const format = body["response_format"];
  const asked = isObject(format) ? format["json_schema"] : undefined;
  if (isObject(asked) && isObject(asked["schema"])) return speakSchema(asked["schema"], prompt);
  return speak(prompt, call.settings.events, tokenLimit(body["max_completion_tokens"] ?? body["max_tokens"]));
}

function completion(call: Call, body: JsonObject, speech: Speech) {
  const message = { role: "assistant", content: speech.text, refusal: null };
  return {
    ...envelope(call, body, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(speech) }],
    usage: usage(body, speech),
  };
}

function* chunks(call: Call, body: JsonObject, speech: Speech): Generator<string> {
  const options = body["stream_options"];
  const wantsUsage = isObject(options) && options["include_usage"] === true;
  const head = envelope(call, body, "chat.completion.chunk");
  const chunk = (choices: readonly object[], counted: object | null = null) =>
    frame(wantsUsage ? { ...head, choices, usage: counted } : { ...head, choices });
  const choice = (delta: object, finish: string | null = null) => chunk([{ index: 0, delta, finish_reason: finish }]);

  yield choice({ role: "assistant", content: "" });
  for (const content of speech.pieces) yield choice({ content });
  yield choice({}, finishReason(speech));
  if (wantsUsage) yield chunk([], usage(body, speech));
  yield DONE;
}

function envelope(call: Call, body: JsonObject, object: string) {
  return { id: `chatcmpl-${call.id}`, object, created: call.now, model: body["model"] };
}

function finishReason(speech: Speech): string {
  return speech.cutShort ? "length" : "stop";
}

function usage(body: JsonObject, speech: Speech) {
  const prompt_tokens = countTokens(allTextOf(body["messages"]));
  const completion_tokens = speech.pieces.length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
