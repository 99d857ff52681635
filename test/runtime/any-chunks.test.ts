// Checks on real sockets that chunks which pass Node's parser by change nothing: any chunks in any writes come with the same outcome as
// over the parser, and the upstream's connection stays usable in the same cases.

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { BodyPump } from "../../src/runtime/body/body-pump.ts";
import { setScene } from "../support/scene.ts";
import { EARLY, HEAD, LAST, PLAIN, PLAIN_TEXT, startChunks } from "./passed-chunks.ts";

const scene = setScene();
const taken = vi.spyOn(BodyPump.prototype, "take");

type Form = "plain" | "upper case" | "extension" | "zeros" | "head inside";
interface Chunk {
  readonly size: number;
  readonly form: Form;
}
const CHUNK: fc.Arbitrary<Chunk> = fc.record({
  size: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
  ),
  form: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Form>("plain") },
    { weight: 3, arbitrary: fc.constant<Form>("head inside") },
    { weight: 1, arbitrary: fc.constantFrom<Form>("upper case", "extension", "zeros") },
  ),
});

function dataFor({ size, form }: Chunk, index: number): Buffer {
  return Buffer.alloc(size, form === "head inside" ? `\r\n\r\n${HEAD}${LAST}` : String.fromCharCode(97 + (index % 26)));
}

function chunkBytes(chunk: Chunk, index: number): Buffer {
  const hex = chunk.size.toString(16);
  const size = { "upper case": hex.toUpperCase(), extension: `${hex};a="b"`, zeros: `00${hex}` }[chunk.form as string];
  return Buffer.concat([Buffer.from(`${size ?? hex}\r\n`), dataFor(chunk, index), Buffer.from("\r\n")]);
}

/** How the upstream's bytes end. */
type End =
  | { readonly kind: "whole"; readonly last: string }
  /** The connection ends before the body does. */
  | { readonly kind: "cut"; readonly at: number }
  /** Between two chunks there is something else. */
  | { readonly kind: "broken"; readonly at: number; readonly text: string }
  /** Something follows in the same write as the last chunk. */
  | { readonly kind: "more"; readonly text: string };
const END: fc.Arbitrary<End> = fc.oneof(
  fc.record({
    kind: fc.constant("whole" as const),
    last: fc.constantFrom(LAST, LAST, "000\r\n\r\n", "0;a=b\r\n\r\n", "0\r\nx-trailer: 1\r\n\r\n"),
  }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant("broken" as const),
    at: fc.nat(),
    text: fc.constantFrom(
      "x\r\n",
      "\r\n",
      "-1\r\n",
      "5\r\nlonger\r\n",
      "fffffffffffffffffffff\r\n",
      "HTTP/1.1 200 OK\r\n\r\n",
    ),
  }),
  fc.record({
    kind: fc.constant("more" as const),
    text: fc.constantFrom(
      "garbage",
      "\r\n",
      "5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad",
      `${HEAD}5\r\nother\r\n${LAST}`,
    ),
  }),
);

/** What the upstream sends behind its head, and which part of that must not be cut. */
function bodyOf(chunks: readonly Chunk[], end: End): { readonly bytes: Buffer; readonly uncut: number } {
  const parts = chunks.map(chunkBytes);
  if (end.kind === "broken") parts.splice(end.at % (parts.length + 1), 0, Buffer.from(end.text));
  parts.push(Buffer.from(end.kind === "whole" ? end.last : LAST));
  if (end.kind === "more") parts.push(Buffer.from(end.text));
  const bytes = Buffer.concat(parts);
  if (end.kind === "cut") return { bytes: bytes.subarray(0, end.at % bytes.length), uncut: 0 };
  return { bytes, uncut: end.kind === "more" ? end.text.length + LAST.length : 0 };
}

/** A cut is a share of the bytes. */
const PARTS = 1_000_000;

function cutInto(bytes: Buffer, cuts: readonly number[], uncut: number): Buffer[] {
  const limit = bytes.length - uncut;
  const places = [...new Set(cuts.map((cut) => Math.floor((cut / PARTS) * limit)))].sort((a, b) => a - b);
  return [0, ...places]
    .map((from, i) => bytes.subarray(from, places[i] ?? bytes.length))
    .filter(({ length }) => length > 0);
}

test("any chunks, in any writes, with any end, come as over Node's parser", { timeout: 120_000 }, async () => {
  const { upstream, ask } = await startChunks(scene);
  let passedBy = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(CHUNK, { minLength: 1, maxLength: 14 }),
      END,
      fc.array(fc.integer({ min: 0, max: PARTS }), { maxLength: 6 }),
      fc.boolean(),
      async (chunks, end, cuts, headAlone) => {
        const { bytes, uncut } = bodyOf(chunks, end);
        const pieces = cutInto(bytes, cuts, uncut);
        const ends = end.kind === "cut";
        const outcomes = [];
        for (const before of ["", EARLY]) {
          const head = Buffer.from(before + HEAD);
          const all = headAlone
            ? [head, ...pieces]
            : [Buffer.concat([head, pieces[0] ?? Buffer.alloc(0)]), ...pieces.slice(1)];
          taken.mockClear();
          const response = await ask({ pieces: all, ends });
          if (before === "") passedBy += taken.mock.calls.length;
          else expect(taken).not.toHaveBeenCalled();
          const connections = upstream.connections;
          const next = await ask({ pieces: [HEAD, ...PLAIN, LAST] });
          expect(next).toMatchObject({ status: 200, whole: true, outcome: "success" });
          expect(next.body.toString()).toBe(PLAIN_TEXT);
          outcomes.push({ ...response, reuses: upstream.connections === connections });
        }
        const [ours, reference] = outcomes as [(typeof outcomes)[0], (typeof outcomes)[0]];
        const whole = Buffer.concat(chunks.map(dataFor));
        const isWhole = end.kind === "whole" || end.kind === "more";
        expect([ours.whole, reference.whole].every((is) => is === isWhole || ours.status === 502)).toBe(true);
        if (isWhole) {
          expect(ours.body.equals(whole)).toBe(true);
          expect(ours).toMatchObject({ status: 200, outcome: "success", sent: whole.length });
          expect(ours.reuses).toBe(reference.reuses);
          if (end.kind === "whole") expect(ours.reuses).toBe(true);
        } else {
          expect(ours.reuses).toBe(false);
          expect(["upstream_aborted", "upstream_request_failed"]).toContain(ours.outcome);
          if (ours.status === 200 && reference.status === 200 && end.kind === "cut")
            expect(ours.body.equals(reference.body)).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(passedBy).toBeGreaterThan(30);
});
