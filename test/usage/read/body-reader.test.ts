// Checks that the way a body is built is found out, and that JSON bodies of all kinds are taken apart rightly.

import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FIRST_EVENTS } from "../../../src/runtime/usage/read/usage-events.ts";
import { cutBody, cuts, usualChunkings } from "../../runtime/model/chunkings.ts";
import { readChunks } from "./recorder.ts";

function read(contentType: string | undefined, body: string | Buffer, complete = true): unknown[] {
  const chunkings = usualChunkings(Buffer.from(body));
  const [whole, ...others] = chunkings.map((chunks) => readChunks(contentType, chunks, complete));
  for (const other of others) expect(other).toEqual(whole);
  return whole ?? [];
}

const SSE = "text/event-stream";
const JSON_TYPE = "application/json; charset=utf-8";
const NDJSON = "application/x-ndjson";

describe("how a body is built", () => {
  it.each<[string | undefined, string, string]>([
    [SSE, 'data: {"usage":1}\n\n', "stream"],
    [" Text/Event-Stream ;charset=utf-8", '\r\nfoo: 1\ndata: {"usage":1}\n\n', "stream"],
    [undefined, 'data: {"usage":1}\n\n', "stream"],
    [JSON_TYPE, '\ufeffevent: a\rdata: {"usage":1}\r\r', "stream"],
    ["text/plain", ': hello\n\ndata: {"usage":1}\n\n', "stream"],
    [NDJSON, '\ndata: {"usage":1}\n\n', "stream"],
    [JSON_TYPE, '{"usage":1}', "one"],
    [undefined, '\ufeff \r\n\t{"usage":1}', "one"],
    [SSE, '{"usage":1}', "one"],
    ["text/event-streams", '{"usage":1}', "one"],
    [JSON_TYPE, '{"usage":1}\n{"usage":1}\n', "one"],
    [JSON_TYPE, '[{"usage":1}]', "stream"],
    [SSE, '[{"usage":1}]', "stream"],
    [undefined, ' [{"usage":1}]', "stream"],
    [NDJSON, '{"usage":1}\n', "stream"],
    ["application/ndjson;charset=utf-8", '{"usage":1}\n', "stream"],
    ["application/jsonl", '{"usage":1}\n', "stream"],
    ["APPLICATION/X-JSONLINES", '{"usage":1}', "stream"],
    ["text/html", "<html>", "nothing"],
    ["text/plain", "WEBVTT\n", "nothing"],
    ["audio/mpeg", "ID3\x04", "nothing"],
    [JSON_TYPE, "null", "nothing"],
    [JSON_TYPE, "", "nothing"],
    [JSON_TYPE, " \n", "nothing"],
    [SSE, "\ufeff", "nothing"],
    // A byte order mark counts only once, and at the start.
    [JSON_TYPE, '\n\ufeff{"usage":1}', "nothing"],
    [JSON_TYPE, '\ufeff\ufeff{"usage":1}', "nothing"],
  ])("%s with %j", (contentType, body, kind) => {
    const told = read(contentType, body);
    expect(told[0]).toBe(kind);
    if (kind === "nothing") return;
    expect(JSON.stringify(told)).toContain('{"usage":1}');
    expect(told.at(-1)).toBe("all");
  });
});

