// Checks how a chat stream is asked to report its usage: which bodies are changed, and that everything else stays byte for byte.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyEdits, lengthChange } from "../../../src/runtime/model/rename-model.ts";
import { askEdit, mayBeAsked } from "../../../src/runtime/usage/ask/ask-edit.ts";
import { onlyIdentity } from "../../../src/runtime/usage/ask/only-identity.ts";

const MAX = 1024 * 1024;

/** The body that goes upstream. */
function asked(body: string, maxBytes = MAX): string {
  const chunks = [Buffer.from(body)];
  const edit = askEdit(chunks, maxBytes);
  if (edit === undefined) return body;
  const edited = Buffer.concat(applyEdits(chunks, [edit]));
  expect(edited.length - Buffer.byteLength(body)).toBe(lengthChange(edit));
  return edited.toString();
}

test.each([
  ['{"stream":true}', '{"stream":true,"stream_options":{"include_usage":true}}'],
  ['{"model":"m","stream":true,"n":1}', '{"model":"m","stream":true,"n":1,"stream_options":{"include_usage":true}}'],
  [' { "stream" : true }\n', ' { "stream" : true ,"stream_options":{"include_usage":true}}\n'],
  ['{"stream":true,"stream_options":null}', '{"stream":true,"stream_options":{"include_usage":true}}'],
  ['{"stream_options": null ,"stream":true}', '{"stream_options": {"include_usage":true} ,"stream":true}'],
  ['{"stream":true,"stream_options":{}}', '{"stream":true,"stream_options":{"include_usage":true}}'],
  ['{"stream":true,"stream_options":{ }}', '{"stream":true,"stream_options":{ "include_usage":true}}'],
  [
    '{"stream_options":{"a":{"b":"}"}},"stream":true}',
    '{"stream_options":{"a":{"b":"}"},"include_usage":true},"stream":true}',
  ],
  ['{"stream":true,"x":"\\"}"}', '{"stream":true,"x":"\\"}","stream_options":{"include_usage":true}}'],
  ['{"str\\u0065am":true}', '{"str\\u0065am":true,"stream_options":{"include_usage":true}}'],
])("%s is changed", (body, wanted) => {
  expect(asked(body)).toBe(wanted);
});

test.each([
  ["no stream", '{"stream":false}'],
  ["stream is not the boolean", '{"stream":"true"}'],
  ["a stream below the top level", '{"a":{"stream":true}}'],
  ["an explicit false", '{"stream":true,"stream_options":{"include_usage":false}}'],
  ["an explicit true", '{"stream":true,"stream_options":{"include_usage":true}}'],
  ["an explicit null", '{"stream":true,"stream_options":{"include_usage":null}}'],
  ["options of another kind", '{"stream":true,"stream_options":[]}'],
  ["options twice", '{"stream":true,"stream_options":{},"stream_options":{}}'],
  ["options twice, one of them with escapes", '{"stream":true,"stream_options":{},"stream\\u005foptions":{}}'],
  ["stream twice", '{"stream":false,"stream":true}'],
  ["no JSON", '{"stream":true'],
  ["no JSON inside", '{"stream":true,"a":[1,]}'],
  ["bytes behind it", '{"stream":true}}'],
  ["a byte order mark", '\ufeff{"stream":true}'],
  ["an array", '[{"stream":true}]'],
  ["true alone", "true"],
  ["nothing", ""],
])("%s: it is left alone", (_name, body) => {
  expect(asked(body)).toBe(body);
});

test("bytes that are no UTF-8 are left alone", () => {
  expect(askEdit([Buffer.from('{"stream":true,"a":"\xff"}', "latin1")], MAX)).toBeUndefined();
});

test("a body longer than what may be held is left alone", () => {
  const body = '{"stream":true}';
  expect(asked(body, body.length)).not.toBe(body);
  expect(asked(body, body.length - 1)).toBe(body);
});

