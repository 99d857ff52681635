// Checks that the scan keeps the members it is to keep, and no others, however a document is written and cut.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { KeptMembers } from "../../../src/runtime/usage/forms/usage-form.ts";
import { MAX_KEPT_BYTES, MAX_VALUE_BYTES, SparseJson } from "../../../src/runtime/usage/read/sparse-json.ts";
import { cutBody, cuts, usualChunkings } from "../../runtime/model/chunkings.ts";
import { KEPT, KEPT_TREE } from "./recorder.ts";

const MALFORMED = "malformed";
const UNFINISHED = "unfinished";

function scan(chunks: readonly Buffer[]): unknown {
  const json = new SparseJson(KEPT_TREE.root);
  for (const chunk of chunks) {
    const copy = Buffer.from(chunk);
    json.pushOnly(copy);
    copy.fill(0x58);
  }
  if (json.isMalformed) return MALFORMED;
  return json.isDone ? json.data : UNFINISHED;
}

/** The result, which is the same for all usual chunkings. */
function scanned(body: string | Buffer): unknown {
  const [whole, ...others] = usualChunkings(Buffer.from(body)).map(scan);
  for (const other of others) expect(other).toEqual(whole);
  return whole;
}

/** What is to be kept of a value, told in the plainest way. */
function keptOf(value: object, kept: KeptMembers): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, below] of Object.entries(kept)) {
    const member: unknown = (value as Record<string, unknown>)[name];
    if (!Object.hasOwn(value, name)) continue;
    if (below === true) found[name] = member;
    else if (typeof member === "object" && member !== null && !Array.isArray(member)) {
      found[name] = keptOf(member, below);
    }
  }
  return found;
}