describe("a JSON body", () => {
  it.each<[string, unknown[]]>([
    ['{"usage":1}', ["one", { usage: 1 }, "all"]],
    ['{"usage":1} \n ', ["one", { usage: 1 }, "all"]],
    ['{\n"usage":\n1}\n\n{"usage":2}', ["one", { usage: 1 }, { usage: 2 }, "all"]],
    ['{"usage":1', ["one", "part"]],
    ['{"usage":1}x{"usage":2}', ["one", { usage: 1 }, "part"]],
    ['{"usage":1},{"usage":2}', ["one", { usage: 1 }, "part"]],
    ['{"usage":1}{"usage":}{"usage":3}', ["one", { usage: 1 }, "part"]],
    ['[{"usage":1}\n,\r\n{"usage":2}]\n', ["stream", { usage: 1 }, { usage: 2 }, "all"]],
    ["[]", ["stream", "all"]],
    ['[{"usage":1},{"usage":2}', ["stream", { usage: 1 }, { usage: 2 }, "part"]],
    ['[{"usage":1},{"usage":2', ["stream", { usage: 1 }, "part"]],
    ['[{"usage":1}] {"usage":2}', ["stream", { usage: 1 }, "part"]],
    ['[{"usage":1},7,{"usage":3}]', ["stream", { usage: 1 }, "part"]],
    ['[[{"usage":1}]]', ["stream", "part"]],
    ['[,{"usage":1}]', ["stream", "part"]],
    ['{"usage":1}]', ["one", { usage: 1 }, "part"]],
    ['{"usage":1}[{"usage":2}]', ["one", { usage: 1 }, "part"]],
  ])("reads %j", (body, told) => {
    expect(read(JSON_TYPE, body)).toEqual(told);
    expect(read(JSON_TYPE, body, false)).toEqual([...told.slice(0, -1), "part"]);
  });

  it("hands on the first elements of an array, and later only those that tell usage", () => {
    const first = Array.from({ length: FIRST_EVENTS }, () => ({ model: "m" }));
    const body = JSON.stringify(
      [...first, { model: "m" }, { usage: null }, { usageMetadata: {} }, { model: "m" }],
      null,
      1,
    );
    expect(read(JSON_TYPE, body)).toEqual(["stream", ...first, { usageMetadata: {} }, "all"]);
  });
});

describe("a body of JSON lines", () => {
  it.each<[string, unknown[]]>([
    ['{"usage":1}\n{"usage":2}\n', [{ usage: 1 }, { usage: 2 }]],
    ['{"usage":1}\r\n\r\n{"usage":2}\r\n', [{ usage: 1 }, { usage: 2 }]],
    ['{"usage":1}\n\n \n{"usage":2}', [{ usage: 1 }, { usage: 2 }]],
    ['{"usage":\n1}\n{"usage":2}\n', [{ usage: 2 }]],
    ['{"usage":1}x\n[1]\nnull\n{"usage":2}\n', [{ usage: 2 }]],
    ['{"usage":1}\n{"usage":2', [{ usage: 1 }]],
  ])("reads %j", (body, told) => {
    expect(read(NDJSON, body)).toEqual(["stream", ...told, "all"]);
  });

  it("takes a last line without its end only when the body came whole", () => {
    expect(read(NDJSON, '{"usage":1}\n{"usage":2}', false)).toEqual(["stream", { usage: 1 }, "part"]);
  });

  it("hands on the first lines, and later only those that tell usage", () => {
    const first = Array.from({ length: FIRST_EVENTS }, () => ({ model: "m" }));
    const rest = [{ model: "m" }, { a: "eval_count" }, { model: "m", done: true, eval_count: 7 }, { model: "m" }];
    const body = [...first, ...rest].map((line) => `${JSON.stringify(line)}\n`).join("");
    expect(read(NDJSON, body)).toEqual(["stream", ...first, { model: "m", done: true, eval_count: 7 }, "all"]);
  });
});

