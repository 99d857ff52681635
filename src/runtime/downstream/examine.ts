// Examines the raw headers of a request: refuses an ambiguous body length, and finds the client's request id.
// (contract, section 4; hazards R1 to R4)

import type { Handshake } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import { type Framing, hasBody } from "../headers/request-head.ts";
import { handshakeOf, mayOfferUpgrade } from "../headers/upgrade.ts";
import type { Refusal } from "./refusal.ts";

/** The expectation of the `expect` header: none, `100-continue`, or one that the gateway does not support. */
export type Expectation = "none" | "continue" | "unknown";

export interface Examination {
  /** Present when the message is refused. */
  readonly refusal: Refusal | undefined;
  /** How the body is delimited: by `content-length`, by chunks, or there is none. */
  readonly framing: Framing;
  /** The client's `x-request-id`, when it sent exactly one. */
  readonly requestId: string | undefined;
  /** The client offers to go on with another protocol. */
  readonly offersUpgrade: boolean;
  /** Whether the client asks to go on as a WebSocket, and how. */
  readonly handshake: Handshake;
}

/** What was found in the headers, counted and noted in one pass. */
interface HeaderCounts {
  hosts: number;
  host: string;
  requestIds: number;
  requestId: string | undefined;
  codings: number;
  coding: string;
  length: string | undefined;
  hasUpgrade: boolean;
  hasControlByte: boolean;
}

const BAD_REQUEST = replyFor("bad_request");
const BAD_FRAMING = refusal("unclear body length: content-length, transfer-encoding");
const CONTROL_BYTE_SENT = refusal("control byte in a header");
const BAD_VERSION = refusal("HTTP version other than 1.0 and 1.1");
const NO_HOST = refusal("no host header");
const TWO_HOSTS = refusal("two host headers");
const BAD_HOST: Refusal = Object.freeze({
  reply: replyFor("bad_request", {
    message: "The host header is not a host name or address with an optional port. Check the base URL and its host.",
  }),
  cause: "host header that is no host",
});

function refusal(cause: string): Refusal {
  return Object.freeze({ reply: BAD_REQUEST, cause });
}

const NO_BODY: Framing = Object.freeze({ kind: "none" });
const CHUNKED: Framing = Object.freeze({ kind: "chunked" });

// biome-ignore lint/suspicious/noControlCharactersInRegex: no field value may hold these (RFC 9110, section 5.5)
const CONTROL_BYTE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** A host and an optional port (RFC 9110, section 7.2; RFC 3986, section 3.2.2). A comma would make it a list. */
const HOST = /^(?:(?:[\w.~!$&'()*+;=-]|%[0-9a-f]{2})+|\[[\w.~:%-]+\])(?::\d{0,5})?$/i;

/** The part of a request that is examined. */
export interface Message {
  readonly method?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
}

export function examine(req: Message): Examination {
  const counts = countHeaders(req.rawHeaders);
  const framing = framingFrom(counts);
  const { method = "", httpVersion, rawHeaders } = req;
  return {
    refusal: framing === undefined ? BAD_FRAMING : refusalOf(req, counts),
    // When it is ambiguous, a body may follow. So the connection is not used for another request (hazard R6).
    framing: framing ?? CHUNKED,
    requestId: counts.requestIds === 1 ? counts.requestId : undefined,
    offersUpgrade: counts.hasUpgrade && mayOfferUpgrade(rawHeaders),
    handshake: counts.hasUpgrade
      ? handshakeOf({ method, httpVersion, rawHeaders }, framing !== undefined && hasBody(framing))
      : "none",
  };
}

function countHeaders(raw: readonly string[]): HeaderCounts {
  const counts: HeaderCounts = {
    hosts: 0,
    host: "",
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
      if (name.toLowerCase() !== "host") return;
      counts.hosts++;
      counts.host = value;
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
 * The refusal for headers other than those of the body. No value may hold a control byte. HTTP/1.1 needs exactly one `host`;
 * HTTP/1.0 may have one, but no transfer coding (RFC 9112, sections 3.2 and 6.1).
 */
function refusalOf(
  { httpVersion }: Message,
  { hasControlByte, hosts, host, codings }: HeaderCounts,
): Refusal | undefined {
  if (hasControlByte) return CONTROL_BYTE_SENT;
  if (hosts > 1) return TWO_HOSTS;
  if (hosts === 1 && !isHost(host)) return BAD_HOST;
  if (httpVersion === "1.1") return hosts === 1 ? undefined : NO_HOST;
  if (httpVersion !== "1.0") return BAD_VERSION;
  return codings === 0 ? undefined : BAD_FRAMING;
}

// Nearly all requests name the same host, which is compared instead of checked again.
let lastHost = "";

function isHost(value: string): boolean {
  if (value === lastHost && value !== "") return true;
  if (!HOST.test(value)) return false;
  lastHost = value;
  return true;
}
