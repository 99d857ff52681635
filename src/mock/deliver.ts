// Sends an answer to the client: at once, or frame by frame, and never faster than the client reads.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { AnswerSettings } from "./answer-settings.ts";
import { type Answer, requestId, type StreamAnswer, type WholeAnswer } from "./endpoint.ts";

/** The request id under both names: each SDK reads its own. */
function idHeaders(id: string): Record<string, string> {
  return { "x-request-id": requestId(id), "request-id": requestId(id) };
}

/**
 * Sends an answer. Returns early, and without an error, when the client has left.
 * @param signal is aborted when the response closes
 */
export async function deliver(
  res: ServerResponse,
  id: string,
  answer: Answer,
  settings: AnswerSettings,
  signal: AbortSignal,
): Promise<void> {
  if (!(await pause(settings.delayMs, signal))) return;
  if (answer.kind === "whole") return writeWhole(res, id, answer);
  await writeStream(res, id, answer, settings, signal);
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
  settings: AnswerSettings,
  signal: AbortSignal,
): Promise<void> {
  res.writeHead(200, {
    "content-type": answer.contentType,
    "cache-control": "no-cache",
    ...idHeaders(id),
  });
  res.flushHeaders();
  let sent = 0;
  for (const frame of answer.frames) {
    if (sent === settings.cutAfter) break;
    if (!(await pause(sent === 0 ? 0 : settings.paceMs, signal))) return;
    if (!res.write(frame) && !(await drained(res, signal))) return;
    sent += 1;
  }
  // A cut breaks the connection instead of ending the body, but what was written is sent first.
  if (sent === settings.cutAfter) res.socket?.destroySoon();
  else res.end();
}

/** Resolves to false when the client left instead of reading. */
async function drained(res: ServerResponse, signal: AbortSignal): Promise<boolean> {
  return once(res, "drain", { signal }).then(
    () => true,
    () => false,
  );
}

/**
 * Waits. Ends early, and without an error, when the client leaves.
 * @param ms with 0 it does not wait
 * @param signal is aborted when the client leaves; it also removes the timer
 * @returns false when the signal was aborted
 */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> | boolean {
  if (signal.aborted || ms === 0) return !signal.aborted;
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(true), ms);
    const leave = () => finish(false);
    signal.addEventListener("abort", leave);
    function finish(stayed: boolean) {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      resolve(stayed);
    }
  });
}
