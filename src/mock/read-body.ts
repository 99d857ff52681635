// What did the client send? The whole body, bounded: the mock never holds more of a request than this.

import type { IncomingMessage } from "node:http";

/** 32 MiB: above what the real providers take as JSON. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Reads a request's body to its end. Never rejects.
 * @param max bytes; of a longer body the rest is read and dropped, up to as much again, so that the client
 *   can read the 413; past that the connection is broken
 * @returns the body, `too_large` as soon as it is, or `gone` when the client left before its end
 */
export function readBody(req: IncomingMessage, max = MAX_BODY_BYTES): Promise<Buffer | "too_large" | "gone"> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= max) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      resolve("too_large");
      if (size > 2 * max) req.destroy();
    });
    req.on("end", () => resolve(Buffer.concat(chunks)));
    req.on("error", () => resolve("gone"));
    req.on("close", () => resolve("gone"));
  });
}
