// Is this message sound enough to act on? Reads the raw headers once: framing, host, id (contract, section 4, hazards R1 to R4).

import type { ReplyCode } from "../../plan/replies.ts";
import type { Framing } from "../headers/request-head.ts";

export interface Examination {
  /** Why the message is refused, if it is. */
  readonly refusal: ReplyCode | undefined;
  readonly framing: Framing;
  /** The client's `x-request-id`, when it sent exactly one. */
  readonly requestId: string | undefined;
}

interface Census {
  hosts: number;
  requestIds: number;
  requestId: string | undefined;
  codings: number;
  coding: string;
  length: string | undefined;
  control: boolean;
}

const NO_BODY: Framing = Object.freeze({ kind: "none" });
const CHUNKED: Framing = Object.freeze({ kind: "chunked" });

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no field value may hold (RFC 9110, section 5.5)
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** What of a message is examined. */
export interface Message {
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
}

export function examine(req: Message): Examination {
  const census = count(req.rawHeaders);
  const framing = frame(census);
  return {
    refusal: framing === undefined || !sound(req, census) ? "bad_request" : undefined,
    framing: framing ?? CHUNKED,
    requestId: census.requestIds === 1 ? census.requestId : undefined,
  };
}

function count(raw: readonly string[]): Census {
  const census: Census = {
    hosts: 0,
    requestIds: 0,
    requestId: undefined,
    codings: 0,
    coding: "",
    length: undefined,
    control: false,
  };
  for (let i = 0; i + 1 < raw.length; i += 2) note(census, raw[i] as string, raw[i + 1] as string);
  return census;
}

/** Lengths first: of all names only these few are worth lower-casing. */
function note(census: Census, name: string, value: string): void {
  if (CONTROL.test(value)) census.control = true;
  switch (name.length) {
    case 4:
      if (name.toLowerCase() === "host") census.hosts++;
      return;
    case 12:
      if (name.toLowerCase() !== "x-request-id") return;
      census.requestIds++;
      census.requestId = value;
      return;
    case 14:
      if (name.toLowerCase() === "content-length") census.length = value;
      return;
    case 17:
      if (name.toLowerCase() !== "transfer-encoding") return;
      census.codings++;
      census.coding = value;
  }
}

function frame(census: Census): Framing | undefined {
  if (census.codings === 0) return census.length === undefined ? NO_BODY : lengthFraming(census.length);
  const chunked = census.codings === 1 && census.length === undefined && census.coding.toLowerCase() === "chunked";
  return chunked ? CHUNKED : undefined;
}

function lengthFraming(length: string): Framing | undefined {
  return /^\d{1,16}$/.test(length) ? { kind: "length", length } : undefined;
}

/** One `host` in HTTP/1.1, at most one in 1.0; no coding in 1.0 (RFC 9112, sections 3.2 and 6.1); no control byte. */
function sound(req: Message, census: Census): boolean {
  if (census.control || census.hosts > 1) return false;
  if (req.httpVersion === "1.1") return census.hosts === 1;
  return req.httpVersion === "1.0" && census.codings === 0;
}
