// Checks that event streams are taken apart rightly, however their lines end and wherever they are cut.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIRST_EVENTS } from "../../../src/runtime/usage/read/usage-events.ts";
import { cutBody, cuts, usualChunkings } from "../../runtime/model/chunkings.ts";
import { readChunks } from "./recorder.ts";

const TYPE = "text/event-stream; charset=utf-8";
const LINE_ENDS = ["\n", "\r\n", "\r"];

/** What a stream told, which is the same for all usual chunkings. */
function read(body: string, complete = true): unknown[] {
  const [whole, ...others] = usualChunkings(Buffer.from(body)).map((chunks) => readChunks(TYPE, chunks, complete));
  for (const other of others) expect(other).toEqual(whole);
  return whole ?? [];
}

describe("the reader of event streams", () => {
  const cases: readonly (readonly [string, readonly unknown[]])[] = [
    ['data: {"usage":1}\n\n', [{ usage: 1 }]],
    ['data:{"usage":1}\n\ndata:  {"usage":2}\n\n', [{ usage: 1 }, { usage: 2 }]],
    ['event: a\ndata: {"usage":1}\n\ndata: {"usage":2}\n\n', [["a", { usage: 1 }], { usage: 2 }]],
    ['data: {"usage":1}\nevent: a\nevent:b\n\n', [["b", { usage: 1 }]]],
    ['event: a\n\ndata: {"usage":1}\n\n', [{ usage: 1 }]],
    ['event\nevent: a\nevent\ndata: {"usage":1}\n\n', [{ usage: 1 }]],
    ['data: {"usage":\ndata: 1,\ndata\ndata:"model":"m"}\n\n', [{ usage: 1, model: "m" }]],
    ['data\ndata: {"usage":1}\n\n', [{ usage: 1 }]],
    [': comment\n:\n\n: {"usage":9}\ndata: {"usage":1}\n:\n\n', [{ usage: 1 }]],
    ['id: 7\nretry: 1\nnone: data: {"usage":9}\ndata: {"usage":1}\n\n', [{ usage: 1 }]],
    [
      'datum: {"usage":9}\ndat: {"usage":8}\nDATA: {"usage":7}\n data: {"usage":6}\n\ndata: {"usage":1}\n\n',
      [{ usage: 1 }],
    ],
    ['data: {"usage":1}\n\n\n\n\ndata: {"usage":2}\n\n', [{ usage: 1 }, { usage: 2 }]],
    ['data: {"usage":1}\n\ndata: [DONE]\n\n', [{ usage: 1 }, "done"]],
    ["data:[DONE] \n\n", ["done"]],
    ["event: done\ndata: [DONE]\n\n", ["done"]],
    ["data: [DO\ndata: NE]\n\ndata\ndata: [DONE]\ndata\n\n", ["done"]],
    ['data: [DONE\n\ndata: x[DONE]\n\ndata: {"usage":"[DONE]"}\n\n', [{ usage: "[DONE]" }]],
    // Malformed data costs its event only.
    ['data: {"usage":}\n\ndata: {"usage":2}\n\n', [{ usage: 2 }]],
    ['data: {"usage":1\n\ndata: }\n\ndata: {"usage":2}\n\n', [{ usage: 2 }]],
    ['data: {"usage":1}{"usage":2}\n\ndata: [{"usage":3}]\n\ndata: {"usage":4}\n\n', [{ usage: 4 }]],
    ['data: {"usage":1}\ndata: x\n\ndata: "usage"\n\ndata:\n\n', []],
    ['data: {"text":"\\"usage\\":7","choices":[{"usage":8}],"response":{"usage":9}}\n\n', [{ response: { usage: 9 } }]],
    [`event: ${"e".repeat(200)}\ndata: {"usage":1}\n\n`, [["e".repeat(128), { usage: 1 }]]],
  ];

  describe.each(LINE_ENDS)("with lines that end with %j", (lineEnd) => {
    it.each(cases)("reads %j", (body, told) => {
      expect(read(body.replaceAll("\n", lineEnd))).toEqual(["stream", ...told, "all"]);
      expect(read(`\ufeff${body.replaceAll("\n", lineEnd)}`)).toEqual(["stream", ...told, "all"]);
    });

    it("takes an event without its empty line only when the body came whole", () => {
      for (const missing of ["", lineEnd]) {
        const body = `data: {"usage":1}${lineEnd}${lineEnd}data: {"usage":2}${missing}`;
        expect(read(body)).toEqual(["stream", { usage: 1 }, { usage: 2 }, "all"]);
        expect(read(body, false)).toEqual(["stream", { usage: 1 }, "part"]);
      }
      expect(read(`data: [DONE]${lineEnd}`)).toEqual(["stream", "done", "all"]);
      expect(read(`data: {"usage":1`)).toEqual(["stream", "all"]);
    });
  });

  it("reads streams that mix the ends of lines", () => {
    const body =
      'event: a\rdata: {"usage":\r\ndata: 1}\n\r\ndata: {"usage":2}\r\rdata: {"usage":3}\r\n\ndata: {"usage":4}\n\r';
    expect(read(body)).toEqual(["stream", ["a", { usage: 1 }], { usage: 2 }, { usage: 3 }, { usage: 4 }, "all"]);
  });

  it("hands on the first events, and later only those that tell usage", () => {
    const first = Array.from({ length: FIRST_EVENTS }, () => ({ model: "m" }));
    const rest = [
      { model: "m", text: "a" },
      { model: "m", usage: null },
      { model: "m", text: "usage", a: { usage: 1 } },
      { model: "n", usage: { a: 1 } },
      { model: "m", text: '"usage":' },
      { message: { model: "m", usage: null } },
      { type: "t", message: { usage: 1 } },
      { eval_count: 7, done: true },
    ];
    const body = [...first, ...rest].map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    const told = [
      { model: "n", usage: { a: 1 } },
      { type: "t", message: { usage: 1 } },
      { eval_count: 7, done: true },
    ];
    expect(read(body)).toEqual(["stream", ...first, ...told, "all"]);
    expect(read(body.replaceAll(":", ": "))).toEqual(["stream", ...first, ...told, "all"]);
    expect(read(`${body}data: [DONE]\n\n`)).toEqual(["stream", ...first, ...told, "done", "all"]);
  });

  it("finds the usage at the end of an event of megabytes", () => {
    const output = [{ text: 'The "usage" of words.\n'.repeat(100_000) }];
    const event = { type: "response.completed", response: { model: "m", output, usage: { a: 1 } } };
    const body = Buffer.from(`event: response.completed\ndata: ${JSON.stringify(event)}\n\n`);
    for (const size of [1000, 65_536, body.length]) {
      const count = Math.ceil(body.length / size);
      const chunks = Array.from({ length: count }, (_, i) => body.subarray(i * size, (i + 1) * size));
      const data = { type: "response.completed", response: { model: "m", usage: { a: 1 } } };
      expect(readChunks(TYPE, chunks)).toEqual(["stream", ["response.completed", data], "all"]);
    }
  });

  const lineEnd = fc.constantFrom(...LINE_ENDS);
  const line = fc.constantFrom(
    'data: {"usage":1,"model":"m"}',
    'data:{"model":"m"}',
    'data: {"usage":null}',
    'data: {"usage" : null , "message":{"usage":2}}',
    'data: {"text":"usage and eval_count"}',
    'data: {"eval_count":3}',
    'data: {"usage":',
    "data: 4}",
    "data",
    "data: [DONE]",
    "data: x",
    "event: a",
    "event: usage",
    "event",
    ": comment",
    ": usage",
    "id: 1",
    "",
    "",
    "",
  );

  it("tells the same however a stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, lineEnd), { maxLength: 40 }),
        cuts,
        fc.boolean(),
        (lines, shares, complete) => {
          // What comes first decides that it is an event stream, and that all of the other kinds of events are seen.
          const start = `data: {"model":"m"}\n\n`.repeat(shares.length % 2 === 0 ? 1 : FIRST_EVENTS);
          const body = Buffer.from(start + lines.flat().join(""));
          const bytes = Array.from(body, (_, i) => body.subarray(i, i + 1));
          const expected = readChunks(TYPE, bytes, complete);
          expect(readChunks(TYPE, [body], complete)).toEqual(expected);
          expect(readChunks(TYPE, cutBody(body, shares), complete)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("tells the same of streams that are built by the rules as a plain reader does", () => {
    const lines = fc.array(fc.tuple(line, fc.constant("\n")), { maxLength: 30 });
    fc.assert(
      fc.property(lines, cuts, (all, shares) => {
        const text = `data: {"type":"t"}\n\n${all.flat().join("")}`;
        expect(readChunks(TYPE, cutBody(Buffer.from(text), shares))).toEqual(["stream", ...plainlyRead(text), "all"]);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Reads a stream in the plainest way. It knows only the lines that the test above makes. */
function plainlyRead(text: string): unknown[] {
  const told: unknown[] = [];
  let events = 0;
  for (const lines of text.split("\n\n").map((part) => part.split("\n").filter((each) => each !== ""))) {
    const data = valuesOf("data", lines).join("\n");
    if (valuesOf("data", lines).length === 0) continue;
    if (data.trimStart().startsWith("[DONE]")) {
      told.push("done");
      continue;
    }
    const isFirst = events++ < FIRST_EVENTS;
    const { text: _, ...kept } = parsedObject(data) ?? { text: "" };
    const tells = (kept.usage ?? kept.message?.usage ?? kept.eval_count) !== undefined;
    if (parsedObject(data) === undefined || !(isFirst || tells)) continue;
    const name = valuesOf("event", lines).at(-1) ?? "";
    told.push(name === "" ? kept : [name, kept]);
  }
  return told;
}

interface PlainEvent {
  usage?: unknown;
  message?: { usage?: unknown };
  eval_count?: number;
  text?: string;
}

function parsedObject(data: string): PlainEvent | undefined {
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function valuesOf(field: string, lines: readonly string[]): string[] {
  return lines
    .map((each) => (each.includes(":") ? each : `${each}:`))
    .filter((each) => each.startsWith(`${field}:`))
    .map((each) => each.slice(field.length + 1).replace(/^ /, ""));
}
