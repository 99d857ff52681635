// Generated responses of each form give the usage that their numbers say, however they are written and cut, and under each coding.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { UsageForm } from "../../src/plan/usage.ts";
import { createAccumulator, type ToldEvent } from "../../src/runtime/usage/forms/index.ts";
import type { UsageReport } from "../../src/runtime/usage/usage-report.ts";
import { cutBody, cuts } from "../runtime/model/chunkings.ts";
import { kept } from "./read-corpus.ts";
import { ENCODERS, singleBytes, tapChunks } from "./tap-corpus.ts";

type Members = Readonly<Record<string, unknown>>;
interface Told {
  readonly name: string | undefined;
  readonly data: Members;
}

/** Some events that tell nothing, with one that does at any place, and the form's own last event. */
interface Generated {
  readonly form: UsageForm;
  readonly events: readonly Told[];
}

const tokens = fc.oneof(fc.nat(5000), fc.constantFrom(0, null, 2 ** 40));
/** Texts that look like what is searched for, and bytes that need care. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    '"usage":{"prompt_tokens":7}',
    "data: [DONE]\n\n",
    "\\",
    '\\"',
    "}\n\n{",
    "🕰\u2028",
    "\r\n\r\n",
    "usage",
  ),
);
const plain = (data: Members): Told => ({ name: undefined, data });
/** Names the event in its data and beside it, as Anthropic and OpenAI's responses do. */
const typed = (type: string, data: Members): Told => ({ name: type, data: { type, ...data } });

