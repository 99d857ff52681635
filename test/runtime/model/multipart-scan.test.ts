// Checks that the scan of forms finds the field `model`, and refuses what parsers may read in two ways.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MultipartScan } from "../../../src/runtime/model/multipart-scan.ts";
import { cutBody, cuts, usualChunkings } from "./chunkings.ts";

const BOUNDARY = "----boundary7MA4YW";

function scanned(chunks: readonly Buffer[]): string {
  const scan = new MultipartScan(BOUNDARY);
  for (const chunk of chunks) scan.push(chunk);
  scan.end();
  return scan.model.kind === "model" ? `"${scan.model.name}"` : scan.model.reason;
}

function told(body: Buffer | string): string {
  const results = usualChunkings(Buffer.from(body)).map(scanned);
  expect(new Set(results).size).toBe(1);
  return results[0] ?? "";
}

const part = (head: string, content: string): string => `--${BOUNDARY}\r\n${head}\r\n\r\n${content}\r\n`;
const field = (name: string, value: string): string => part(`Content-Disposition: form-data; name="${name}"`, value);
const file = (content: string): string =>
  part('Content-Disposition: form-data; name="file"; filename="a;b.mp3"\r\nContent-Type: audio/mpeg', content);
const END = `--${BOUNDARY}--\r\n`;
const MODEL = field("model", "whisper-1");
const DISPOSITION = 'Content-Disposition: form-data; name="model"';

