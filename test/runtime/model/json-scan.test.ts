// Checks that the scan of JSON bodies finds the top-level model, and account state, however the body is written and cut.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BodyModel } from "../../../src/runtime/model/body-model.ts";
import { JsonScan } from "../../../src/runtime/model/json-scan.ts";
import { cutBody, cuts, usualChunkings } from "./chunkings.ts";

function scanned(chunks: readonly Buffer[]): JsonScan {
  const scan = new JsonScan();
  for (const chunk of chunks) scan.push(chunk);
  scan.end();
  return scan;
}

/** The result in few words: the name in quotes, or why there is none. It is the same for all usual chunkings. */
function told(body: Buffer | string): string {
  const bytes = Buffer.from(body);
  const results = usualChunkings(bytes).map((chunks) => inWords(scanned(chunks).model));
  expect(new Set(results).size, `one result for ${bytes.toString()}`).toBe(1);
  return results[0] ?? "";
}

function inWords(model: BodyModel): string {
  return model.kind === "model" ? `"${model.name}"` : model.reason;
}

const MIB = 1024 * 1024;

describe("the scan of a JSON body", () => {
  it.each([
    ['{"model":"gpt-x"}', '"gpt-x"'],
    ['{"a":1,"model":"gpt-x","b":[{"model":"y"}]}', '"gpt-x"'],
    ['\ufeff {\n"model" :\t"gpt-x"\r}\n ', '"gpt-x"'],
    ['{"mod\\u0065l":"gpt-x"}', '"gpt-x"'],
    ['{"\\u006dod\\u0065\\u006C":"gpt-x"}', '"gpt-x"'],
    ['{"model":"a\\u002db\\n\\"c\\\\"}', '"a-b\n"c\\"'],
    ['{"model":"gpt-é-模型"}', '"gpt-é-模型"'],
    ['{"model":""}', '""'],
    ['{"a":"}{][,\\"","model":"gpt-x","b":"\\\\"}', '"gpt-x"'],
    ['{"MODELS":1,"model":"gpt-x"}', '"gpt-x"'],
    ['{"a":{"b":["}","\\"]"]},"model":"gpt-x"}', '"gpt-x"'],
    ['{"a":{},"b":[],"c":-1.5e+9,"d":null,"model":"gpt-x"}', '"gpt-x"'],
    [`{"${"k".repeat(100_000)}":"${"v".repeat(100_000)}\\"","model":"gpt-x"}`, '"gpt-x"'],
    [`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)},"model":"gpt-x"}`, '"gpt-x"'],
    [`{"a":"${'\\"'.repeat(1000)}${"\\\\".repeat(1000)}","model":"gpt-x"}`, '"gpt-x"'],
  ])("finds the model of %.60s", (body, name) => {
    expect(told(body)).toBe(name);
    expect(`"${JSON.parse(body.replace(/^\ufeff/, "")).model}"`).toBe(name);
  });

  it.each([
    ["{}", "missing"],
    ['{"messages":[{"model":"gpt-x"}]}', "missing"],
    ['{"models":"gpt-x"}', "missing"],
    ['{"mode":"gpt-x"}', "missing"],
    ['{"a":"\\",\\"model\\":\\"x"}', "missing"],
    ['{"Model":"gpt-x"}', "other_capitals"],
    ['{"model":"a","model":"b"}', "given_twice"],
    ['{"model":"a","mod\\u0065l":"a"}', "given_twice"],
    ['{"model":"a","b":{"c":1},"MODEL":"b"}', "given_twice"],
    ['{"\\u004dodel":"a","model":"b"}', "given_twice"],
    ['{"model":"a","model":null}', "given_twice"],
    ['{"model":1,"model":"b"}', "given_twice"],
    ['{"model":null}', "not_a_string"],
    ['{"model":7}', "not_a_string"],
    ['{"model":["a"]}', "not_a_string"],
    ['{"model":{"model":"a"}}', "not_a_string"],
    [`{"model":"${"m".repeat(4097)}"}`, "too_long"],
    [`{"model":"${"m".repeat(4096)}"}`, `"${"m".repeat(4096)}"`],
  ])("tells why %.60s names none", (body, reason) => {
    expect(told(body)).toBe(reason);
  });

  it.each([
    "",
    " ",
    "null",
    '"model"',
    '[{"model":"a"}]',
    '{"model":"a"',
    '{"model":"a"}{"model":"b"}',
    '{"model":"a"}x',
    '{"model":"a",}',
    '{,"model":"a"}',
    '{"model" "a"}',
    '{"model"::"a"}',
    '{"a":,"model":"a"}',
    '{"model":"a" "b":1}',
    "{'model':\"a\"}",
    '{model:"a"}',
    '{"model":"a",/* */"b":1}',
    '{"a":[ /* ] , "model":"a", "b":[ */ ]}',
    '{"a":[\'"\'],"model":"a","b":["\']"]}',
    '{"a":[\',"model":"a"}',
    '{"a":[NaN],"model":"a"}',
    '{"a":[#\n],"model":"a"}',
    '{"a":[}],"model":"a"}x',
    '{"\\model":"a"}',
    '{"mod\\u006":"a"}',
    '{"mod\nel":"a"}',
    '{"model":"a\\x"}',
    '{"model":"a\n"}',
    '{"model":"a"}\0',
    "--boundary",
  ])("takes %s for malformed", (body) => {
    expect(told(body)).toBe("malformed");
  });

  it.each([
    ["invalid UTF-8 in the model", Buffer.from('{"model":"a\xff"}', "latin1")],
    ["a long form of ASCII in the model", Buffer.from('{"model":"a\xc1\xa1"}', "latin1")],
    ["UTF-16", Buffer.from('{"model":"a"}', "utf16le")],
    ["UTF-16 with its mark", Buffer.from('\ufeff{"model":"a"}', "utf16le")],
    ["half a byte order mark", Buffer.from('\xef\xbb{"model":"a"}', "latin1")],
    ["a second byte order mark", Buffer.from('\ufeff\ufeff{"model":"a"}')],
    ["a late byte order mark", Buffer.from(' \ufeff{"model":"a"}')],
  ])("takes %s for malformed", (_, body) => {
    expect(told(body)).toBe("malformed");
  });

  it("passes invalid UTF-8 elsewhere over, which hides no quote", () => {
    expect(told(Buffer.from('{"\xe2":"\xf0","model":"a","b":"\xe2"}', "latin1"))).toBe('"a"');
    expect(told(Buffer.from('{"a":"\xe2","model":"b","model":"c"}', "latin1"))).toBe("given_twice");
  });

  it("keeps an escape that is cut, also in a long string", () => {
    const scan = scanned([Buffer.from(`{"a":"${"x".repeat(100)}\\`), Buffer.from('","model":"b","c":"d"}')]);
    expect(inWords(scan.model)).toBe("malformed");
    const doubled = scanned([Buffer.from(`{"a":"${"x".repeat(100)}\\\\`), Buffer.from('","model":"b"}')]);
    expect(inWords(doubled.model)).toBe('"b"');
  });

  it("finds a second model behind the first MiB", () => {
    const scan = new JsonScan();
    scan.push(Buffer.from(`{"model":"a","text":"${"x".repeat(MIB)}"`));
    expect(inWords(scan.model)).toBe('"a"');
    scan.push(Buffer.from(',"mod\\u00'));
    expect(scan.models).toBe(1);
    scan.push(Buffer.from('65l"'));
    expect(scan.models).toBe(2);
    expect(inWords(scan.model)).toBe("given_twice");
  });

  it("keeps no bytes of a name that never ends", () => {
    const scan = new JsonScan();
    scan.push(Buffer.from('{"model":"'));
    for (let i = 0; i < 10; i++) scan.push(Buffer.alloc(1000, "m"));
    expect(inWords(scan.model)).toBe("too_long");
    scan.push(Buffer.from('"}'));
    scan.end();
    expect(inWords(scan.model)).toBe("too_long");
  });

  it("tells where the model stands in the whole body", () => {
    const body = Buffer.from('\ufeff{"é":1, "model" : "a\\u002dé" }');
    for (const chunks of usualChunkings(body)) {
      const { model } = scanned(chunks);
      if (model.kind !== "model" || model.span === undefined) throw new Error(model.kind);
      expect(body.subarray(model.span.start, model.span.end).toString()).toBe('"a\\u002dé"');
    }
  });
});

