// Answers Gemini's `:generateContent`, `:streamGenerateContent` and `:countTokens`, one word for each event of a stream.

import {
  type Call,
  type Frame,
  frame,
  isObject,
  type JsonEndpoint,
  type JsonObject,
  json,
  stream,
  telling,
} from "../endpoint.ts";
import { speakSchema } from "../schema-speech.ts";
import { type Speech, speak, tokenLimit } from "../speech.ts";
import { type Bill, billAfter, billOf, type WrittenUsage } from "../usage/bill.ts";
import { geminiUsage } from "../usage/other-usage.ts";
import { arrayPieces, isArrayStream } from "./array-stream.ts";
import { inputTokens, promptOfContents } from "./contents.ts";

export const generateContent: JsonEndpoint = {
  method: "POST",
  path: "/v1beta/models/{id}:generateContent",
  takes: "json",
  what: "Gemini, JSON",
  needs: ["contents"],
  answer(call, body) {
    const speech = speechFor(call, body);
    const bill = billOf(call.settings, inputTokens(body), speech.pieces.length);
    const written = usageOf(call, bill);
    return json(response(call, [speech.text], written, finishReason(speech)), bill, written?.tells);
  },
};

export const streamGenerateContent: JsonEndpoint = {
  method: "POST",
  path: "/v1beta/models/{id}:streamGenerateContent",
  takes: "json",
  what: "Gemini, a stream: events with ?alt=sse, else one JSON array",
  needs: ["contents"],
  answer(call, body) {
    const speech = speechFor(call, body);
    const bill = billOf(call.settings, inputTokens(body), speech.pieces.length);
    const isArray = isArrayStream(call.target);
    const frames = framesOf(call, speech, bill, isArray ? arrayPieces() : { item: frame });
    return stream(frames, bill, isArray ? "application/json; charset=utf-8" : undefined);
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

/** How the chunks of a stream are written. */
interface Writing {
  readonly item: (chunk: object) => string;
  /** What follows the last one. */
  readonly end?: string;
}

function* framesOf(call: Call, speech: Speech, bill: Bill, writing: Writing): Generator<Frame> {
  const last = speech.pieces.length - 1;
  for (const [i, text] of speech.pieces.entries()) {
    // Gemini puts the usage so far into each chunk, and the last one counts.
    const written = usageOf(call, billAfter(bill, i + 1));
    const chunk = writing.item(response(call, [text], written, i === last ? finishReason(speech) : undefined));
    yield written === undefined ? chunk : telling(chunk, written, i === last);
  }
  if (writing.end !== undefined) yield writing.end;
}

function usageOf({ settings: { quirks } }: Call, bill: Bill): WrittenUsage | undefined {
  return quirks.has("none") ? undefined : geminiUsage(bill, quirks);
}

function response(call: Call, texts: string[], written: WrittenUsage | undefined, finish: string | undefined) {
  const content = { parts: texts.map((text) => ({ text })), role: "model" };
  return {
    candidates: [{ content, ...(finish !== undefined && { finishReason: finish }), index: 0 }],
    ...(written !== undefined && { usageMetadata: written.usage }),
    modelVersion: call.param,
    responseId: call.id,
  };
}

function finishReason(speech: Speech): string {
  return speech.cutShort ? "MAX_TOKENS" : "STOP";
}