describe("the scan of a form", () => {
  it.each([
    ["a field", `${MODEL}${END}`, '"whisper-1"'],
    ["a field before a file", `${MODEL}${file("x")}${END}`, '"whisper-1"'],
    ["a field behind a large file", `${file("x\r\n--y".repeat(2000))}${MODEL}${END}`, '"whisper-1"'],
    ["other fields", `${field("models", "a")}${MODEL}${field("x", "model")}${END}`, '"whisper-1"'],
    ["an empty value", `${field("model", "")}${END}`, '""'],
    ["a value with line breaks", `${field("model", "a\r\n\r\nb")}${END}`, '"a\r\n\r\nb"'],
    ["a value beyond ASCII", `${field("model", "é模")}${END}`, '"é模"'],
    ["a name without quotes", `${part("content-disposition:form-data;name=model", "a")}${END}`, '"a"'],
    ["a name with an escape", `${part('content-disposition: form-data; name="mod\\el"', "a")}${END}`, '"a"'],
    [
      "a text type",
      `${part(`${DISPOSITION}\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit`, "a")}${END}`,
      '"a"',
    ],
    ["an empty line in front", `\r\n${MODEL}${END}`, '"whisper-1"'],
    ["text behind the form", `${MODEL}${END}behind`, '"whisper-1"'],
    [
      "a file with an extended name",
      `${part("content-disposition: form-data; name=file; filename=a; filename*=UTF-8''a", "x")}${MODEL}${END}`,
      '"whisper-1"',
    ],
    ["no line break at the end", `${MODEL}--${BOUNDARY}--`, '"whisper-1"'],
    ["the longest name", `${field("model", "m".repeat(4096))}${END}`, `"${"m".repeat(4096)}"`],
  ])("finds the model in a form with %s", (_, body, expected) => {
    expect(told(body)).toBe(expected);
  });

  it.each([
    ["no model", `${file("x")}${END}`, "missing"],
    ["no fields", END, "missing"],
    ["two models", `${MODEL}${file("x")}${MODEL}${END}`, "given_twice"],
    ["a model and a file of that name", `${MODEL}${part(`${DISPOSITION}; filename="a"`, "x")}${END}`, "given_twice"],
    ["a file of that name", `${part(`${DISPOSITION}; filename="a"`, "x")}${END}`, "not_a_string"],
    ["a name that is too long", `${field("model", "m".repeat(4097))}${END}`, "too_long"],
    ["a name that is far too long", `${field("model", "m".repeat(50_000))}${END}`, "too_long"],
    ["two names that are too long", `${field("model", "m".repeat(50_000)).repeat(2)}${END}`, "given_twice"],
    ["invalid UTF-8", Buffer.from(`${field("model", "a\xff")}${END}`, "latin1"), "malformed"],
    ["no end", MODEL, "malformed"],
    ["nothing", "", "malformed"],
    ["JSON", '{"model":"a"}', "malformed"],
    ["text in front", `before\r\n${MODEL}${END}`, "malformed"],
    ["JSON in front", `{"model":"a"}\r\n${MODEL}${END}`, "malformed"],
    ["JSON in front of an empty line", `{}\r\n\r\n${MODEL}${END}`, "malformed"],
    ["two empty lines in front", `\r\n\r\n${MODEL}${END}`, "malformed"],
    ["another spelling", `${field("Model", "a")}${END}`, "malformed"],
    ["an encoded name", `${field("mod%65l", "a")}${END}`, "malformed"],
    ["two names", `${part('content-disposition: form-data; name="x"; name="model"', "a")}${END}`, "malformed"],
    [
      "an extended name",
      `${part("content-disposition: form-data; name=x; name*=UTF-8''model", "a")}${END}`,
      "malformed",
    ],
    [
      "a name in two pieces",
      `${part("content-disposition: form-data; name=x; name*0=mod; name*1=el", "a")}${END}`,
      "malformed",
    ],
    [
      "a coded piece of a name",
      `${part("content-disposition: form-data; name=x; name*0*=''model", "a")}${END}`,
      "malformed",
    ],
    [
      "a file whose name is in pieces",
      `${part(`${DISPOSITION}; filename*0=a; filename*1=b`, "x")}${END}`,
      "not_a_string",
    ],
    [
      "another name that ends so",
      `${part("content-disposition: form-data; xname=model; name=x", "a")}${END}`,
      "malformed",
    ],
    [
      "a name within a file's name",
      `${part('content-disposition: form-data; filename="a; Name =model"; name=x', "a")}${END}`,
      "malformed",
    ],
    ["a name in single quotes", `${part("content-disposition: form-data; name='model'", "a")}${END}`, "malformed"],
    ["a name as in mail headers", `${field("=?utf-8?q?model?=", "a")}${END}`, "malformed"],
    [
      "two dispositions",
      `${part(`Content-Disposition: form-data; name="x"\r\n${DISPOSITION}`, "a")}${END}`,
      "malformed",
    ],
    ["no disposition", `${part("content-type: text/plain", "a")}${END}`, "malformed"],
    ["an attachment", `${part('content-disposition: attachment; name="model"', "a")}${END}`, "malformed"],
    ["a folded header", `${part('Content-Disposition: form-data;\r\n name="model"', "a")}${END}`, "malformed"],
    ["a blank before the colon", `${part('Content-Disposition : form-data; name="model"', "a")}${END}`, "malformed"],
    [
      "a bare line break in a head",
      `${part(`Content-Disposition: form-data; name="x"\r\nX: a\n${DISPOSITION}`, "a")}${END}`,
      "malformed",
    ],
    [
      "a coded value",
      `${part(`${DISPOSITION}\r\nContent-Transfer-Encoding: quoted-printable`, "a=62")}${END}`,
      "malformed",
    ],
    [
      "a value in UTF-7",
      `${part(`${DISPOSITION}\r\nContent-Type: text/plain; charset=utf-7`, "a")}${END}`,
      "malformed",
    ],
    [
      "a value of another type",
      `${part(`${DISPOSITION}\r\nContent-Type: application/json`, '"a"')}${END}`,
      "malformed",
    ],
    ["a head that is too long", `${part(`X: ${"x".repeat(5000)}\r\n${DISPOSITION}`, "a")}${END}`, "malformed"],
    ["bare line breaks", `${MODEL}${END}`.replaceAll("\r\n", "\n"), "malformed"],
    [
      "a delimiter behind a bare line break",
      `${file(`x\n${MODEL.replaceAll("\r\n", "\n")}`)}${MODEL}${END}`,
      "malformed",
    ],
    ["a boundary within a line", `${file(`x--${BOUNDARY}`)}${MODEL}${END}`, "malformed"],
    ["a longer boundary", `${file("x")}--${BOUNDARY}x\r\n${DISPOSITION}\r\n\r\na\r\n${END}`, "malformed"],
    ["a boundary in a head", `${part(`X: --${BOUNDARY}\r\n${DISPOSITION}`, "a")}${END}`, "malformed"],
    ["a part behind the end", `${MODEL}${END}${MODEL}${END}`, "malformed"],
    ["a part without its line break", `--${BOUNDARY}\r\n${DISPOSITION}\r\n\r\n--${BOUNDARY}--`, "malformed"],
  ])("refuses a form with %s", (_, body, reason) => {
    expect(told(body)).toBe(reason);
  });

  it("says the same for all chunkings, whatever the parts hold", () => {
    const content = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\r\n", "--", `\r\n--${BOUNDARY.slice(0, -1)}`, "\r\n-", "x".repeat(5000)),
    );
    const fields = fc.array(fc.tuple(fc.constantFrom("model", "file", "n"), fc.array(content, { maxLength: 4 })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(fields, cuts, (parts, shares) => {
        const texts = parts.map(([name, pieces]) => [name, pieces.join("")] as const);
        const body = Buffer.from(`${texts.map(([name, text]) => field(name, text)).join("")}${END}`);
        const models = texts.filter(([name]) => name === "model");
        const value = Buffer.from(models[0]?.[1] ?? "");
        const single = value.length > 4096 ? "too_long" : `"${value.toString()}"`;
        const expected = models.length === 0 ? "missing" : models.length > 1 ? "given_twice" : single;
        expect(scanned(cutBody(body, shares))).toBe(expected);
      }),
    );
  });

  it("never throws, whatever the bytes are", () => {
    const piece = fc.constantFrom(`--${BOUNDARY}`, "\r\n", "--", DISPOSITION, "\r\n\r\n", "a", ":", "\n");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), cuts, (pieces, shares) => {
        const body = Buffer.from(pieces.join(""));
        expect(scanned(cutBody(body, shares))).toBe(scanned([body]));
      }),
    );
  });
});
