// How does an answer reach the client? Whole ones at once, streams frame by frame, never faster than the client reads.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type Answer, requestId, type StreamAnswer, type WholeAnswer } from "./endpoint.ts";
import type { Knobs } from "./knobs.ts";
import { pause } from "./pace.ts";

/** Both names, for both SDKs look for their own. */
function idHeaders(id: string): Record<string, string> {
  return { "x-request-id": requestId(id), "request-id": requestId(id) };
}

/**
 * Writes an answer. Returns early, and without an error, when the client has left.
 * @param signal aborted when the response closes
 */
export async function deliver(
  res: ServerResponse,
  id: string,
  answer: Answer,
  knobs: Knobs,
  signal: AbortSignal,
): Promise<void> {
  if (!(await pause(knobs.delayMs, signal))) return;
  if (answer.kind === "whole") return writeWhole(res, id, answer);
  await writeStream(res, id, answer, knobs, signal);
}

function writeWhole(res: ServerResponse, id: string, answer: WholeAnswer): void {
  res.writeHead(answer.status, {
    "content-type": answer.contentType,
    "content-length": Buffer.byteLength(answer.body),
    ...idHeaders(id),
    ...answer.headers,
  });
  res.end(answer.body);
}

async function writeStream(
  res: ServerResponse,
  id: string,
  answer: StreamAnswer,
  knobs: Knobs,
  signal: AbortSignal,
): Promise<void> {
  res.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    ...idHeaders(id),
  });
  res.flushHeaders();
  let sent = 0;
  for (const frame of answer.frames) {
    if (sent === knobs.cutAfter) break;
    if (!(await pause(sent === 0 ? 0 : knobs.paceMs, signal))) return;
    if (!res.write(frame) && !(await drained(res, signal))) return;
    sent += 1;
  }
  // A cut is a broken connection, never an ended body. What was written has to leave first.
  if (sent === knobs.cutAfter) res.socket?.destroySoon();
  else res.end();
}

/** Resolves to false when the client left instead of reading. */
async function drained(res: ServerResponse, signal: AbortSignal): Promise<boolean> {
  return once(res, "drain", { signal }).then(
    () => true,
    () => false,
  );
}
