// Checks that one event is taken out of a stream, and nothing else, however its bytes are cut, and that no other event waits.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { responseHead } from "../../../src/runtime/headers/response-head.ts";
import { tellsAskedUsage, UsageEventFilter } from "../../../src/runtime/usage/ask/usage-event-filter.ts";

const CONTENT = 'data: {"id":"1","choices":[{"delta":{"content":"hi"}}],"usage":null}\n\n';
const USAGE = 'data: {"id":"1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
const DONE = "data: [DONE]\n\n";

/** What is sent, piece by piece. */
function pieces(chunks: readonly (string | Buffer)[]): string[] {
  const filter = new UsageEventFilter();
  return chunks.map((chunk, i) => filter.push(Buffer.from(chunk), i === chunks.length - 1).toString("latin1"));
}

function filtered(...chunks: readonly string[]): string {
  return pieces(chunks).join("");
}

describe("the event is taken out", () => {
  test.each([
    ["at its usual place", USAGE],
    ["with CR LF", USAGE.replaceAll("\n", "\r\n")],
    ["with CR", USAGE.replaceAll("\n", "\r")],
    ["with its members in another order", 'data:{"usage":{},"choices":[]}\n\n'],
    ["with blanks", 'data:  { "choices" : [ ] , "usage" : { "a" : [ { } ] } } \n\n'],
    ["in several lines", 'data: {"choices":[],\ndata: "usage":{"a":1}}\n\n'],
    ["with other fields", 'id: 7\nevent: message\ndata: {"choices":[],"usage":{"a":1}}\nretry: 1\n\n'],
    [
      "with texts that look like members",
      'data: {"a":"\\"choices\\":[1]","choices":[],"b":{"usage":null},"usage":{"c":1}}\n\n',
    ],
  ])("%s", (_name, event) => {
    expect(filtered(CONTENT + event + DONE)).toBe(CONTENT + DONE);
    for (let at = 0; at <= event.length; at++) {
      expect(filtered(CONTENT + event.slice(0, at), event.slice(at) + DONE)).toBe(CONTENT + DONE);
    }
    expect(filtered(...CONTENT, ...event, ...DONE)).toBe(CONTENT + DONE);
  });

  test("at the end of a stream that breaks off behind it", () => {
    expect(filtered(CONTENT, USAGE.slice(0, -2))).toBe(CONTENT);
  });

  test("but a comment before it is not", () => {
    expect(filtered(`: hi\n${USAGE}${DONE}`)).toBe(`: hi\n${DONE}`);
  });

  test("and only one", () => {
    expect(filtered(USAGE + USAGE + DONE)).toBe(USAGE + DONE);
  });
});

test.each([
  ["choices", CONTENT],
  ["usage in every event", CONTENT.replace("null", '{"a":1}')],
  ["no usage", 'data: {"choices":[],"prompt_filter_results":[]}\n\n'],
  ["usage that is null", 'data: {"choices":[],"usage":null}\n\n'],
  ["usage that is a list", 'data: {"choices":[],"usage":[]}\n\n'],
  ["no choices", 'data: {"usage":{"a":1}}\n\n'],
  ["choices that are no list", 'data: {"choices":{},"usage":{"a":1}}\n\n'],
  ["members below the top level", 'data: {"a":{"choices":[],"usage":{"a":1}}}\n\n'],
  ["no JSON", 'data: {"choices":[],"usage":{"a":tru}}\n\n'],
  ["a list", 'data: [{"choices":[],"usage":{"a":1}}]\n\n'],
  ["the members twice", 'data: {"choices":[],"usage":{"a":1},"usage":null}\n\n'],
  ["a text behind it", 'data: {"choices":[],"usage":{"a":1}} x\n\n'],
  ["another field", 'date: {"choices":[],"usage":{"a":1}}\n\n'],
  ["a comment", ': data: {"choices":[],"usage":{"a":1}}\n\n'],
  ["the end", DONE],
  ["more than is held", `data: {"choices":[],"usage":{"a":"${"x".repeat(65_600)}"}}\n\n`],
])("an event with %s stays", (_name, event) => {
  expect(filtered(event)).toBe(event);
  expect(filtered(...event.slice(0, 200), event.slice(200))).toBe(event);
});