const openAiUsage = fc.record(
  {
    prompt_tokens: tokens,
    completion_tokens: tokens,
    total_tokens: tokens,
    prompt_tokens_details: fc.record({ cached_tokens: tokens, audio_tokens: tokens }, { requiredKeys: [] }),
    completion_tokens_details: fc.record({ reasoning_tokens: tokens }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const chatChunk = fc
  .record({ content: text, usage: fc.constantFrom(null, undefined) })
  .map(({ content, usage }) =>
    plain({ id: content, model: "m-1", choices: [{ index: 0, delta: { content } }], usage }),
  );
const openAiChat = fc
  .tuple(fc.array(chatChunk, { maxLength: 9 }), openAiUsage)
  .map(([chunks, usage]) => [...chunks, plain({ model: "m-2", choices: [], usage })]);

const responsesUsage = fc.record(
  {
    input_tokens: tokens,
    input_tokens_details: fc.record({ cached_tokens: tokens }),
    output_tokens: tokens,
    output_tokens_details: fc.record({ reasoning_tokens: tokens }),
  },
  { requiredKeys: ["input_tokens"] },
);
const openAiResponses = fc
  .tuple(fc.array(text, { maxLength: 9 }), responsesUsage)
  .map(([texts, usage]) => [
    typed("response.created", { response: { model: "m-1", usage: null } }),
    ...texts.map((delta) => typed("response.output_text.delta", { delta })),
    typed("response.completed", { response: { output: texts, model: "m-1", service_tier: "flex", usage } }),
  ]);

const anthropicUsage = fc.record(
  {
    input_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
    cache_creation: fc.record({ ephemeral_5m_input_tokens: tokens, ephemeral_1h_input_tokens: tokens }),
    output_tokens: tokens,
  },
  { requiredKeys: ["output_tokens"] },
);
const anthropic = fc
  .tuple(fc.array(text, { maxLength: 9 }), anthropicUsage, anthropicUsage)
  .map(([texts, first, last]) => [
    typed("message_start", { message: { id: "x", model: "m-1", content: [], usage: first } }),
    ...texts.map((part) => typed("content_block_delta", { index: 0, delta: { type: "text_delta", text: part } })),
    typed("message_delta", { delta: { stop_reason: "end_turn" }, usage: last }),
    typed("message_stop", {}),
  ]);

const geminiUsage = fc.record(
  {
    promptTokenCount: tokens,
    cachedContentTokenCount: tokens,
    candidatesTokenCount: tokens,
    thoughtsTokenCount: tokens,
    totalTokenCount: tokens,
  },
  { requiredKeys: ["promptTokenCount"] },
);
const geminiChunk = fc.record({ text, usageMetadata: fc.option(geminiUsage, { nil: undefined }) });
const gemini = fc.array(geminiChunk, { minLength: 1, maxLength: 8 }).map((chunks) =>
  chunks.map(({ text: part, usageMetadata }, i) => {
    const finishReason = i === chunks.length - 1 ? "STOP" : undefined;
    return plain({
      candidates: [{ content: { parts: [{ text: part }] }, finishReason }],
      usageMetadata,
      modelVersion: "m",
    });
  }),
);

const ollama = fc
  .tuple(fc.array(text, { maxLength: 9 }), tokens, tokens)
  .map(([texts, input, output]) => [
    ...texts.map((content) => plain({ model: "m", message: { role: "assistant", content }, done: false })),
    plain({ model: "m", message: { content: "" }, done: true, prompt_eval_count: input, eval_count: output }),
  ]);

const FORMS: readonly (readonly [UsageForm, fc.Arbitrary<readonly Told[]>])[] = [
  ["openai", openAiChat],
  ["openai", openAiResponses],
  ["anthropic", anthropic],
  ["gemini", gemini],
  ["ollama", ollama],
];
const generated: fc.Arbitrary<Generated> = fc.oneof(
  ...FORMS.map(([form, events]) => fc.record({ form: fc.constantFrom(form, "auto" as const), events })),
);

/** How a row of events is written down. */
interface Wire {
  readonly contentType: string;
  readonly isStream: boolean;
  readonly isDone: boolean;
  readonly body: Buffer;
  readonly events: readonly ToldEvent[];
}

const spelling = fc.record({
  way: fc.constantFrom("sse", "ndjson", "array", "one"),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  space: fc.constantFrom("", " "),
  indent: fc.constantFrom(0, 1),
  escapesAll: fc.boolean(),
  comment: fc.constantFrom("", ": keep-alive"),
  isDone: fc.boolean(),
  lastEnd: fc.boolean(),
});
type Spelling = typeof spelling extends fc.Arbitrary<infer T> ? T : never;

function written({ events }: Generated, how: Spelling): Wire {
  const json = ({ data }: Told, indent: number): string => {
    const plainText = JSON.stringify(data, undefined, indent);
    return how.escapesAll
      ? plainText.replace(/[^\0-~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
      : plainText;
  };
  const told = events.map(({ name, data }) => ({ name, data: kept(JSON.parse(JSON.stringify(data))) }));
  const unnamed = told.map(({ data }) => ({ name: undefined, data }));
  const body = (text: string) => Buffer.from(text);
  switch (how.way) {
    case "sse": {
      const { lineEnd, space } = how;
      const blocks = events.map((event) => [
        ...(how.comment === "" ? [] : [how.comment, ""]),
        ...(event.name === undefined ? [] : [`event:${space}${event.name}`]),
        ...json(event, how.indent)
          .split("\n")
          .map((line) => `data:${space}${line}`),
      ]);
      if (how.isDone) blocks.push([`data:${space}[DONE]`]);
      const text = blocks.map((lines) => lines.join(lineEnd)).join(lineEnd + lineEnd);
      const isDone = how.isDone;
      return {
        contentType: "text/event-stream",
        isStream: true,
        isDone,
        body: body(how.lastEnd ? text + lineEnd + lineEnd : text),
        events: told,
      };
    }
    case "ndjson": {
      const lineEnd = how.lineEnd === "\r" ? "\n" : how.lineEnd;
      const text = events.map((event) => json(event, 0)).join(lineEnd);
      const whole = how.lastEnd ? text + lineEnd : text;
      return { contentType: "application/x-ndjson", isStream: true, isDone: false, body: body(whole), events: unnamed };
    }
    case "array": {
      const text = `[${events.map((event) => json(event, how.indent)).join(`,${how.lineEnd}`)}]`;
      return { contentType: "application/json", isStream: true, isDone: false, body: body(text), events: unnamed };
    }
    default: {
      const last = events.at(-1) as Told;
      const text = json(last, how.indent);
      return {
        contentType: "application/json",
        isStream: false,
        isDone: false,
        body: body(text),
        events: unnamed.slice(-1),
      };
    }
  }
}

/** What the form makes of the events when it is handed each of them. */
function expected(form: UsageForm, { isStream, isDone, events }: Wire): UsageReport {
  const accumulator = createAccumulator(form, isStream);
  for (const event of events) accumulator.take(event);
  if (isDone) accumulator.done();
  return accumulator.result(true);
}

it("any response, in any pieces", async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(generated, spelling, cuts, async (response, how, shares) => {
      const wire = written(response, how);
      const read = { form: response.form, contentType: wire.contentType, complete: true };
      const report = expected(response.form, wire);
      if (report.known === "reported") told++;
      expect(await tapChunks(read, [wire.body])).toEqual(report);
      expect(await tapChunks(read, cutBody(wire.body, shares))).toEqual(report);
      expect(await tapChunks(read, singleBytes(wire.body))).toEqual(report);
    }),
    { numRuns: 800 },
  );
  expect(told).toBeGreaterThan(250);
});

it("any response, in any pieces, under any coding", async () => {
  await fc.assert(
    fc.asyncProperty(
      generated,
      spelling,
      cuts,
      cuts,
      fc.constantFrom(...ENCODERS),
      async (response, how, parts, shares, encoder) => {
        const wire = written(response, how);
        const coded = await encoder.encode(cutBody(wire.body, parts));
        const read = { form: response.form, contentType: wire.contentType, complete: true, coding: encoder.coding };
        expect(await tapChunks(read, cutBody(coded, shares))).toEqual(expected(response.form, wire));
      },
    ),
    { numRuns: 200 },
  );
});

it("any response that breaks off tells the same in any pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      generated,
      spelling,
      fc.double({ min: 0, max: 1, noNaN: true }),
      cuts,
      async (response, how, end, shares) => {
        const wire = written(response, how);
        const came = wire.body.subarray(0, Math.floor(end * wire.body.length));
        const read = { form: response.form, contentType: wire.contentType, complete: false };
        const report = await tapChunks(read, [came]);
        expect(await tapChunks(read, cutBody(came, shares))).toEqual(report);
        expect(await tapChunks(read, singleBytes(came))).toEqual(report);
      },
    ),
    { numRuns: 800 },
  );
});
