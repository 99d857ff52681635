// Tests that the usage of a WebSocket is read out of copies of its bytes, however they are framed and cut.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSocketTap, type SocketTap } from "../../../src/runtime/usage/sockets/socket-tap.ts";
import type { UsageReport } from "../../../src/runtime/usage/usage-report.ts";
import { BINARY, CLOSE, fragments, frame, pieces, TEXT } from "./frames.ts";
import { client, type Said, SOCKET_CASES, type SocketCase, upstream } from "./socket-cases.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** The memory in use. That of buffers is given back a little after they were collected. */
async function held(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

function framed({ by, text }: Said, opcode = TEXT): Buffer {
  return frame(text, by === "client" ? { opcode, mask: MASK } : { opcode });
}

function push(tap: SocketTap, by: Said["by"], bytes: Buffer): void {
  if (by === "client") tap.fromClient(bytes);
  else tap.fromUpstream(bytes);
}

/** What the tap makes of a case. @param send hands the bytes of one message in */
function read(given: SocketCase, send: (tap: SocketTap, said: Said) => void): UsageReport {
  const tap = createSocketTap(given.form ?? "auto");
  for (const said of given.said) send(tap, said);
  expect(tap.requestedModel).toBe(given.requestedModel);
  return tap.end();
}

function expected({ known, counts, model, serviceTier, ownCostTicks }: SocketCase): UsageReport {
  return { known, counts, model, serviceTier, ownCostTicks };
}

const TWO = SOCKET_CASES[0] as SocketCase;

describe("the corpus", () => {
  it.each(SOCKET_CASES)("$about", (given) => {
    expect(read(given, (tap, said) => push(tap, said.by, framed(said)))).toEqual(expected(given));
  });

  it.each(SOCKET_CASES)("in binary frames, byte by byte: $about", (given) => {
    const report = read(given, (tap, said) => {
      for (const piece of pieces(framed(said, BINARY), [1])) push(tap, said.by, piece);
    });
    expect(report).toEqual(expected(given));
  });

  it("gives the same for any fragments, masks and cuts", () => {
    const arbitrary = fc.record({
      given: fc.constantFrom(...SOCKET_CASES),
      cuts: fc.array(fc.nat({ max: 400 }), { maxLength: 4 }),
      mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
      lengths: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ given, cuts, mask, lengths }) => {
        const report = read(given, (tap, { by, text }) => {
          const size = Buffer.byteLength(text);
          const ends = [...new Set(cuts.map((cut) => Math.min(cut, size)))].sort((a, b) => a - b);
          const bytes = fragments(text, ends, by === "client" ? { mask: Buffer.from(mask) } : {});
          for (const piece of pieces(bytes, lengths)) push(tap, by, piece);
        });
        expect(report).toEqual(expected(given));
      }),
    );
  });

  it("gives the same where each direction comes in one piece", () => {
    for (const given of SOCKET_CASES.filter(({ known }) => known !== "partial")) {
      const tap = createSocketTap(given.form ?? "auto");
      for (const by of ["client", "upstream"] as const) {
        push(tap, by, Buffer.concat(given.said.filter((said) => said.by === by).map((said) => framed(said))));
      }
      // Gemini tells in which turn a usage belongs only by the order of both sides.
      if (given.said.some(({ text }) => text.includes("setup"))) continue;
      expect(tap.end().counts).toEqual(given.counts);
    }
  });
});