describe("bodies of all kinds", () => {
  const part = fc.oneof(
    fc.constantFrom(
      '{"usage":1}',
      '{"usage":null,"model":"m"}',
      '{"a":"usage"}',
      '{"response":{"usage":2}}',
      "{",
      "}",
      "[",
      "]",
    ),
    fc.constantFrom(
      ",",
      "\n",
      "\r",
      "\r\n",
      "\n\n",
      " ",
      '"',
      "\\",
      "data:",
      "data: ",
      "event: a",
      ":",
      "[DONE]",
      "\ufeff",
    ),
    fc.constantFrom('{"model":"m"}\n', 'data: {"model":"m"}\n\n', '{"model":"m"},'),
    fc.uint8Array({ maxLength: 4 }),
  );
  const type = fc.constantFrom(undefined, SSE, JSON_TYPE, NDJSON, "text/plain");

  it("never throw, and tell the same however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 40 }),
        type,
        cuts,
        fc.boolean(),
        (parts, contentType, shares, complete) => {
          const body = Buffer.concat(parts.map((each) => Buffer.from(each as string)));
          const bytes = Array.from(body, (_, i) => body.subarray(i, i + 1));
          const expected = readChunks(contentType, [body], complete);
          expect(readChunks(contentType, cutBody(body, shares), complete)).toEqual(expected);
          expect(readChunks(contentType, bytes, complete)).toEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("the work for a body", () => {
  afterEach(() => vi.restoreAllMocks());

  /** Counts the bytes that native searches and copies go over. All other code goes over each byte once, by its build. */
  function countBytes(): { count: number } {
    const work = { count: 0 };
    for (const method of ["indexOf", "lastIndexOf"] as const) {
      const search = Buffer.prototype[method];
      vi.spyOn(Buffer.prototype, method).mockImplementation(function (this: Buffer, ...args: unknown[]) {
        const found: number = Reflect.apply(search, this, args);
        const from = typeof args[1] === "number" ? args[1] : 0;
        const passed =
          method === "indexOf" ? (found === -1 ? this.length : found) - from : this.length - Math.max(0, found);
        work.count += Math.max(0, passed);
        return found;
      });
    }
    const copy = Buffer.prototype.copy;
    vi.spyOn(Buffer.prototype, "copy").mockImplementation(function (this: Buffer, ...args: unknown[]) {
      const copied: number = Reflect.apply(copy, this, args);
      work.count += copied;
      return copied;
    });
    return work;
  }

  const BYTES = 256 * 1024;
  const first = `data: {"model":"m"}\n\n`.repeat(FIRST_EVENTS);
  const line = '{"model":"m"}\n'.repeat(FIRST_EVENTS);

  it.each<[string, string, string, string]>([
    ["events that tell no usage", SSE, first, 'data: {"model":"m"}\n\n'],
    ["events with usage", SSE, first, 'data: {"usage":1}\n\n'],
    ["events with usage null", SSE, first, 'data: {"usage":null}\n\n'],
    ["events with nothing but signs", SSE, first, "usage"],
    ["events with nulls", SSE, first, 'usage":null'],
    ["events that end with CR", SSE, first, "data: {}\r\r"],
    ["events that end in mixed ways", SSE, first, "data: usage\r\r\n"],
    ["empty lines", SSE, first, "\n"],
    ["lines of CR", SSE, first, "\r"],
    ["lines of CR and one of LF", SSE, first, "a\r"],
    ["strings that do not end", SSE, first, 'data: {"\n\n'],
    ["escapes", SSE, `${first}data: {"a":"`, "\\"],
    ["quotes that are escaped", SSE, `${first}data: {"a":"`, '\\"'],
    ["events of `[DONE]`", SSE, first, "data: [DONE]\n\n"],
    ["a name of an event without an end", SSE, `${first}event: `, "usage"],
    ["a field without an end", SSE, first, "e"],
    ["lines that tell no usage", NDJSON, line, '{"model":"m"}\n'],
    ["lines with usage", NDJSON, line, '{"usage":1}\n'],
    ["a line without an end", NDJSON, line, '{"usage":'],
    ["brackets", JSON_TYPE, '{"usage":', "["],
    ["objects in objects", JSON_TYPE, '{"a":', '{"usage":'],
    ["kept objects", JSON_TYPE, "{", '"response":{"usage":1},'],
    ["kept values", JSON_TYPE, "{", '"usage":{"input_tokens":1},'],
    ["a number", JSON_TYPE, '{"usage":', "9"],
    ["a kept string", JSON_TYPE, '{"model":"', "m"],
    ["a name", JSON_TYPE, '{"', "usage"],
    ["objects in an array", JSON_TYPE, "[{}", ',{"usage":1}'],
    ["invalid UTF-8", SSE, `${first}data: {"a":"`, "\xff\xfe"],
  ])("grows with its length and no faster: %s", (_, contentType, start, repeated) => {
    const body = Buffer.from(start + repeated.repeat(Math.ceil(BYTES / repeated.length)), "latin1");
    for (const size of [body.length, 4096, 61]) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < body.length; at += size) chunks.push(body.subarray(at, at + size));
      const work = countBytes();
      readChunks(contentType, chunks, false);
      vi.restoreAllMocks();
      expect(work.count).toBeLessThan(8 * body.length);
    }
  });
});
