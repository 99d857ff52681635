// Finds out whether the first event of an event stream is an error, while the bytes come (contract, section 7,
// `overloaded_event`). Events are read as in WHATWG HTML, section 9.2.

import { type Coding, codingOf, decodeForLook } from "../../decode.ts";
import { headerValues } from "../../headers/find-header.ts";
import { isObject, parseJson } from "./error-body.ts";

/** `more`: no event is complete yet. `event`: the first one is no error, or it is too long to be looked at. */
export type FirstEventVerdict = "more" | "event" | "error";

/** The most bytes that are looked at. They are held meanwhile. An error is much shorter. */
export const FIRST_EVENT_BYTES = 65_536;

/** How often a coded stream is decoded anew. Its first event nearly always comes with its first bytes. */
const MAX_DECODINGS = 32;

/** A byte order mark as it looks in latin1. */
const BOM = "\u00ef\u00bb\u00bf";

export class FirstEvent {
  readonly #coding: Coding;
  #verdict: FirstEventVerdict = "more";
  /** How many bytes were looked at, decoded. */
  #seen = 0;
  /** The bytes of a coded stream so far. */
  #coded: Buffer | undefined = undefined;
  #decodings = 0;
  /** The line that is not complete yet. Lines are kept in latin1, so that a character can be cut anywhere. */
  #line = "";
  #firstLine = true;
  /** The last byte was a CR: an LF that follows belongs to it. */
  #afterCr = false;
  #name: string | undefined = undefined;
  #data: string | undefined = undefined;

  /** @param coding the content coding of the stream */
  constructor(coding: Coding = "identity") {
    this.#coding = coding;
  }

  /** Takes the next bytes of the body. @returns the verdict; once it is not `more`, it stays */
  push(bytes: Buffer): FirstEventVerdict {
    if (this.#verdict !== "more") return this.#verdict;
    const next = this.#coding === "identity" ? bytes : this.#decoded(bytes, this.#coding);
    if (next === undefined) return this.#end("event");
    const room = FIRST_EVENT_BYTES - this.#seen;
    this.#seen += next.length;
    this.#read(next.toString("latin1", 0, room));
    if (this.#verdict === "more" && next.length >= room) return this.#end("event");
    return this.#verdict;
  }

  /** The new bytes of a coded stream; `undefined` when it can't be decoded, or not within the bounds. */
  #decoded(bytes: Buffer, coding: Coding): Buffer | undefined {
    const coded = this.#coded === undefined ? bytes : Buffer.concat([this.#coded, bytes]);
    this.#coded = coded;
    this.#decodings += 1;
    if (this.#decodings > MAX_DECODINGS || coded.length > FIRST_EVENT_BYTES) return undefined;
    return decodeForLook(coded, coding, FIRST_EVENT_BYTES)?.subarray(this.#seen);
  }

  #end(verdict: FirstEventVerdict): FirstEventVerdict {
    this.#verdict = verdict;
    this.#coded = undefined;
    this.#line = "";
    this.#data = undefined;
    return verdict;
  }

  #read(text: string): void {
    let from = 0;
    for (let i = 0; i < text.length && this.#verdict === "more"; i++) {
      const char = text.charCodeAt(i);
      const isLf = char === 10;
      if (isLf && this.#afterCr) from = i + 1;
      else if (isLf || char === 13) {
        this.#endLine(this.#line + text.slice(from, i));
        from = i + 1;
      }
      this.#afterCr = char === 13;
    }
    if (this.#verdict === "more") this.#line += text.slice(from);
  }

  #endLine(whole: string): void {
    const line = this.#firstLine && whole.startsWith(BOM) ? whole.slice(BOM.length) : whole;
    this.#firstLine = false;
    this.#line = "";
    if (line === "") return this.#endEvent();
    const colon = line.indexOf(":");
    // The field of a comment has no name.
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field === "event") this.#name = valueAfter(line, colon);
    else if (field === "data")
      this.#data = this.#data === undefined ? valueAfter(line, colon) : `${this.#data}\n${valueAfter(line, colon)}`;
  }

  /** An empty line. Without a name and without data there was no event before it. */
  #endEvent(): void {
    if (this.#name === undefined && this.#data === undefined) return;
    this.#end(this.#name === "error" || hasError(this.#data) ? "error" : "event");
  }
}

/** Looks at the first event of a stream with these headers; `undefined` where its content coding can't be read. */
export function firstEventOf(rawHeaders: readonly string[]): FirstEvent | undefined {
  const coding = codingOf(headerValues(rawHeaders, "content-encoding"));
  return coding && new FirstEvent(coding);
}

function valueAfter(line: string, colon: number): string {
  if (colon === -1) return "";
  return line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
}

/**
 * Whether the data of an event is a JSON object with an `error` that is not null. Data in latin1 is the same JSON, with other
 * characters in its texts.
 */
function hasError(data: string | undefined): boolean {
  // Most events have none, and need not be parsed.
  if (data === undefined || !data.includes('"error"')) return false;
  const value = parseJson(data);
  return isObject(value) && value["error"] !== undefined && value["error"] !== null;
}
