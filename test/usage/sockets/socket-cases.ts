// The corpus of WebSockets: what each side says, and what a correct reader makes of it. Written by hand after the APIs' documents.

import type { UsageForm } from "../../../src/plan/usage.ts";
import { NO_COUNTS, type TokenCounts, type UsageKnown } from "../../../src/runtime/usage/usage-report.ts";

/** One message. */
export interface Said {
  readonly by: "client" | "upstream";
  readonly text: string;
}

export interface SocketCase {
  readonly about: string;
  readonly form?: UsageForm;
  readonly said: readonly Said[];
  readonly known: UsageKnown;
  readonly counts: TokenCounts;
  readonly model?: string;
  readonly requestedModel?: string;
  readonly serviceTier?: string;
  readonly ownCostTicks?: number;
}

export const client = (message: unknown): Said => ({ by: "client", text: JSON.stringify(message) });
export const upstream = (message: unknown): Said => ({ by: "upstream", text: JSON.stringify(message) });

function counts(told: Partial<TokenCounts>): TokenCounts {
  return { ...NO_COUNTS, ...told };
}

const session = (model: string) =>
  upstream({ type: "session.created", event_id: "event_1", session: { id: "s", model } });
const ask = client({ type: "response.create" });

function realtimeDone(id: string, input: number, output: number, more: object = {}, inputMore: object = {}): Said {
  const usage = {
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    input_token_details: { text_tokens: input, audio_tokens: 0, image_tokens: 0, cached_tokens: 0, ...inputMore },
    output_token_details: { text_tokens: output, audio_tokens: 0, ...more },
  };
  return upstream({ type: "response.done", response: { object: "realtime.response", id, status: "completed", usage } });
}

const realtimeBegun = (id: string) =>
  upstream({ type: "response.created", response: { id, status: "in_progress", usage: null } });

function responsesBegun(id: string, stream_id?: string): Said {
  return upstream({ type: "response.created", stream_id, response: { id, model: "gpt-5.6-2026-07-01", usage: null } });
}

function responsesEnd(id: string, input: number, output: number, end = "completed", more: object = {}): Said {
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 64 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: input + output,
  };
  const response = {
    id,
    model: "gpt-5.6-2026-07-01",
    service_tier: "default",
    status: end,
    output: [],
    usage,
    ...more,
  };
  return upstream({ type: `response.${end}`, sequence_number: 9, response });
}

const delta = upstream({ type: "response.output_text.delta", delta: 'says "usage": {"input_tokens": 1}, or not' });
const askFor = (model: string) => client({ type: "response.create", model, input: [{ role: "user", content: "hi" }] });