describe("the bytes", () => {
  it("are not changed", () => {
    const bytes = framed(client({ type: "response.create", model: "gpt-5.6" }));
    const before = Buffer.from(bytes);
    createSocketTap("auto").fromClient(bytes);
    expect(bytes).toEqual(before);
  });

  it.each([
    ["a reserved bit", () => Buffer.from([0xc1, 0x00])],
    ["an unknown kind of frame", () => Buffer.from([0x83, 0x00])],
    ["an unknown kind of control frame", () => Buffer.from([0x8b, 0x00])],
    ["a control frame in parts", () => Buffer.from([0x09, 0x00])],
    ["a long control frame", () => frame("x".repeat(126), { opcode: CLOSE })],
    ["a part of no message", () => frame("x", { opcode: 0 })],
    ["a message inside another", () => Buffer.concat([frame("{", { isLast: false }), frame("x")])],
    ["a masked frame of a server", () => frame("{}", { mask: MASK })],
    ["a length that nobody sends", () => Buffer.from([0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255])],
  ])("broken by %s, tell nothing any more, and what was told stays", (_, broken) => {
    const tap = createSocketTap("auto");
    for (const said of TWO.said) push(tap, said.by, framed(said));
    tap.fromUpstream(broken());
    for (const said of TWO.said.slice(-3))
      push(tap, said.by, framed({ ...said, text: said.text.replace('"r2"', '"r3"') }));
    expect(tap.end()).toEqual({ ...expected(TWO), known: "partial" });
  });

  it("broken by a client that does not mask, are known in part", () => {
    const tap = createSocketTap("auto");
    for (const said of TWO.said) push(tap, said.by, framed(said));
    tap.fromClient(frame("{}"));
    expect(tap.end()).toEqual({ ...expected(TWO), known: "partial" });
  });

  it("broken before anything was told, are unknown", () => {
    const tap = createSocketTap("auto");
    tap.fromUpstream(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"));
    expect(tap.end().known).toBe("unknown");
  });

  it("cut inside a message, are known in part", () => {
    const tap = createSocketTap("auto");
    for (const said of TWO.said) push(tap, said.by, framed(said));
    tap.fromUpstream(framed(upstream({ type: "response.output_text.delta" })).subarray(0, 20));
    expect(tap.end()).toEqual({ ...expected(TWO), known: "partial" });
  });

  it("behind a close frame mean nothing", () => {
    const tap = createSocketTap("auto");
    for (const said of TWO.said) push(tap, said.by, framed(said));
    tap.fromUpstream(Buffer.concat([frame(Buffer.from([3, 232]), { opcode: CLOSE }), Buffer.from("rubbish")]));
    expect(tap.end()).toEqual(expected(TWO));
  });

  it("may be anything, and nothing throws", () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(...SOCKET_CASES.flatMap(({ said }) => said.map((one) => framed(one)))),
      fc.tuple(fc.json(), fc.boolean()).map(([text, masks]) => frame(text, masks ? { mask: MASK } : {})),
    );
    const parts = fc.array(fc.tuple(fc.constantFrom("client", "upstream"), part), { maxLength: 20 });
    fc.assert(
      fc.property(parts, (given) => {
        const tap = createSocketTap("auto");
        for (const [by, bytes] of given) push(tap, by as Said["by"], bytes);
        expect(["reported", "partial", "unknown"]).toContain(tap.end().known);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("long messages", () => {
  const long = "x".repeat(3_000_000);

  it("are passed over, and their usage is found at either end", () => {
    const usage = { input_tokens: 7, output_tokens: 3 };
    const tap = createSocketTap("openai");
    const sent = client({ type: "response.create", input: long, model: "gpt-5.6" });
    for (const piece of pieces(framed(sent), [65_536])) tap.fromClient(piece);
    expect(tap.requestedModel).toBe("gpt-5.6");
    for (const response of [
      { id: "a", usage, output: long },
      { output: [{ text: long }], id: "b", usage },
    ]) {
      const bytes = framed(upstream({ type: "response.completed", response }));
      for (const piece of pieces(bytes, [65_536])) tap.fromUpstream(piece);
    }
    expect(tap.end()).toMatchObject({ known: "reported", counts: { input: 14, output: 6 } });
  });

  it("are not kept", async () => {
    const usage = { input_tokens: 7, more: "x".repeat(7_000) };
    const said = [
      upstream({ type: "response.completed", response: { id: "a", usage }, long }),
      client({ type: "response.create", model: "m", long }),
    ];
    // The last bytes are missing, so that the messages stay open.
    const sent = said.map((one) => ({ by: one.by, bytes: pieces(framed(one).subarray(0, -10), [65_536]) }));
    const taps = Array.from({ length: 50 }, () => createSocketTap("auto"));
    const before = await held();
    for (const tap of taps) {
      for (const { by, bytes } of sent) for (const piece of bytes) push(tap, by, Buffer.from(piece));
    }
    expect(((await held()) - before) / taps.length).toBeLessThan(64 * 1024);
    expect(taps.map((tap) => tap.end().known)).not.toContain("reported");
  });

  it("are not looked at any further when their type says that they tell nothing", () => {
    const tap = createSocketTap("auto");
    const text = `{"type":"input_audio_buffer.append","audio":"${long}","type":"response.create","model":"gpt-5.6"}`;
    for (const piece of pieces(framed({ by: "client", text }), [65_536])) tap.fromClient(piece);
    expect(tap.requestedModel).toBeUndefined();
  });
});
