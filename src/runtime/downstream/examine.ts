// Examines the raw headers of a request: refuses an ambiguous body length, and finds the client's request id.
// (contract, section 4; hazards R1 to R4)

import type { ReplyCode } from "../../plan/replies.ts";
import type { Framing } from "../headers/request-head.ts";
import { asksWebSocket } from "../headers/upgrade.ts";

export interface Examination {
  /** The code of the reply when the message is refused. */
  readonly refusal: ReplyCode | undefined;
  /** How the body is delimited: by `content-length`, by chunks, or there is none. */
  readonly framing: Framing;
  /** The client's `x-request-id`, when it sent exactly one. */
  readonly requestId: string | undefined;
  /** The client asks to go on as a WebSocket. */
  readonly asksWebSocket: boolean;
}

/** What was found in the headers, counted and noted in one pass. */
interface HeaderCounts {
  hosts: number;
  requestIds: number;
  requestId: string | undefined;
  codings: number;
  coding: string;
  length: string | undefined;
  hasUpgrade: boolean;
  hasControlByte: boolean;
}

const NO_BODY: Framing = Object.freeze({ kind: "none" });
const CHUNKED: Framing = Object.freeze({ kind: "chunked" });

// biome-ignore lint/suspicious/noControlCharactersInRegex: no field value may hold these (RFC 9110, section 5.5)
const CONTROL_BYTE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** The part of a request that is examined. */
export interface Message {
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
}

export function examine(req: Message): Examination {
  const counts = countHeaders(req.rawHeaders);
  const framing = framingFrom(counts);
  return {
    refusal: framing === undefined || !isSound(req, counts) ? "bad_request" : undefined,
    // When it is ambiguous, a body may follow. So the connection is not used for another request (hazard R6).
    framing: framing ?? CHUNKED,
    requestId: counts.requestIds === 1 ? counts.requestId : undefined,
    asksWebSocket: counts.hasUpgrade && asksWebSocket(req),
  };
}

function countHeaders(raw: readonly string[]): HeaderCounts {
  const counts: HeaderCounts = {
    hosts: 0,
    requestIds: 0,
    requestId: undefined,
    codings: 0,
    coding: "",
    length: undefined,
    hasUpgrade: false,
    hasControlByte: false,
  };
  for (let i = 0; i + 1 < raw.length; i += 2) countHeader(counts, raw[i] as string, raw[i + 1] as string);
  return counts;
}

/** Compares the length of the name first, which is cheap. Only a name of the right length is lower-cased. */
function countHeader(counts: HeaderCounts, name: string, value: string): void {
  if (CONTROL_BYTE.test(value)) counts.hasControlByte = true;
  switch (name.length) {
    case 4:
      if (name.toLowerCase() === "host") counts.hosts++;
      return;
    case 7:
      if (name.toLowerCase() === "upgrade") counts.hasUpgrade = true;
      return;
    case 12:
      if (name.toLowerCase() !== "x-request-id") return;
      counts.requestIds++;
      counts.requestId = value;
      return;
    case 14:
      if (name.toLowerCase() === "content-length") counts.length = value;
      return;
    case 17:
      if (name.toLowerCase() !== "transfer-encoding") return;
      counts.codings++;
      counts.coding = value;
  }
}

/** How the body is delimited; `undefined` when the headers are ambiguous or hold an unknown transfer coding. */
function framingFrom(counts: HeaderCounts): Framing | undefined {
  if (counts.codings === 0) return counts.length === undefined ? NO_BODY : lengthFraming(counts.length);
  const chunked = counts.codings === 1 && counts.length === undefined && counts.coding.toLowerCase() === "chunked";
  return chunked ? CHUNKED : undefined;
}

function lengthFraming(length: string): Framing | undefined {
  return /^\d{1,16}$/.test(length) ? { kind: "length", length } : undefined;
}

/**
 * Whether the headers other than the framing are acceptable. No value may hold a control byte. HTTP/1.1 needs exactly one
 * `host`; HTTP/1.0 may have one, but no transfer coding (RFC 9112, sections 3.2 and 6.1).
 */
function isSound(req: Message, counts: HeaderCounts): boolean {
  if (counts.hasControlByte || counts.hosts > 1) return false;
  if (req.httpVersion === "1.1") return counts.hosts === 1;
  return req.httpVersion === "1.0" && counts.codings === 0;
}
