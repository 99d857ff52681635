// Checks what may pass of what Redis sends, wherever the network cuts it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Breach, ReplyGuard } from "../../src/runtime/limits/redis/connection/reply-guard.ts";

function check(asked: number, chunks: readonly string[]): Breach | undefined {
  const guard = new ReplyGuard();
  for (let i = 0; i < asked; i += 1) guard.ask();
  for (const chunk of chunks) {
    const breach = guard.check(Buffer.from(chunk, "latin1"));
    if (breach !== undefined) return breach;
  }
  return undefined;
}

const NOT_ASKED = "not what was asked";
const NOT_REDIS = "not the protocol of Redis";

describe("the guard of replies", () => {
  it.each<[string, number, string, Breach | undefined]>([
    ["a word", 1, "+OK\r\n", undefined],
    ["an error", 1, "-ERR no\r\n", undefined],
    ["a number", 1, ":-5\r\n", undefined],
    ["a text", 1, "$5\r\na\r\nb\n\r\n", undefined],
    ["an empty text", 1, "$0\r\n\r\n", undefined],
    ["null", 1, "$-1\r\n", undefined],
    ["no list", 1, "*-1\r\n", undefined],
    ["lists in lists", 1, "*3\r\n*0\r\n*2\r\n:1\r\n$1\r\nx\r\n*-1\r\n", undefined],
    ["several", 3, ":1\r\n*1\r\n:1\r\n+x\r\n", undefined],
    ["one that nothing asked for", 0, "+OK\r\n", NOT_ASKED],
    ["null that nothing asked for", 1, "+OK\r\n$-1\r\n", NOT_ASKED],
    ["one more behind a list", 1, "*2\r\n:1\r\n:2\r\n:3\r\n", NOT_ASKED],
    ["HTTP", 1, "HTTP/1.1 400 Bad Request\r\n", NOT_REDIS],
    ["a line with a wrong end", 1, "+OK\n", NOT_REDIS],
    ["a number that is none", 1, ":x\r\n", NOT_REDIS],
    ["a negative length", 1, "$-2\r\n", NOT_REDIS],
    ["a push of RESP3", 1, ">1\r\n+x\r\n", NOT_REDIS],
    ["a map of RESP3", 1, "%1\r\n+x\r\n+y\r\n", NOT_REDIS],
    ["an empty line", 1, "\r\n", NOT_REDIS],
    ["a list of millions", 1, "*30000000\r\n", "too large"],
    ["a text of gigabytes", 1, "$2147483647\r\n", "too large"],
    ["a line without an end", 1, `+${"x".repeat(5_000_000)}`, "too large"],
    ["deep lists", 1, "*1\r\n".repeat(20), "too large"],
    ["a list of long texts", 1, `*9\r\n${`$1000000\r\n${"x".repeat(1_000_000)}\r\n`.repeat(5)}`, "too large"],
  ])("%s", (_, asked, text, breach) => {
    expect(check(asked, [text])).toBe(breach);
    if (text.length < 1000) expect(check(asked, [...text])).toBe(breach);
  });

  it("lets everything pass that was asked for, and nothing more, however it is cut", () => {
    const { value } = fc.letrec<{ value: string; list: string }>((tie) => ({
      list: fc.array(tie("value"), { maxLength: 4 }).map((items) => `*${items.length}\r\n${items.join("")}`),
      value: fc.oneof(
        { maxDepth: 3, depthIdentifier: "lists" },
        fc.integer().map((number) => `:${number}\r\n`),
        fc.string({ unit: "binary-ascii" }).map((text) => `$${text.length}\r\n${text}\r\n`),
        fc.stringMatching(/^[+-][ -~]*$/).map((line) => `${line}\r\n`),
        fc.constantFrom("$-1\r\n", "*-1\r\n"),
        tie("list"),
      ),
    }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), fc.array(fc.nat(20)), (values, sizes) => {
        let rest = values.join("");
        const chunks: string[] = [];
        for (const size of sizes) {
          chunks.push(rest.slice(0, size));
          rest = rest.slice(size);
        }
        chunks.push(rest);
        expect(check(values.length, chunks)).toBeUndefined();
        if (values.length > 0) expect(check(values.length - 1, chunks)).toBe(NOT_ASKED);
      }),
    );
  });
});
