// Checks that frames are followed whatever they hold and wherever the bytes are cut.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goingAwayFrame } from "../../src/runtime/upstream/websocket/close-frame.ts";
import { FrameFollower } from "../../src/runtime/upstream/websocket/frame-follower.ts";
import { frame } from "../support/websocket.ts";

const anyFrame = fc
  .record({
    length: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000)),
    masked: fc.boolean(),
    opcode: fc.constantFrom(0, 1, 2, 9, 10),
    final: fc.boolean(),
  })
  .map(({ length, ...options }) => frame(Buffer.alloc(length, 0x88), options));

const anyStream = fc.record({
  frames: fc.array(anyFrame, { minLength: 1, maxLength: 8 }),
  cuts: fc.array(fc.nat(), { maxLength: 12 }),
});

/** The pieces between the cuts. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

/** The places where a frame begins, from the start of the bytes. */
function boundaries(frames: readonly Buffer[]): Set<number> {
  let end = 0;
  return new Set([0, ...frames.map(({ length }) => (end += length))]);
}

describe("a follower of frames", () => {
  it("is at a boundary exactly where a frame begins", () => {
    fc.assert(
      fc.property(anyStream, ({ frames, cuts }) => {
        const follower = new FrameFollower();
        const starts = boundaries(frames);
        let passed = 0;
        for (const piece of pieces(Buffer.concat(frames), cuts)) {
          follower.push(piece);
          passed += piece.length;
          expect(follower.atBoundary).toBe(starts.has(passed));
          expect(follower.closed).toBe(false);
        }
      }),
    );
  });

  it("takes the rest of a frame, and not more", () => {
    fc.assert(
      fc.property(anyStream, fc.nat(), ({ frames }, cut) => {
        const bytes = Buffer.concat(frames);
        const at = cut % (bytes.length + 1);
        const follower = new FrameFollower();
        follower.push(bytes.subarray(0, at));
        const next = [...boundaries(frames)].find((start) => start >= at) ?? 0;
        expect(follower.pushToBoundary(bytes.subarray(at))).toBe(next - at);
        expect(follower.atBoundary).toBe(true);
      }),
    );
  });

  it.each([false, true])("knows a close frame once all of it has passed, masked: %s", (masked) => {
    const follower = new FrameFollower();
    const close = goingAwayFrame(masked);
    follower.push(frame("before", { masked }));
    for (let i = 0; i < close.length; i++) {
      expect(follower.closed).toBe(false);
      follower.push(close.subarray(i, i + 1));
    }
    expect(follower.closed).toBe(true);
    expect(follower.atBoundary).toBe(true);
  });

  it("never ends, and never throws, whatever comes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => new FrameFollower().push(Buffer.from(bytes))));
  });
});