describe("the scan for account state", () => {
  it.each([
    ['{"previous_response_id":"resp_1"}', true],
    ['{"previous_response_id":null}', false],
    ['{"previous_response_id":nulll}', true],
    ['{"previous_response_id":{}}', true],
    ['{"previous_response_id":0}', true],
    ['{"previous_response_id":null,"previous_response_id":"r"}', true],
    ['{"previous_respons\\u0065_id":"resp_1"}', true],
    ['{"previous_response_ids":"r","previous_response_i":"r"}', false],
    ['{"background":true}', true],
    ['{"background" : true , "a":1}', true],
    ['{"background":false}', false],
    ['{"background":"true"}', false],
    ['{"background":truefalse}', false],
    ['{"background":null}', false],
    ['{"input":[{"background":true,"previous_response_id":"r"}]}', false],
    ['{"background":12345678}', false],
  ])("%s: %s", (body, expected) => {
    for (const chunks of usualChunkings(Buffer.from(body))) expect(scanned(chunks).namesAccountState).toBe(expected);
  });

  it("goes on after a second model", () => {
    expect(scanned([Buffer.from('{"model":"a","model":"b","background":true}')]).namesAccountState).toBe(true);
  });
});

/** A text as a JSON string, each character in one of the ways JSON allows. */
const written = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.array(fc.nat(2), { minLength: 1, maxLength: 20 })).map(([value, ways]) => {
    const units = Array.from({ length: value.length }, (_, i) => value.charCodeAt(i));
    const escaped = units.some((unit) => unit >= 0xd800 && unit <= 0xdfff);
    return `"${units
      .map((unit, i) =>
        escaped || unit < 0x20 || unit === 0x22 || unit === 0x5c || ways[i % ways.length] === 2
          ? `\\u${unit.toString(16).padStart(4, "0")}`
          : String.fromCharCode(unit),
      )
      .join("")}"`;
  });

