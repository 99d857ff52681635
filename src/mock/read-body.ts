// Reads a request body up to a maximum size, so that a large upload can't fill the memory.

import type { IncomingMessage } from "node:http";

/** 32 MiB: more than the real providers accept as JSON. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Reads a request's body to its end. Never rejects.
 * @param max the largest size, in bytes. The rest of a larger body is read and dropped, so that the client can read the 413.
 *   After twice this size the connection is broken.
 * @returns the body, `too_large` as soon as it exceeds `max`, or `gone` when the client left before its end
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
