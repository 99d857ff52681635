// Checks the tap on a response: content codings, bounds, cut streams, and that no error gets out of it.

import { Duplex } from "node:stream";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createUsageTap, type UsageTap } from "../../../src/runtime/usage/read/usage-tap.ts";
import { UNKNOWN_USAGE, type UsageReport } from "../../../src/runtime/usage/usage-report.ts";
import { cutBody, cuts } from "../../runtime/model/chunkings.ts";
import { until } from "../../support/deadline.ts";
import { Recording, readChunks } from "./recorder.ts";

const SSE = "text/event-stream";
const EVENTS = Array.from(
  { length: 300 },
  (_, i) => `data: {"usage":{"input_tokens":${i}},"text":"${"word ".repeat(i)}"}\n\n`,
);
const BODY = Buffer.from(`${EVENTS.join("")}data: [DONE]\n\n`);

const ENCODERS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ["gzip", (bytes) => zlib.gzipSync(bytes)],
  ["x-gzip", (bytes) => zlib.gzipSync(bytes, { level: 0 })],
  [" GZip ", (bytes) => Buffer.concat([zlib.gzipSync(bytes.subarray(0, 700)), zlib.gzipSync(bytes.subarray(700))])],
  ["deflate", (bytes) => zlib.deflateSync(bytes)],
  ["deflate", (bytes) => zlib.deflateRawSync(bytes)],
  ["br", (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } })],
];

interface Told {
  readonly report: UsageReport;
  /** What the form was handed. */
  readonly told: readonly unknown[];
}

function tapOf(contentEncodings: readonly string[], recording: Recording): UsageTap {
  return createUsageTap({ contentType: SSE, contentEncodings }, recording);
}

function ended(tap: UsageTap, complete: boolean): Promise<UsageReport> {
  return new Promise((resolve) => tap.end(complete, resolve));
}

async function read(coding: string, chunks: readonly Buffer[], complete = true): Promise<Told> {
  const recording = new Recording();
  const tap = tapOf([coding], recording);
  for (const chunk of chunks) tap.push(chunk);
  const report = await ended(tap, complete);
  return { report, told: recording.recorder?.told ?? [] };
}

/** What the body tells without a coding. */
const EXPECTED = readChunks(SSE, [BODY]).slice(1);

describe("the tap of a body without a coding", () => {
  it.each([[[]], [[""]], [["identity"]], [[" Identity "]]])("tells at once what it read: %j", (contentEncodings) => {
    const recording = new Recording();
    const tap = tapOf(contentEncodings, recording);
    tap.push(BODY);
    const then = vi.fn();
    tap.end(true, then);
    expect(then.mock.calls).toEqual([[{ ...UNKNOWN_USAGE, known: "reported" }]]);
    expect(recording.recorder?.told).toEqual(EXPECTED);
  });

  it.each([[["gzip", "br"]], [["gzip, br"]], [["identity", "gzip"]], [["compress"]], [["zstd, gzip"]]])(
    "tells nothing, and at once, of a coding that can't be decoded: %j",
    (contentEncodings) => {
      const recording = new Recording();
      const tap = tapOf(contentEncodings, recording);
      tap.push(BODY);
      const then = vi.fn();
      tap.end(true, then);
      expect(then.mock.calls).toEqual([[UNKNOWN_USAGE]]);
      expect(recording.recorder).toBeUndefined();
    },
  );

  it("changes no byte", () => {
    const body = Buffer.from(BODY);
    const tap = tapOf([], new Recording());
    tap.push(body);
    tap.end(true, () => undefined);
    expect(body.equals(BODY)).toBe(true);
  });
});

describe.each(ENCODERS)("the tap of a body with the coding %s", (coding, encode) => {
  const encoded = encode(BODY);

  it("tells the same as without, however the body is cut", async () => {
    const bytes = Array.from(encoded.subarray(0, 2000), (_, i) => encoded.subarray(i, i + 1));
    for (const chunks of [[encoded], [...bytes, encoded.subarray(2000)]]) {
      const { report, told } = await read(coding, chunks);
      expect(told).toEqual(EXPECTED);
      expect(report.known).toBe("reported");
    }
    await fc.assert(
      fc.asyncProperty(cuts, async (shares) => {
        expect((await read(coding, cutBody(encoded, shares))).told).toEqual(EXPECTED);
      }),
      { numRuns: 20 },
    );
  });

  it("tells what had come of a body that was cut off", async () => {
    const { report, told } = await read(coding, [encoded.subarray(0, Math.floor(encoded.length * 0.8))], false);
    expect(report.known).toBe("partial");
    expect(told.length).toBeGreaterThan(10);
    expect(told.slice(0, -1)).toEqual(EXPECTED.slice(0, told.length - 1));
    expect(told.at(-1)).toBe("part");
  });

  it("tells nothing of a body without bytes", async () => {
    expect(await read(coding, [])).toEqual({ report: UNKNOWN_USAGE, told: [] });
    expect(await read(coding, [Buffer.alloc(0)], false)).toEqual({ report: UNKNOWN_USAGE, told: [] });
  });

  it("calls back once, and not before the end", async () => {
    const tap = tapOf([coding], new Recording());
    const then = vi.fn();
    tap.push(encoded);
    const end = new Promise<void>((resolve) =>
      tap.end(true, (report) => {
        then(report);
        resolve();
      }),
    );
    expect(then).not.toHaveBeenCalled();
    await end;
    tap.push(encoded);
    await new Promise((resolve) => setImmediate(resolve));
    expect(then).toHaveBeenCalledTimes(1);
  });
});