const NAMES = ["model", "Model", "models", "mode", "previous_response_id", "background", "b", "\\", '"', "é"];
const blank = fc.constantFrom("", "", " ", "\n\t", "\r\n");
const value = fc.oneof(
  fc.json({ maxDepth: 3 }),
  written(fc.string({ unit: "binary", maxLength: 12 })),
  fc.constantFrom("true", "false", "null", '"gpt-x"', '{"model":"x"}', "-1.5e-3"),
);
const member = fc.record({
  name: written(fc.constantFrom(...NAMES)),
  value,
  blanks: fc.tuple(blank, blank, blank, blank),
});
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;

function documentOf(members: readonly Member[]): string {
  const texts = members.map(({ name, value, blanks: [a, b, c, d] }) => `${a}${name}${b}:${c}${value}${d}`);
  return `{${texts.join(",")}}`;
}

/** What the scan should say about the model, by reading each member with `JSON.parse`. */
function expectedModel(members: readonly Member[]): string {
  const named = members.filter(({ name }) => String(JSON.parse(name)).toLowerCase() === "model");
  const [first] = named;
  if (named.length > 1) return "given_twice";
  if (first === undefined) return "missing";
  if (JSON.parse(first.name) !== "model") return "other_capitals";
  const model: unknown = JSON.parse(first.value);
  return typeof model === "string" ? `"${model}"` : "not_a_string";
}

function expectedState(members: readonly Member[]): boolean {
  const values = (name: string): unknown[] =>
    members.filter((one) => JSON.parse(one.name) === name).map((one) => JSON.parse(one.value));
  return values("previous_response_id").some((id) => id !== null) || values("background").includes(true);
}

describe("for all documents and chunkings, the scan", () => {
  it("agrees with JSON.parse", () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), cuts, (members, shares) => {
        const body = Buffer.from(documentOf(members));
        const scan = scanned(cutBody(body, shares));
        expect(inWords(scan.model)).toBe(expectedModel(members));
        expect(scan.namesAccountState).toBe(expectedState(members));
        if (scan.model.kind !== "model" || scan.model.span === undefined) return;
        const token = body.subarray(scan.model.span.start, scan.model.span.end).toString();
        expect(JSON.parse(token)).toBe(scan.model.name);
      }),
      { numRuns: 1000 },
    );
  });

  it("never tells a model that JSON.parse does not see, and refuses nothing that it accepts", () => {
    const damage = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(..."{}[]\",:\\ a0tn'/\0\xff")),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(fc.array(member, { maxLength: 4 }), damage, cuts, (members, changes, shares) => {
        const body = Buffer.from(documentOf(members));
        for (const [share, byte] of changes) body[Math.floor(share * (body.length - 1))] = byte.charCodeAt(0);
        const { model } = scanned(cutBody(body, shares));
        let parsed: unknown;
        try {
          parsed = JSON.parse(body.toString());
        } catch {
          return;
        }
        const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
        // `toString` replaced what is no UTF-8.
        if (!body.includes(0xff)) expect(inWords(model) === "malformed").toBe(!isObject);
        if (model.kind === "model") expect(model.name).toBe((parsed as { model?: unknown }).model);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, shares) => {
        const whole = inWords(scanned([Buffer.from(bytes)]).model);
        expect(inWords(scanned(cutBody(Buffer.from(bytes), shares)).model)).toBe(whole);
      }),
    );
  });
});