describe("an event that is another one does not wait", () => {
  test.each([
    ["", 'data: {"id":"1","choices":[{'],
    ["", 'data: {"id":"1","choices":{'],
    ["", 'data: {"choices":[],"usage":n'],
    ["", "data: ["],
    ["", "data: x"],
    [CONTENT, 'data: {"choices":[{"delta":{"content":"h'],
    ["", ": a comment"],
    ["", ": a comment\n"],
    ["", `data: {"a":"${"x".repeat(66_000)}`],
  ])("%j, then %j", (before, part) => {
    const filter = new UsageEventFilter();
    expect(filter.push(Buffer.from(before + part), false).toString()).toBe(before + part);
  });

  test("but waits while it may be the one, and then comes at once", () => {
    const filter = new UsageEventFilter();
    const push = (text: string): string => filter.push(Buffer.from(text), false).toString();
    expect(push(`${CONTENT}da`)).toBe(CONTENT);
    expect(push('ta: {"id":"1",')).toBe("");
    expect(push('"choices":[')).toBe("");
    expect(push("{")).toBe('data: {"id":"1","choices":[{');
    expect(push("}]}\n\n")).toBe("}]}\n\n");
  });

  test("bytes that need no change are not copied", () => {
    const bytes = Buffer.from(CONTENT);
    expect(new UsageEventFilter().push(bytes, false)).toBe(bytes);
  });
});

describe("any stream", () => {
  const event = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(CONTENT, DONE, ": ping\n\n", "\n", "id: 1\n\n", "data\n\n", ":\n", "data:\n\n"),
    },
    { weight: 2, arbitrary: fc.constantFrom(USAGE, `id: 4\n${USAGE}`, USAGE.replace("}}", '},"x":"\\n}"}')) },
    { weight: 1, arbitrary: fc.constantFrom(...USAGE, ...CONTENT, "{}", "[]", '"usage":', '"choices":[]', "é") },
  );
  const stream = fc
    .array(fc.tuple(event, fc.constantFrom("\n", "\n", "\r\n", "\r")), { maxLength: 12 })
    .map((events) => events.map(([text, end]) => text.replaceAll("\n", end)).join(""));

  test("comes out the same at any split, and is the whole without one event at most", () => {
    const property = fc.property(stream, fc.array(fc.nat(), { maxLength: 30 }), (text, places) => {
      const bytes = Buffer.from(text);
      const whole = pieces([bytes]).join("");
      const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
      const chunks = [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
      expect(pieces(chunks).join("")).toBe(whole);
      expect(pieces([...bytes].map((byte) => Buffer.of(byte))).join("")).toBe(whole);
      const before = dataOfEvents(text);
      const isUsage = before.findIndex(isUsageData);
      expect(dataOfEvents(Buffer.from(whole, "latin1").toString())).toEqual(before.filter((_, i) => i !== isUsage));
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

/** The data of each event, read as in WHATWG HTML, section 9.2.6. What the stream breaks off in counts as an event, too. */
function dataOfEvents(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const line of [...text.split(/\r\n|\n|\r/), ""]) {
    if (line === "" && data.length > 0) events.push(data.splice(0).join("\n"));
    const [, value] = /^data(?:: ?(.*))?$/s.exec(line) ?? [];
    if (value !== undefined) data = [...data, value];
  }
  return events;
}

function isUsageData(data: string): boolean {
  try {
    const { choices, usage } = JSON.parse(data) as { choices?: unknown; usage?: unknown };
    return (
      Array.isArray(choices) &&
      choices.length === 0 &&
      typeof usage === "object" &&
      usage !== null &&
      !Array.isArray(usage)
    );
  } catch {
    return false;
  }
}

test.each([
  [200, ["content-type", "text/event-stream"], true],
  [200, ["content-type", "text/event-stream", "content-encoding", "identity"], true],
  [200, ["content-type", "text/event-stream", "content-encoding", "gzip"], false],
  [200, ["content-type", "application/json"], false],
  [400, ["content-type", "text/event-stream"], false],
])("an answer %d with %j is filtered: %s", (status, headers, filters) => {
  expect(tellsAskedUsage(status, responseHead(headers, "id", status))).toBe(filters);
});