describe("the tap of a body whose coding is broken", () => {
  const encoded = zlib.gzipSync(BODY);

  it.each<[string, string, Buffer]>([
    ["no gzip", "gzip", BODY],
    ["no br", "br", Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ["no deflate", "deflate", Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ["a wrong checksum", "gzip", Buffer.concat([encoded.subarray(0, -8), Buffer.alloc(8)])],
    [
      "a broken middle",
      "gzip",
      Buffer.concat([encoded.subarray(0, 1000), Buffer.alloc(1000, 0xff), encoded.subarray(2000)]),
    ],
  ])("tells nothing: %s", async (_, coding, bytes) => {
    expect((await read(coding, [bytes])).report).toBe(UNKNOWN_USAGE);
    expect((await read(coding, cutBody(bytes, [0.3, 0.6]))).report).toBe(UNKNOWN_USAGE);
  });

  it("tells nothing when the end comes long after the error, and then at once", async () => {
    const tap = tapOf(["gzip"], new Recording());
    tap.push(BODY);
    await closedStreams();
    const then = vi.fn();
    tap.push(BODY);
    tap.end(true, then);
    expect(then.mock.calls).toEqual([[UNKNOWN_USAGE]]);
  });

  it("never throws, whatever the bytes are", async () => {
    const coding = fc.constantFrom("gzip", "deflate", "br");
    await fc.assert(
      fc.asyncProperty(coding, fc.uint8Array({ maxLength: 100 }), cuts, async (name, bytes, shares) => {
        const { report } = await read(name, cutBody(Buffer.from(bytes), shares));
        expect(["unknown", "reported", "partial"]).toContain(report.known);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the bounds of decoding", () => {
  const MIB = 1024 * 1024;

  it("gives up a body that decodes to very much more than it is", async () => {
    const usage = 'data: {"usage":1}\n\n';
    const blanks = Buffer.alloc(60 * MIB, 0x0a);
    const bomb = zlib.gzipSync(Buffer.concat([Buffer.from(usage), blanks]), { level: 9 });
    expect(bomb.length).toBeLessThan(MIB / 4);
    const { report, told } = await read("gzip", [bomb]);
    expect(report).toBe(UNKNOWN_USAGE);
    expect(told).toEqual([{ usage: 1 }]);
    const small = zlib.gzipSync(Buffer.concat([Buffer.from(usage), blanks.subarray(0, 16 * MIB)]), { level: 9 });
    expect((await read("gzip", [small])).report.known).toBe("reported");
  });

  /** A body that shrinks by nothing, in pieces of 64 KiB. */
  function large(mib: number): Buffer[] {
    const encoded = zlib.gzipSync(Buffer.concat([BODY, Buffer.alloc(mib * MIB, 0x20)]), { level: 0 });
    return Array.from({ length: Math.ceil(encoded.length / 65_536) }, (_, i) =>
      encoded.subarray(i * 65_536, (i + 1) * 65_536),
    );
  }

  it("reads no more large bodies at once than all may wait together, and others after them", async () => {
    const slices = large(12);
    const taps = Array.from({ length: 6 }, () => tapOf(["gzip"], new Recording()));
    for (const tap of taps) for (const slice of slices) tap.push(slice);
    // Now there is no room for these, but the first MiB of each may wait in any case.
    for (const mib of [2, 0.7, 0.7]) {
      const tap = tapOf(["gzip"], new Recording());
      for (const slice of large(mib)) tap.push(slice);
      taps.push(tap);
    }
    const reports = await Promise.all(taps.map((tap) => ended(tap, true)));
    expect(reports.map(({ known }) => known)).toEqual([
      ...Array<string>(5).fill("reported"),
      "unknown",
      ...Array<string>(3).fill("reported"),
    ]);
    // Those that were given up leave nothing behind that would count on.
    for (let i = 0; i < 6; i++) expect((await read("gzip", large(20))).report).toBe(UNKNOWN_USAGE);
    expect((await read("gzip", slices)).report.known).toBe("reported");
  });

  it("gives up a body that comes faster than it is decoded", async () => {
    const encoded = zlib.gzipSync(Buffer.concat([BODY, Buffer.from(" ".repeat(17 * MIB))]), { level: 0 });
    expect(encoded.length).toBeGreaterThan(17 * MIB);
    const slices = Array.from({ length: 48 }, (_, i) =>
      encoded.subarray((i * encoded.length) / 48, ((i + 1) * encoded.length) / 48),
    );
    const recording = new Recording();
    const tap = tapOf(["gzip"], recording);
    for (const slice of slices) tap.push(slice);
    const then = vi.fn();
    tap.end(true, then);
    expect(then.mock.calls).toEqual([[UNKNOWN_USAGE]]);
    await closedStreams();
    expect(recording.recorder).toBeUndefined();
  });

  it("waits for the decoder of a large body that comes at once, unless too much waits in all", async () => {
    const spaces = Buffer.from(" ".repeat(13 * MIB));
    const encoded = zlib.gzipSync(Buffer.concat([BODY, Buffer.from(": "), spaces]), { level: 0 });
    const many = (count: number) => Promise.all(Array.from({ length: count }, () => read("gzip", [encoded])));
    // Five of them are more than what may wait in all.
    const known = (await many(5)).map(({ report }) => report.known);
    expect(known).toEqual(["reported", "reported", "reported", "reported", "unknown"]);
    // Nothing waits any more.
    expect((await many(4)).map(({ report }) => report.known)).toEqual(Array.from({ length: 4 }, () => "reported"));
  });
});

it("counts only what waits: a long coded body that comes as fast as it is decoded is read", async () => {
  const spaces = " ".repeat(1024 * 1024);
  const recording = new Recording();
  const tap = tapOf(["gzip"], recording);
  for (let i = 0; i < 20; i++) {
    tap.push(zlib.gzipSync(`data: {"usage":${i}}\n\n:${spaces}\n\n`, { level: 0 }));
    await until(`event ${i}`, () => recording.recorder?.told.length === i + 1);
  }
  expect((await ended(tap, true)).known).toBe("reported");
});

describe("an exception inside the tap", () => {
  const failing = ["take", "done", "result"] as const;

  it.each(failing)("of the form's `%s` makes the usage unknown and nothing else", async (method) => {
    for (const coding of ["identity", "gzip"]) {
      const recording = new Recording();
      const fail = vi.fn(() => {
        throw new Error("broken");
      });
      const tap = createUsageTap(
        { contentType: SSE, contentEncodings: [coding] },
        {
          kept: recording.kept,
          createAccumulator: (isStream) => Object.assign(recording.createAccumulator(isStream), { [method]: fail }),
        },
      );
      const encoded = coding === "gzip" ? zlib.gzipSync(BODY) : BODY;
      for (const chunk of cutBody(encoded, [0.3, 0.6])) tap.push(chunk);
      expect(await ended(tap, true)).toBe(UNKNOWN_USAGE);
      expect(fail).toHaveBeenCalledTimes(1);
    }
  });

  it("of the making of the form makes the usage unknown and nothing else", () => {
    const tap = createUsageTap(
      { contentType: SSE, contentEncodings: [] },
      {
        kept: new Recording().kept,
        createAccumulator: () => {
          throw new Error("broken");
        },
      },
    );
    tap.push(BODY);
    const then = vi.fn();
    tap.end(true, then);
    expect(then.mock.calls).toEqual([[UNKNOWN_USAGE]]);
  });
});

describe("the memory of a decoder", () => {
  it("is freed at the end, whatever the end is", async () => {
    const writes = vi.spyOn(Duplex.prototype, "write");
    const encoded = zlib.gzipSync(BODY);
    await read("gzip", [encoded]);
    await read("gzip", [encoded.subarray(0, 500)], false);
    await read("gzip", [BODY]);
    await read("gzip", [encoded.subarray(0, 500), Buffer.alloc(2 * 1024 * 1024)]);
    await closedStreams();
    const decoders = new Set(writes.mock.contexts.filter((stream) => stream instanceof zlib.Gunzip));
    writes.mockRestore();
    expect(decoders.size).toBe(4);
    expect([...decoders].map((stream) => stream.closed)).toEqual([true, true, true, true]);
  });
});

describe("zstd", () => {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };

  it("is read where the process can decode it, else its usage is unknown", async () => {
    const encoded = zstdCompressSync?.(BODY) ?? Buffer.from("(\xb5/\xfd", "latin1");
    const { report, told } = await read("zstd", [encoded]);
    expect(report.known).toBe(zstdCompressSync === undefined ? "unknown" : "reported");
    expect(told).toEqual(zstdCompressSync === undefined ? [] : EXPECTED);
  });
});

/** Waits until work that other threads do for zlib has come back. A later task comes back after it. */
async function closedStreams(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => zlib.gunzip(zlib.gzipSync("x"), resolve));
}
