// Checks which content types are streams.

import { expect, test } from "vitest";
import { streamMatcher } from "../../src/runtime/upstream/stream-types.ts";

const TYPES = ["text/event-stream", "application/x-ndjson", "audio/*"];
const isStream = streamMatcher(TYPES);

test.each([
  ["text/event-stream", true],
  ["TEXT/Event-Stream; charset=utf-8", true],
  ["application/x-ndjson ;x=y", true],
  ["audio/mpeg", true],
  ["Audio/L16;rate=24000", true],
  ["audio", false],
  ["audio/", true],
  ["audiobook/x", false],
  ["x-audio/mpeg", false],
  ["text/event-stream-x", false],
  ["text/plain; x=text/event-stream", false],
  ["application/json", false],
  ["", false],
  [undefined, false],
])("whether %j is one: %s", (type, stream) => {
  expect(isStream(type)).toBe(stream);
});

test("without types, nothing is one", () => {
  expect(streamMatcher([])("text/event-stream")).toBe(false);
});