const setup = client({
  setup: { model: "models/gemini-3.8-live", generationConfig: { responseModalities: ["AUDIO"] } },
});
const say = client({ clientContent: { turns: [{ role: "user", parts: [{ text: "hi" }] }], turnComplete: true } });
const speech = upstream({
  serverContent: { modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm", data: "AAAA" } }] } },
});
const turnEnd = (usageMetadata?: object) => upstream({ serverContent: { turnComplete: true }, usageMetadata });
const gemini = (prompt: number, answer: number, more: object = {}) => ({
  promptTokenCount: prompt,
  responseTokenCount: answer,
  totalTokenCount: prompt + answer,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
  responseTokensDetails: [{ modality: "AUDIO", tokenCount: answer }],
  ...more,
});

export const SOCKET_CASES: readonly SocketCase[] = [
  {
    about: "Realtime: usage is told for each response, and the sum counts (M20)",
    said: [
      ...[session("gpt-realtime-2025-08-28"), ask, realtimeBegun("r1"), realtimeDone("r1", 120, 4)],
      ...[ask, realtimeBegun("r2"), realtimeDone("r2", 135, 4)],
    ],
    known: "reported",
    counts: counts({ input: 255, cacheRead: 0, output: 8, audioInput: 0, audioOutput: 0 }),
    model: "gpt-realtime-2025-08-28",
  },
  {
    about: "Realtime: audio and cached tokens are parts of the totals",
    form: "openai",
    said: [
      ...[session("gpt-realtime"), ask, realtimeBegun("r1")],
      realtimeDone("r1", 100, 50, { audio_tokens: 40 }, { audio_tokens: 80, cached_tokens: 64 }),
      ...[ask, realtimeBegun("r2"), realtimeDone("r2", 10, 5, { audio_tokens: 5 }, { audio_tokens: 8 })],
    ],
    known: "reported",
    counts: counts({ input: 110, cacheRead: 64, output: 55, audioInput: 88, audioOutput: 45 }),
    model: "gpt-realtime",
  },
  {
    about: "Realtime: a server that finds the ends of speech by itself makes responses that nobody asked for",
    said: [
      session("gpt-realtime"),
      client({ type: "input_audio_buffer.append", audio: "AAAA" }),
      ...[realtimeBegun("r1"), realtimeDone("r1", 20, 2)],
    ],
    known: "reported",
    counts: counts({ input: 20, cacheRead: 0, output: 2, audioInput: 0, audioOutput: 0 }),
    model: "gpt-realtime",
  },
  {
    about: "Realtime: transcriptions of speech come on top",
    said: [
      ...[session("gpt-realtime"), ask, realtimeBegun("r1"), realtimeDone("r1", 120, 4)],
      upstream({
        type: "conversation.item.input_audio_transcription.completed",
        transcript: "hi",
        usage: {
          type: "tokens",
          input_tokens: 30,
          output_tokens: 6,
          total_tokens: 36,
          input_token_details: { audio_tokens: 30 },
        },
      }),
    ],
    known: "reported",
    counts: counts({ input: 150, cacheRead: 0, output: 10, audioInput: 30, audioOutput: 0 }),
    model: "gpt-realtime",
  },
  {
    about: "Realtime: a transcription that is billed by the second has no tokens",
    said: [
      client({ type: "session.update", session: { type: "transcription" } }),
      upstream({
        type: "conversation.item.input_audio_transcription.completed",
        transcript: "hi",
        usage: { type: "duration", seconds: 3 },
      }),
    ],
    known: "reported",
    counts: NO_COUNTS,
  },
  {
    about: "Realtime: a response that began and did not end leaves the sum partial",
    said: [ask, realtimeBegun("r1"), realtimeDone("r1", 120, 4), ask, realtimeBegun("r2")],
    known: "partial",
    counts: counts({ input: 120, cacheRead: 0, output: 4, audioInput: 0, audioOutput: 0 }),
  },
  {
    about: "a request that nothing came for leaves the sum partial",
    said: [ask, realtimeBegun("r1"), realtimeDone("r1", 120, 4), ask],
    known: "partial",
    counts: counts({ input: 120, cacheRead: 0, output: 4, audioInput: 0, audioOutput: 0 }),
  },
  {
    about: "a request that was refused leaves the sum whole",
    said: [
      ...[ask, realtimeBegun("r1"), realtimeDone("r1", 120, 4)],
      ...[ask, upstream({ type: "error", error: { code: "conversation_already_has_active_response" } })],
    ],
    known: "reported",
    counts: counts({ input: 120, cacheRead: 0, output: 4, audioInput: 0, audioOutput: 0 }),
  },
  {
    about: "a response that ended without a word on its usage leaves the sum partial",
    said: [
      ...[ask, realtimeBegun("r1"), realtimeDone("r1", 120, 4), ask, realtimeBegun("r2")],
      upstream({ type: "response.done", response: { id: "r2", status: "failed", usage: null } }),
    ],
    known: "partial",
    counts: counts({ input: 120, cacheRead: 0, output: 4, audioInput: 0, audioOutput: 0 }),
  },
  {
    about: "Responses: completed, incomplete and failed ones are added up",
    said: [
      ...[askFor("gpt-5.6"), responsesBegun("a"), delta, responsesEnd("a", 100, 10)],
      ...[askFor("gpt-5.6"), responsesBegun("b"), delta, responsesEnd("b", 200, 20, "incomplete")],
      ...[askFor("gpt-5.6"), responsesBegun("c"), responsesEnd("c", 300, 30, "failed")],
    ],
    known: "reported",
    counts: counts({ input: 600, cacheRead: 192, output: 60, reasoning: 9 }),
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
  {
    about: "Responses: several may run at once, each with a stream_id",
    said: [
      ...[askFor("gpt-5.6"), askFor("gpt-5.6"), responsesBegun("a", "one"), responsesBegun("b", "two"), delta],
      ...[responsesEnd("b", 200, 20), delta, responsesEnd("a", 100, 10)],
    ],
    known: "reported",
    counts: counts({ input: 300, cacheRead: 128, output: 30, reasoning: 6 }),
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
  {
    about: "Responses: one of two that run at once did not end",
    said: [
      ...[askFor("gpt-5.6"), askFor("gpt-5.6"), responsesBegun("a", "one"), responsesBegun("b", "two")],
      responsesEnd("b", 200, 20),
    ],
    known: "partial",
    counts: counts({ input: 200, cacheRead: 64, output: 20, reasoning: 3 }),
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
  {
    about: "the end of a response that is said twice counts once",
    said: [askFor("gpt-5.6"), responsesBegun("a"), responsesEnd("a", 100, 10), responsesEnd("a", 100, 10)],
    known: "reported",
    counts: counts({ input: 100, cacheRead: 64, output: 10, reasoning: 3 }),
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
  {
    about: "the upstream's own figures of the cost are added up",
    said: [
      ...[
        askFor("grok-5"),
        responsesEnd("a", 100, 10, "completed", {
          usage: { input_tokens: 100, output_tokens: 10, cost_in_usd_ticks: 700 },
        }),
      ],
      ...[
        askFor("grok-5"),
        responsesEnd("b", 100, 10, "completed", {
          usage: { input_tokens: 100, output_tokens: 10, cost_in_usd_ticks: 77 },
        }),
      ],
    ],
    known: "reported",
    counts: counts({ input: 200, output: 20 }),
    model: "gpt-5.6-2026-07-01",
    requestedModel: "grok-5",
    serviceTier: "default",
    ownCostTicks: 777,
  },
  {
    about: "a number that can't be makes all unknown",
    said: [
      ...[askFor("gpt-5.6"), responsesBegun("a"), responsesEnd("a", 100, 10)],
      ...[askFor("gpt-5.6"), responsesBegun("b"), responsesEnd("b", -1, 10)],
    ],
    known: "unknown",
    counts: NO_COUNTS,
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
  {
    about: "a part that is larger than its whole makes all unknown, though the sums could be",
    said: [
      ...[askFor("gpt-5.6"), responsesBegun("a"), responsesEnd("a", 1000, 10)],
      ...[askFor("gpt-5.6"), responsesBegun("b"), responsesEnd("b", 10, 10)],
    ],
    known: "unknown",
    counts: NO_COUNTS,
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
  {
    about: "a sum beyond 2^53 makes all unknown",
    said: [
      ...[askFor("gpt-5.6"), responsesBegun("a"), responsesEnd("a", 2 ** 53 - 1, 10)],
      ...[askFor("gpt-5.6"), responsesBegun("b"), responsesEnd("b", 100, 10)],
    ],
    known: "unknown",
    counts: NO_COUNTS,
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
  {
    about: "Live: usage of the session is told as a whole, and never added up (M20)",
    said: [
      client({ type: "session.start", session: { model: "gpt-live-1" } }),
      session("gpt-live-1"),
      upstream({ type: "session.usage.updated", usage: { seconds: 10, input_tokens: 100, output_tokens: 20 } }),
      upstream({ type: "session.usage.updated", usage: { seconds: 20, input_tokens: 150, output_tokens: 30 } }),
      upstream({ type: "session.closed", session: { model: "gpt-live-1" } }),
    ],
    known: "reported",
    counts: counts({ input: 150, output: 30 }),
    model: "gpt-live-1",
  },
  {
    about: "Live: a session that broke has used more than it told",
    said: [
      client({ type: "session.start" }),
      upstream({ type: "session.usage.updated", usage: { seconds: 10, input_tokens: 100, output_tokens: 20 } }),
    ],
    known: "partial",
    counts: counts({ input: 100, output: 20 }),
  },
  {
    about: "Live: a session is billed by the second, and the responses that it has made by their tokens",
    said: [
      client({ type: "session.start" }),
      session("gpt-live-1"),
      upstream({ type: "response.event", event: { type: "response.created", response: { id: "a", usage: null } } }),
      upstream({ type: "session.usage.updated", usage: { seconds: 10 } }),
      upstream({
        type: "response.event",
        event: { type: "response.completed", response: { id: "a", usage: { input_tokens: 70, output_tokens: 7 } } },
      }),
      upstream({ type: "session.usage.updated", usage: { seconds: 20 } }),
      upstream({ type: "session.closed" }),
    ],
    known: "reported",
    counts: counts({ input: 70, output: 7 }),
    model: "gpt-live-1",
  },
  {
    about: "Gemini: each turn tells its own usage, with the conversation so far as its prompt",
    form: "gemini",
    said: [
      ...[setup, upstream({ setupComplete: {} }), say, speech, turnEnd(gemini(143, 19))],
      ...[say, speech, turnEnd(gemini(181, 24)), say, speech, turnEnd(gemini(224, 24))],
    ],
    known: "reported",
    counts: counts({ input: 548, output: 67, audioOutput: 67 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: thoughts are billed as output, and usage may come after the turn",
    said: [setup, say, speech, turnEnd(), upstream({ usageMetadata: gemini(522, 42, { thoughtsTokenCount: 136 }) })],
    known: "reported",
    counts: counts({ input: 522, output: 178, reasoning: 136, audioOutput: 42 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: running totals within a turn are not added up",
    said: [
      ...[setup, say, upstream({ serverContent: { modelTurn: {} }, usageMetadata: gemini(100, 5) })],
      ...[upstream({ serverContent: { modelTurn: {} }, usageMetadata: gemini(100, 9) }), turnEnd(gemini(100, 9))],
    ],
    known: "reported",
    counts: counts({ input: 100, output: 9, audioOutput: 9 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: a turn that calls a tool runs the model twice, and both are billed",
    said: [
      ...[setup, say, upstream({ toolCall: { functionCalls: [{ name: "f" }] }, usageMetadata: gemini(100, 5) })],
      ...[client({ toolResponse: { functionResponses: [] } }), speech, turnEnd(gemini(120, 9))],
    ],
    known: "reported",
    counts: counts({ input: 220, output: 14, audioOutput: 14 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: the same prompt in another turn is billed again",
    said: [setup, say, speech, turnEnd(gemini(100, 5)), say, speech, turnEnd(gemini(100, 9))],
    known: "reported",
    counts: counts({ input: 200, output: 14, audioOutput: 14 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: a turn that did not end leaves the sum partial",
    said: [setup, say, speech, turnEnd(gemini(100, 5)), say, speech],
    known: "partial",
    counts: counts({ input: 100, output: 5, audioOutput: 5 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: a turn that ended without a word on its usage leaves the sum partial",
    said: [setup, say, speech, turnEnd(gemini(100, 5)), speech, turnEnd()],
    known: "partial",
    counts: counts({ input: 100, output: 5, audioOutput: 5 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: a running total is not the last word",
    said: [setup, say, upstream({ serverContent: { modelTurn: {} }, usageMetadata: gemini(100, 5) })],
    known: "partial",
    counts: counts({ input: 100, output: 5, audioOutput: 5 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Gemini: a turn of the client that nothing came for leaves the sum partial",
    said: [setup, say, speech, turnEnd(gemini(100, 5)), say],
    known: "partial",
    counts: counts({ input: 100, output: 5, audioOutput: 5 }),
    model: "gemini-3.8-live",
    requestedModel: "gemini-3.8-live",
  },
  {
    about: "Vertex: the model is the end of a path, and the traffic type is the tier",
    said: [
      client({ setup: { model: "projects/p/locations/l/publishers/google/models/gemini-live" } }),
      ...[say, speech, turnEnd(gemini(100, 5, { trafficType: "ON_DEMAND_PRIORITY" }))],
    ],
    known: "reported",
    counts: counts({ input: 100, output: 5, audioOutput: 5 }),
    model: "gemini-live",
    requestedModel: "gemini-live",
    serviceTier: "priority",
  },
  {
    about: "a socket on which the client said nothing has used nothing",
    said: [session("gpt-realtime")],
    known: "reported",
    counts: NO_COUNTS,
    model: "gpt-realtime",
  },
  {
    about: "a socket on which the client said something, and nothing was told, is unknown",
    said: [session("gpt-realtime"), client({ type: "input_audio_buffer.append", audio: "AAAA" })],
    known: "unknown",
    counts: NO_COUNTS,
    model: "gpt-realtime",
  },
  {
    about: "a form that has no WebSocket is unknown",
    form: "anthropic",
    said: [askFor("gpt-5.6"), responsesBegun("a"), responsesEnd("a", 100, 10)],
    known: "unknown",
    counts: NO_COUNTS,
    model: "gpt-5.6",
    requestedModel: "gpt-5.6",
  },
  {
    about: "another form's usage is not looked at",
    form: "gemini",
    said: [askFor("gpt-5.6"), responsesBegun("a"), responsesEnd("a", 100, 10)],
    known: "unknown",
    counts: NO_COUNTS,
    model: "gpt-5.6",
    requestedModel: "gpt-5.6",
  },
  {
    about: "messages that are no JSON objects say nothing",
    said: [
      ...[{ by: "client", text: "hello" } as const, { by: "upstream", text: "" } as const, askFor("gpt-5.6")],
      ...[
        { by: "upstream", text: '["usage"]' } as const,
        { by: "upstream", text: '{"type":"response.completed","response":{"usage":{"input' } as const,
      ],
      ...[responsesBegun("a"), responsesEnd("a", 100, 10)],
    ],
    known: "reported",
    counts: counts({ input: 100, cacheRead: 64, output: 10, reasoning: 3 }),
    model: "gpt-5.6-2026-07-01",
    requestedModel: "gpt-5.6",
    serviceTier: "default",
  },
];
