// Sends an answer to the client: at once, or frame by frame, and never faster than the client reads.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { AnswerSettings, Coding } from "./answer-settings.ts";
import { codeWhole, codingFor, type StreamCoder, streamCoder } from "./coding.ts";
import { type Answer, requestId, type StreamAnswer, type WholeAnswer } from "./endpoint.ts";
import type { OpenEntry } from "./usage/books.ts";

/** The request id under both names: each SDK reads its own. */
function idHeaders(id: string): Record<string, string> {
  return { "x-request-id": requestId(id), "request-id": requestId(id) };
}

/** What is needed to send an answer, besides the answer. */
export interface Sending {
  /** The number of the request. */
  readonly id: string;
  readonly settings: AnswerSettings;
  /** The request's `accept-encoding`. */
  readonly accepts: string | undefined;
  /** Where the usage that was sent is written down; `undefined` for an answer without a bill. */
  readonly entry: OpenEntry | undefined;
  /** Is aborted when the response closes. */
  readonly signal: AbortSignal;
}

/** Sends an answer. Returns early, and without an error, when the client has left. */
export async function deliver(res: ServerResponse, answer: Answer, sending: Sending): Promise<void> {
  if (!(await pause(sending.settings.delayMs, sending.signal))) return;
  const coding = codingFor(sending.settings.coding, sending.accepts);
  if (answer.kind === "whole") return writeWhole(res, answer, coding, sending);
  await writeStream(res, answer, coding, sending);
}

function writeWhole(res: ServerResponse, answer: WholeAnswer, coding: Coding | undefined, sending: Sending): void {
  const body = coding === undefined ? Buffer.from(answer.body) : codeWhole(answer.body, coding);
  res.writeHead(answer.status, {
    "content-type": answer.contentType,
    "content-length": body.length,
    ...codingHeader(coding),
    ...idHeaders(sending.id),
    ...answer.headers,
  });
  if (answer.tells !== undefined) sending.entry?.tell(answer.tells, true);
  res.end(body);
}

async function writeStream(
  res: ServerResponse,
  answer: StreamAnswer,
  coding: Coding | undefined,
  sending: Sending,
): Promise<void> {
  res.writeHead(200, {
    "content-type": answer.contentType,
    "cache-control": "no-cache",
    ...codingHeader(coding),
    ...idHeaders(sending.id),
  });
  res.flushHeaders();
  const coder = coding === undefined ? undefined : streamCoder(coding);
  try {
    const sent = await writeFrames(res, answer, coder, sending);
    if (sent === undefined) return;
    // A cut breaks the connection instead of ending the body, but what was written is sent first.
    if (sent === sending.settings.cutAfter) res.socket?.destroySoon();
    else res.end(await coder?.end());
  } finally {
    coder?.close();
  }
}

/** @returns how many frames were written; undefined when the client left */
async function writeFrames(
  res: ServerResponse,
  answer: StreamAnswer,
  coder: StreamCoder | undefined,
  { settings, entry, signal }: Sending,
): Promise<number | undefined> {
  const lines = linesFor(answer, settings);
  let sent = 0;
  for (const frame of answer.frames) {
    if (sent === settings.cutAfter) break;
    if (!(await pause(sent === 0 ? 0 : settings.paceMs, signal))) return undefined;
    const text = lines(typeof frame === "string" ? frame : frame.text);
    const bytes = coder === undefined ? text : await coder.add(text);
    if (typeof frame !== "string") entry?.tell(frame.tells, frame.all);
    if (!(await writePieces(res, bytes, settings.splitBytes, signal))) return undefined;
    sent += 1;
  }
  return sent;
}

function codingHeader(coding: Coding | undefined): Record<string, string> {
  return coding === undefined ? {} : { "content-encoding": coding };
}

/** Gives the lines of events the end that the settings ask for. JSON holds no line end of its own. */
function linesFor(answer: StreamAnswer, settings: AnswerSettings): (text: string) => string {
  const isEvents = answer.contentType.startsWith("text/event-stream");
  return isEvents && settings.crLines === 1 ? (text) => text.replaceAll("\n", "\r") : (text) => text;
}

/**
 * Writes, in pieces if asked to, which leave one by one.
 * @returns false when the client left
 */
async function writePieces(
  res: ServerResponse,
  given: string | Buffer,
  size: number | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (size === undefined) return res.write(given) || drained(res, signal);
  const bytes = Buffer.from(given);
  for (let at = 0; at < bytes.length; at += size) {
    if (signal.aborted) return false;
    if (!res.write(bytes.subarray(at, at + size)) && !(await drained(res, signal))) return false;
    // What is written in one turn of the event loop leaves in one piece.
    await new Promise(setImmediate);
  }
  return !signal.aborted;
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
