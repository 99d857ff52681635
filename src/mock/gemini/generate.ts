// Answers Gemini's `:generateContent`, `:streamGenerateContent` and `:countTokens`, one word for each event of a stream.

import { type Call, frame, isObject, type JsonEndpoint, type JsonObject, json, stream } from "../endpoint.ts";
import { speakSchema } from "../schema-speech.ts";
import { type Speech, speak, tokenLimit } from "../speech.ts";
import { arrayFrames, isArrayStream } from "./array-stream.ts";
import { inputTokens, promptOfContents } from "./contents.ts";

export const generateContent: JsonEndpoint = {
  method: "POST",
  path: "/v1beta/models/{id}:generateContent",
  takes: "json",
  what: "Gemini, JSON",
  needs: ["contents"],
  answer(call, body) {
    const speech = speechFor(call, body);
    return json(response(call, body, [speech.text], speech.pieces.length, finishReason(speech)));
  },
};

export const streamGenerateContent: JsonEndpoint = {
  method: "POST",
  path: "/v1beta/models/{id}:streamGenerateContent",
  takes: "json",
  what: "Gemini, a stream: events with ?alt=sse, else one JSON array",
  needs: ["contents"],
  answer(call, body) {
    const chunks = chunksOf(call, body, speechFor(call, body));
    if (isArrayStream(call.target)) return stream(arrayFrames(chunks), "application/json; charset=utf-8");
    return stream(eventFrames(chunks));
  },
};

export const countTokens: JsonEndpoint = {
  method: "POST",
  path: "/v1beta/models/{id}:countTokens",
  takes: "json",
  what: "Gemini token count",
  needs: [],
  answer(_call, body) {
    const whole = body["generateContentRequest"];
    const totalTokens = inputTokens(isObject(whole) ? whole : body);
    return json({ totalTokens, promptTokensDetails: [{ modality: "TEXT", tokenCount: totalTokens }] });
  },
};

function speechFor(call: Call, body: JsonObject): Speech {
  const given = body["generationConfig"] ?? body["generation_config"];
  const config = isObject(given) ? given : {};
  const prompt = promptOfContents(body["contents"]);
  const schema = config["responseJsonSchema"] ?? config["responseSchema"];
  if (isObject(schema)) return speakSchema(schema, prompt);
  return speak(prompt, call.settings.events, tokenLimit(config["maxOutputTokens"] ?? config["max_output_tokens"]));
}

function* chunksOf(call: Call, body: JsonObject, speech: Speech): Generator<object> {
  const last = speech.pieces.length - 1;
  for (const [i, text] of speech.pieces.entries()) {
    yield response(call, body, [text], i + 1, i === last ? finishReason(speech) : undefined);
  }
}

function* eventFrames(chunks: Iterable<object>): Generator<string> {
  for (const chunk of chunks) yield frame(chunk);
}

/** @param output the number of tokens so far: Gemini puts the usage into each chunk, and the last one counts */
function response(call: Call, body: JsonObject, texts: string[], output: number, finish: string | undefined) {
  const input = inputTokens(body);
  const content = { parts: texts.map((text) => ({ text })), role: "model" };
  return {
    candidates: [{ content, ...(finish !== undefined && { finishReason: finish }), index: 0 }],
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output,
      totalTokenCount: input + output,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: input }],
    },
    modelVersion: call.param,
    responseId: call.id,
  };
}

function finishReason(speech: Speech): string {
  return speech.cutShort ? "MAX_TOKENS" : "STOP";
}
