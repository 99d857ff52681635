// Tests the texts that the mock answers with, and how it counts their tokens.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allTextOf, promptOf } from "../../src/mock/prompt.ts";
import { speak, tokenLimit } from "../../src/mock/speech.ts";

describe("speak", () => {
  it("answers the same prompt with the same text, which contains the prompt", () => {
    expect(speak("Is it raining?")).toEqual(speak("Is it raining?"));
    expect(speak("Is it raining?").text).toContain("“Is it raining?”");
    expect(speak("Is it raining?").text).not.toBe(speak("Is it snowing?").text);
  });

  it("has pieces that join to the text: the requested number, but no more than allowed", () => {
    const count = fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined });
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 700 }), count, count, (prompt, events, limit) => {
        const speech = speak(prompt, events, limit);
        expect(speech.pieces.join("")).toBe(speech.text);
        expect(speech.pieces).not.toContain("");
        if (events !== undefined) expect(speech.pieces).toHaveLength(Math.min(events, limit ?? events));
        expect(speech.cutShort).toBe(speech.pieces.length < (events ?? speak(prompt).pieces.length));
      }),
    );
  });

  it("repeats at most 280 characters, and never half of one", () => {
    const text = speak("👋".repeat(400)).text;
    expect(text).toContain(`“${"👋".repeat(280)}…”`);
    expect(text).not.toContain("👋".repeat(281));
  });
});

it.each([
  [5, 5],
  [5.9, 5],
  [1, 1],
  [0, undefined],
  [-3, undefined],
  ["5", undefined],
  [null, undefined],
  [undefined, undefined],
])("tokenLimit(%j) is %j", (given, limit) => {
  expect(tokenLimit(given)).toBe(limit);
});

describe("the prompt of a conversation", () => {
  const user = (content: unknown) => ({ role: "user", content });

  it.each([
    ["a bare string", "hi", "hi", "hi"],
    ["one message", [user("hi")], "hi", "hi"],
    ["the last of the user", [user("a"), { role: "assistant", content: "b" }, user("c")], "c", "a\nb\nc"],
    ["not what the assistant said last", [user("a"), { role: "assistant", content: "b" }], "a", "a\nb"],
    [
      "text parts: the last one is asked",
      [user([{ type: "text", text: "a" }, { type: "image" }, { text: "b" }])],
      "b",
      "a b",
    ],
    ["no list", { role: "user" }, "", ""],
    ["items of other types", [null, 7, "x", user(7)], "", "\n\n\n"],
  ])("%s", (_name, conversation, prompt, all) => {
    expect(promptOf(conversation)).toBe(prompt);
    expect(allTextOf(conversation)).toBe(all);
  });
});