describe("the sparse scan of JSON", () => {
  it.each([
    ["{}", {}],
    [' {\r\n"usage" :\t{"input_tokens": 7 } ,"id":1} \n', { usage: { input_tokens: 7 } }],
    ['{"usage":null,"model":"m"}', { usage: null, model: "m" }],
    ['{"done":true,"eval_count":-1.5e+2,"type":""}', { done: true, eval_count: -150, type: "" }],
    ['{"model":"gpt-é-模型\\n\\u0041\\"\\\\"}', { model: 'gpt-é-模型\nA"\\' }],
    [
      '{"response":{"id":"r","usage":{"a":[1,{"usage":2}]},"output":[{"usage":3}]}}',
      { response: { usage: { a: [1, { usage: 2 }] } } },
    ],
    ['{"response":{}}', { response: {} }],
    ['{"response":[{"usage":1}],"message":"usage","x_groq":null}', {}],
    // A word is no member, and a member counts only at its own depth.
    ['{"text":"\\"usage\\":{\\"input_tokens\\":1}","a":{"usage":1},"b":[{"usage":1}],"model":"m"}', { model: "m" }],
    ['{"text":"\\\\","usage":1}', { usage: 1 }],
    ['{"usage\\u0073":1,"usages":1,"usag":1,"":1}', {}],
    ['{"response":{"response":{"usage":1},"type":"t"},"type":"u"}', { response: {}, type: "u" }],
    ['{"message":{"message":{"usage":1}},"usage":2}', { message: {}, usage: 2 }],
    // Of equal names, the last counts.
    ['{"usage":{"a":1},"usage":{"b":2}}', { usage: { b: 2 } }],
    ['{"usage":{"a":1},"usage":null}', { usage: null }],
    ['{"response":{"usage":1},"response":{"model":"m"}}', { response: { model: "m" } }],
    ['{"response":{"usage":1},"response":7}', {}],
    [`{"usage":1,"usage":"${"x".repeat(MAX_VALUE_BYTES)}"}`, {}],
    // Deep and long ones.
    [`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)},"usage":1}`, { usage: 1 }],
    [`{"a":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)},"usage":1}`, { usage: 1 }],
    [`{"${"k".repeat(100_000)}":"${"v".repeat(100_000)}\\"","usage":1}`, { usage: 1 }],
    [`{"n":${"9".repeat(100_000)},"usage":1}`, { usage: 1 }],
    [`{"usage":1,"a":"${'\\"usage\\":'.repeat(20_000)}"}`, { usage: 1 }],
    [`{"a":"${"\\\\".repeat(50_000)}","usage":1}`, { usage: 1 }],
    [`{"usage":${"9".repeat(400)}}`, { usage: Number.POSITIVE_INFINITY }],
  ])("keeps of %.70s", (body, expected) => {
    expect(scanned(body)).toEqual(expected);
  });

  it.each([
    "null",
    "1",
    '"usage"',
    '[{"usage":1}]',
    '{"usage":1}x',
    '{"usage":1}{',
    '{"usage":1,}',
    '{,"usage":1}',
    '{"usage" 1}',
    '{"usage"::1}',
    '{"usage":1 "a":2}',
    '{"usage":tru}',
    '{"usage":1-}',
    '{"usage":[1}}',
    '{"usage":{"a":1,}}',
    '{"usage":"\\x"}',
    '{"usage":"a\nb"}',
    "{'usage':1}",
    "{usage:1}",
    '{"a":[#],"usage":1}',
    '{"usage":1}\0',
    "\ufeff{}",
  ])("takes %s for malformed", (body) => {
    expect(scanned(body)).toBe(MALFORMED);
  });

  it.each(["", " ", "{", '{"usage":1', '{"usage', '{"usage":{"a":1}', '{"usage":"a', '{"usage":"a\\'])(
    "takes %s for unfinished",
    (body) => {
      expect(scanned(body)).toBe(UNFINISHED);
    },
  );

  it("finds usage near the end of megabytes, and at their start", () => {
    const text = 'A "usage" of words.\n'.repeat(100_000);
    const output = Array.from({ length: 20 }, (_, i) => ({ usage: i, text: text.slice(0, 100_000 + i) }));
    for (const document of [
      { type: "t", response: { output, usage: { input_tokens: 7 } } },
      { usage: { input_tokens: 7 }, response: { model: "m", output }, type: "t" },
    ]) {
      const body = Buffer.from(JSON.stringify(document));
      expect(body.length).toBeGreaterThan(2_000_000);
      const expected = keptOf(document, KEPT);
      expect(scan([body])).toEqual(expected);
      for (const size of [37, 4096, 65_536]) expect(scan(pieces(body, size))).toEqual(expected);
    }
  });

  it("drops a value that is too long, and values beyond what is kept in all", () => {
    const longest = "x".repeat(MAX_VALUE_BYTES - 2);
    expect(scanned(`{"model":"${longest}","type":"t"}`)).toEqual({ model: longest, type: "t" });
    expect(scanned(`{"model":"${longest}x","type":"t"}`)).toEqual({ type: "t" });
    expect(MAX_KEPT_BYTES).toBe(2 * MAX_VALUE_BYTES);
    const three = `{"model":"${longest}","type":"${longest}","usage":1}`;
    expect(scanned(three)).toEqual({ model: longest, type: longest });
  });

  it.each(['{"usage":"', '{"usage":[', '{"', '{"model":', '{"a":"', '{"usage":{"a":['])(
    "keeps no more than its bound of a body that goes on like %s",
    (start) => {
      const chunks = pieces(Buffer.from(start + "1".repeat(1_000_000)), 100);
      const json = new SparseJson(KEPT_TREE.root);
      const allocations = vi.spyOn(Buffer, "allocUnsafeSlow");
      for (const chunk of chunks) json.pushOnly(chunk);
      const sizes = allocations.mock.calls.map(([size]) => size);
      allocations.mockRestore();
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(MAX_VALUE_BYTES);
      expect(sizes.length).toBeLessThan(10);
    },
  );

  const name = fc.constantFrom("usage", "model", "response", "message", "x_groq", "a", "usag", "usages", "type");
  const { value } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>(null, true, 0, -1.5e-7, "", '"usage":1', "\\", "é模\u2028", "}]", "a\n"),
      fc.string({ unit: "binary" }),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc.dictionary(name, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  }));
  const document = fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true });
  const indent = fc.constantFrom<string | number>(0, 1, "\t", "\r\n ".slice(0, 2));

  it("keeps what JSON.parse would see, of all documents, however they are cut", () => {
    fc.assert(
      fc.property(document, indent, cuts, (object, blanks, shares) => {
        const body = Buffer.from(JSON.stringify(object, null, blanks));
        const expected = keptOf(JSON.parse(body.toString()) as object, KEPT);
        expect(scan(cutBody(body, shares))).toEqual(expected);
        expect(scan(pieces(body, 1))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("tells nothing else of damaged documents than JSON.parse, and refuses none that it accepts", () => {
    const damage = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(..."{}[]\",:\\ a0tn'/\0")),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(document, damage, cuts, (object, changes, shares) => {
        const body = Buffer.from(JSON.stringify(object));
        for (const [share, byte] of changes) body[Math.floor(share * (body.length - 1))] = byte.charCodeAt(0);
        const result = scan(cutBody(body, shares));
        expect(scan([body])).toEqual(result);
        let parsed: unknown;
        try {
          parsed = JSON.parse(body.toString());
        } catch {
          return;
        }
        if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return;
        // Names are compared as they are written.
        if (!body.includes("\\")) expect(result).toEqual(keptOf(parsed, KEPT));
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws, whatever the bytes are, and never depends on how they are cut", () => {
    const parts = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 5 }),
        fc.constantFrom('{"usage":', '"', "\\", "{", "}", "[", "]", ":", ",", "1"),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(parts, cuts, (bytes, shares) => {
        const body = Buffer.concat(bytes.map((part) => Buffer.from(part as string)));
        expect(scan(cutBody(body, shares))).toEqual(scan([body]));
      }),
      { numRuns: 2000 },
    );
  });
});

function pieces(body: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(body.length / size) }, (_, i) => body.subarray(i * size, (i + 1) * size));
}