/** A JSON text of the value, with any blanks between its parts. */
function spelled(value: unknown, blank: () => string): string {
  const join = (parts: readonly string[]): string => parts.map((part) => blank() + part + blank()).join(",");
  if (Array.isArray(value)) return `[${blank()}${join(value.map((each) => spelled(each, blank)))}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, each]) => `${JSON.stringify(name)}${blank()}:${blank()}${spelled(each, blank)}`,
  );
  return `{${blank()}${join(members)}}`;
}

describe("any body", () => {
  const others = fc.dictionary(
    fc.string({ unit: "binary" }).filter((name) => !["stream", "stream_options", "__proto__"].includes(name)),
    fc.jsonValue(),
    { maxKeys: 5 },
  );
  const options = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.dictionary(
      fc.string().filter((name) => name !== "include_usage" && name !== "__proto__"),
      fc.jsonValue(),
    ),
  );
  const blanks = fc.infiniteStream(fc.constantFrom("", "", " ", "\n", "\r\n\t"));

  test("parses to the same and the member, whatever its spelling, and however it is cut", () => {
    const property = fc.property(
      others,
      others,
      options,
      blanks,
      fc.array(fc.nat()),
      (before, behind, given, spaces, cuts) => {
        const body = { ...before, stream: true, ...(given === undefined ? {} : { stream_options: given }), ...behind };
        const text = spelled(body, () => spaces.next().value ?? "");
        const bytes = Buffer.from(text);
        const chunks = cut(bytes, cuts);
        const edit = askEdit(chunks, MAX);
        if (edit === undefined) throw new Error(`left alone: ${text}`);
        const edited = Buffer.concat(applyEdits(chunks, [edit]));
        // As the text has it: JSON has no -0.
        const told = JSON.parse(text) as { readonly stream_options?: object | null };
        expect(JSON.parse(edited.toString())).toEqual({
          ...told,
          stream_options: { ...told.stream_options, include_usage: true },
        });
        expect(edited.subarray(0, edit.start)).toEqual(bytes.subarray(0, edit.start));
        expect(edited.subarray(edit.start + edit.bytes.length)).toEqual(bytes.subarray(edit.end));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  test("never throws, and what is changed was JSON", () => {
    const piece = fc.constantFrom(
      '"stream"',
      '"stream_options"',
      "true",
      "null",
      "{",
      "}",
      ":",
      ",",
      "[",
      "]",
      '"a\\"',
      " ",
      "é",
    );
    const property = fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const body = pieces.join("");
      const edited = asked(body);
      if (edited !== body) expect(JSON.parse(body)).toMatchObject({ stream: true });
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

/** Cuts bytes at any places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks = [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
  return chunks.filter((chunk) => chunk.length > 0);
}

test("two edits of one body do not shift each other", () => {
  const body = Buffer.from('{"stream":true,"stream_options":{},"model":"gpt"}');
  const ask = askEdit([body], MAX);
  const start = body.indexOf('"gpt"');
  const rename = { start, end: start + 5, bytes: Buffer.from('"other-model"') };
  if (ask === undefined) throw new Error("left alone");
  for (const edits of [
    [rename, ask],
    [ask, rename],
  ]) {
    const edited = Buffer.concat(applyEdits([body.subarray(0, 33), body.subarray(33)], edits)).toString();
    expect(edited).toBe('{"stream":true,"stream_options":{"include_usage":true},"model":"other-model"}');
  }
});

describe("which requests may be asked", () => {
  const request = {
    method: "POST",
    path: "/up/v1/chat/completions",
    rawHeaders: ["content-type", "application/json"],
    framing: { kind: "chunked" },
  } as const;
  test.each([
    ["chunked", {}, true],
    ["of a length within the bound", { framing: { kind: "length", length: "100" } }, true],
    ["of a greater length", { framing: { kind: "length", length: "101" } }, false],
    ["without a body", { framing: { kind: "none" } }, false],
    ["another method", { method: "PUT" }, false],
    ["another path", { path: "/up/v1/completions" }, false],
    ["a path below it", { path: "/up/v1/chat/completions/1" }, false],
    ["with a content coding", { rawHeaders: ["Content-Encoding", "gzip"] }, false],
    ["with the coding that is none", { rawHeaders: ["Content-Encoding", "identity"] }, true],
  ] as const)("%s", (_name, change, may) => {
    expect(mayBeAsked({ ...request, ...change }, 100)).toBe(may);
  });
});

test("the answer is asked for without a coding", () => {
  expect(onlyIdentity(["Accept-Encoding", "gzip", "a", "b", "accept-encoding", "br"])).toEqual([
    "a",
    "b",
    "accept-encoding",
    "identity",
  ]);
});
