// Tests the answers in the form of a JSON schema: they fit the schema, for every API that asks for one.

import { Ajv } from "ajv";
import { afterAll, beforeAll, expect, it } from "vitest";
import { speakSchema } from "../../src/mock/schema-speech.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { post } from "./client.ts";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string" },
    kind: { type: "string", enum: ["pro", "flash"] },
    fixed: { const: 7 },
    score: { type: "integer", minimum: 1 },
    ratio: { type: ["number", "null"], minimum: 0 },
    done: { type: "boolean" },
    tags: { type: "array", items: { type: "string" }, minItems: 2 },
    either: { anyOf: [{ type: "null" }, { type: "string" }] },
    person: { $ref: "#/$defs/person" },
  },
  required: ["name", "kind", "fixed", "score", "ratio", "done", "tags", "either", "person"],
  additionalProperties: false,
  $defs: { person: { type: "object", properties: { age: { type: "number" } }, required: ["age"] } },
};

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0 });
});
afterAll(() => mock.close());

const messages = [{ role: "user", content: "hi" }];
const fits = new Ajv({ allowUnionTypes: true }).compile(SCHEMA);
/** The text at a place of an answer, as JSON. */
const valueIn = async (path: string, body: object, place: readonly string[]): Promise<unknown> => {
  let part: unknown = await (await post(mock.url + path, body)).json();
  for (const key of place) part = (part as Record<string, unknown>)[key];
  return JSON.parse(String(part));
};

it.each([
  [
    "chat completions",
    "/v1/chat/completions",
    { model: "m", messages, response_format: { type: "json_schema", json_schema: { name: "x", schema: SCHEMA } } },
    ["choices", "0", "message", "content"],
  ],
  [
    "responses",
    "/v1/responses",
    { model: "m", input: messages, text: { format: { type: "json_schema", name: "x", schema: SCHEMA } } },
    ["output", "0", "content", "0", "text"],
  ],
  [
    "Gemini",
    "/v1beta/models/m:generateContent",
    { contents: [{ parts: [{ text: "hi" }] }], generationConfig: { responseJsonSchema: SCHEMA } },
    ["candidates", "0", "content", "parts", "0", "text"],
  ],
])("an answer of %s fits the schema", async (_name, path, body, place) => {
  const value = await valueIn(path, body, place);
  expect(fits(value), JSON.stringify(fits.errors)).toBe(true);
  expect(value).toMatchObject({ name: "hi", kind: "pro", score: 1, tags: ["hi", "hi"] });
});

it("understands Gemini's own schema, with types in capitals", () => {
  const schema = {
    type: "OBJECT",
    properties: { a: { type: "STRING" }, b: { type: "ARRAY", items: { type: "NUMBER" } } },
  };
  expect(speakSchema(schema, "hi").text).toBe('{"a":"hi","b":[]}');
});

it.each([
  ["refers to itself", { $ref: "#" }],
  ["has itself as a property", { type: "object", properties: { next: { $ref: "#" } } }],
  [
    "refers to itself many times",
    { type: "object", properties: Object.fromEntries(Array.from("abcdefgh", (key) => [key, { $ref: "#" }])) },
  ],
  ["refers to nothing", { $ref: "#/$defs/none" }],
  ["is empty", {}],
  ["wants a billion items", { type: "array", minItems: 1e9, items: { type: "string" } }],
])("a schema that %s gets a short answer", (_name, schema) => {
  const { pieces, text } = speakSchema(schema, "hi");
  expect(pieces.join("")).toBe(text);
  expect(text.length).toBeLessThan(20_000);
});
