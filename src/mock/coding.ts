// Codes the bodies of answers as gzip, deflate or br, when a request asks the mock for it and its client can decode it.

import { once } from "node:events";
import { brotliCompressSync, createBrotliCompress, createDeflate, createGzip, deflateSync, gzipSync } from "node:zlib";
import type { Coding } from "./answer-settings.ts";

/**
 * The coding to use.
 * @param asked what the request asked the mock for
 * @param accepts the request's `accept-encoding`
 * @returns undefined when nothing was asked for, or the client does not accept it
 */
export function codingFor(asked: Coding | undefined, accepts: string | undefined): Coding | undefined {
  if (asked === undefined || accepts === undefined) return undefined;
  const accepted = accepts.split(",").some((item) => {
    const [name, quality] = item.split(";").map((part) => part.trim().toLowerCase());
    return name === asked && !/^q=0(\.0*)?$/.test(quality ?? "");
  });
  return accepted ? asked : undefined;
}

const WHOLE = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
const STREAMING = { gzip: createGzip, deflate: createDeflate, br: createBrotliCompress };

/** Codes a whole body. */
export function codeWhole(body: string, coding: Coding): Buffer {
  return WHOLE[coding](body);
}

/** Codes a body part by part. */
export interface StreamCoder {
  /** Resolves to the bytes with which a decoder has all of the text. */
  add(text: string): Promise<Buffer>;
  /** Resolves to the last bytes. */
  end(): Promise<Buffer>;
  /** Frees the memory of the coder, whether it has ended or not. */
  close(): void;
}

export function streamCoder(coding: Coding): StreamCoder {
  const coder = STREAMING[coding]();
  let out: Buffer[] = [];
  coder.on("data", (bytes: Buffer) => out.push(bytes));
  const taken = () => {
    const bytes = Buffer.concat(out);
    out = [];
    return bytes;
  };
  return {
    async add(text) {
      coder.write(text);
      await new Promise<void>((resolve) => coder.flush(resolve));
      return taken();
    },
    async end() {
      const ended = once(coder, "end");
      coder.end();
      await ended;
      return taken();
    },
    close: () => coder.destroy(),
  };
}
