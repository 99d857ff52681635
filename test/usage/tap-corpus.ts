// Reads responses as the gateway does: through the tap, cut into chunks, under any content coding.

import * as zlib from "node:zlib";
import type { UsageForm } from "../../src/plan/usage.ts";
import { responseForm } from "../../src/runtime/metering/response-form.ts";
import { createUsageTap } from "../../src/runtime/usage/read/usage-tap.ts";
import type { UsageReport } from "../../src/runtime/usage/usage-report.ts";
import { type CorpusCase, corpusBytes } from "./read-corpus.ts";

const CONTENT_TYPES: readonly (readonly [suffix: string, contentType: string])[] = [
  [".sse", "text/event-stream; charset=utf-8"],
  [".ndjson", "application/x-ndjson"],
  [".json", "application/json"],
];

/** The content type that a response of the corpus came with. */
export function contentTypeOf(file: string): string | undefined {
  return CONTENT_TYPES.find(([suffix]) => file.endsWith(suffix))?.[1];
}

export interface TappedBody {
  readonly contentType: string | undefined;
  readonly form: UsageForm;
  readonly complete: boolean;
  readonly coding?: string;
}

/** Reads a body in chunks. Each chunk is overwritten once it was read, since nothing may be needed of it then. */
export function tapChunks(
  { contentType, form, complete, coding }: TappedBody,
  chunks: readonly Buffer[],
): Promise<UsageReport> {
  const contentEncodings = coding === undefined ? [] : [coding];
  const tap = createUsageTap({ contentType, contentEncodings }, responseForm(form));
  for (const chunk of chunks) {
    const copy = Buffer.from(chunk);
    tap.push(copy);
    // A decoder holds on to its chunks for a while.
    if (coding === undefined) copy.fill(0x7d);
  }
  return new Promise((resolve) => tap.end(complete, resolve));
}

/** Reads a response of the corpus. @param chunks default: all of it at once */
export function tapCorpus(shown: CorpusCase, chunks?: readonly Buffer[], coding?: string): Promise<UsageReport> {
  const body = { ...shown, contentType: contentTypeOf(shown.file), ...(coding === undefined ? {} : { coding }) };
  return tapChunks(body, chunks ?? [corpusBytes(shown.file)]);
}

/** The body cut at some places. @param places rising */
export function cutAt(body: Buffer, places: readonly number[]): Buffer[] {
  return [...places, body.length].map((end, i) => body.subarray(i === 0 ? 0 : places[i - 1], end));
}

/** Every byte alone. */
export function singleBytes(body: Buffer): Buffer[] {
  return cutAt(body, Array.from(body, (_, i) => i).slice(1));
}

/** Some places to cut a body at. @param random as `Math.random` */
export function somePlaces(body: Buffer, random: () => number): number[] {
  const places = Array.from({ length: 1 + Math.floor(random() * 8) }, () => Math.floor(random() * (body.length + 1)));
  return places.sort((a, b) => a - b);
}

/** The body as it comes from a server: event by event. */
export function eventsOf(body: Buffer): Buffer[] {
  const text = body.toString("latin1");
  return cutAt(
    body,
    [...text.matchAll(/\r\n\r\n|\n\n|\r\r|\},\r\n/g)].map(({ index, 0: { length } }) => index + length),
  );
}

export interface Encoder {
  readonly name: string;
  /** The value of `content-encoding`. */
  readonly coding: string;
  /** @param parts what comes of the body at one time */
  encode(parts: readonly Buffer[]): Promise<Buffer> | Buffer;
}

const whole = (encode: (body: Buffer) => Buffer) => (parts: readonly Buffer[]) => encode(Buffer.concat(parts));
const QUICK = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };

/** The codings that responses come in. Servers flush after each event, and some send a gzip member for each. */
export const ENCODERS: readonly Encoder[] = [
  { name: "gzip", coding: "gzip", encode: whole((body) => zlib.gzipSync(body)) },
  {
    name: "gzip, a member for each part",
    coding: "gzip",
    encode: (parts) => Buffer.concat(parts.map((part) => zlib.gzipSync(part))),
  },
  { name: "gzip, flushed", coding: "x-gzip", encode: (parts) => flushed(zlib.createGzip(), parts) },
  { name: "deflate", coding: "deflate", encode: whole((body) => zlib.deflateSync(body)) },
  { name: "deflate, flushed", coding: "deflate", encode: (parts) => flushed(zlib.createDeflate(), parts) },
  { name: "raw deflate", coding: "deflate", encode: whole((body) => zlib.deflateRawSync(body)) },
  { name: "br", coding: "br", encode: whole((body) => zlib.brotliCompressSync(body, QUICK)) },
  { name: "br, flushed", coding: "br", encode: (parts) => flushed(zlib.createBrotliCompress(QUICK), parts) },
  ...zstd(),
];

/** Node 20 has no zstd, and its types neither. */
function zstd(): readonly Encoder[] {
  const { createZstdCompress } = zlib as { createZstdCompress?: () => zlib.Gzip };
  if (createZstdCompress === undefined) return [];
  return [
    { name: "zstd", coding: "zstd", encode: (parts) => flushed(createZstdCompress(), [Buffer.concat(parts)]) },
    { name: "zstd, flushed", coding: "zstd", encode: (parts) => flushed(createZstdCompress(), parts) },
  ];
}

async function flushed(stream: zlib.Gzip | zlib.BrotliCompress, parts: readonly Buffer[]): Promise<Buffer> {
  const coded: Buffer[] = [];
  stream.on("data", (bytes: Buffer) => coded.push(bytes));
  for (const part of parts) {
    stream.write(part);
    await new Promise<void>((resolve) => stream.flush(resolve));
  }
  const end = new Promise((resolve) => stream.once("end", resolve));
  stream.end();
  await end;
  return Buffer.concat(coded);
}
