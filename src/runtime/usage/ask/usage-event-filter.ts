// Removes the one event from a stream that comes only because the gateway asked for the usage (`usage.ask`; contract,
// section 13). All other bytes go on as they came. An event waits only as long as it may still turn out to be that one.

import { codingOf } from "../../decode.ts";
import { headerValues } from "../../headers/find-header.ts";
import type { ResponseHead } from "../../headers/response-head.ts";
import { UsageDataScan } from "./usage-data-scan.ts";

/** A longer event is passed on, bytes. */
const MAX_EVENT_BYTES = 64 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const DATA = Buffer.from("data");

/** Where in a line the next byte stands. */
const LINE_START = 0;
const IN_NAME = 1;
const VALUE_START = 2;
const IN_DATA = 3;
const IN_OTHER = 4;

/** No event of this chunk waits. */
const NONE = -1;

/** Whether the event is to be looked for in an answer: in a stream of events that succeeded and has no content coding. */
export function tellsAskedUsage(status: number, { sse, headers }: Readonly<ResponseHead>): boolean {
  if (!sse || status < 200 || status > 299) return false;
  return codingOf(headerValues(headers, "content-encoding")) === "identity";
}

export class UsageEventFilter {
  readonly #scan = new UsageDataScan();
  #removed = false;
  /** An LF that comes next belongs to the CR before it. */
  #afterCr = false;
  #place = LINE_START;
  /** How many characters of the name `data` came. */
  #nameChars = 0;
  /** A field of the event has begun. Comments before that belong to no event. */
  #begun = false;
  /** The event may be the one. */
  #waits = false;
  /** What came of the event that waits, before this chunk. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Where the event that waits begins in this chunk. */
  #start = NONE;
  #out: Buffer[] = [];

  /** Takes the next bytes. @param last they are the last ones @returns the bytes to send now, which may be none */
  push(bytes: Buffer, last: boolean): Buffer {
    if (this.#removed) return this.#rest(bytes);
    const from = this.#read(bytes);
    if (this.#waits) {
      this.#start = Math.max(this.#start, 0);
      if (last && this.#isUsage(bytes, bytes.length)) return this.#send(bytes.subarray(from, this.#start));
      if (!last && this.#length(bytes.length) <= MAX_EVENT_BYTES) {
        const waiting = bytes.subarray(this.#start);
        const sent = this.#send(bytes.subarray(from, this.#start));
        if (waiting.length > 0) this.#held.push(waiting);
        this.#heldBytes += waiting.length;
        return sent;
      }
      this.#letGo();
    }
    return this.#send(from === 0 ? bytes : bytes.subarray(from));
  }

  /** Reads a chunk. @returns the index of the first byte that is neither taken out nor sent */
  #read(bytes: Buffer): number {
    this.#start = this.#waits ? 0 : NONE;
    let at = 0;
    let lf = NONE;
    let cr = NONE;
    while (at < bytes.length) {
      const follows = this.#afterCr && bytes[at] === LF;
      this.#afterCr = false;
      if (follows) {
        at++;
        continue;
      }
      if (lf < at) lf = indexOrEnd(bytes, LF, at);
      if (cr < at) cr = indexOrEnd(bytes, CR, at);
      const end = Math.min(lf, cr);
      if (end > at) this.#inLine(bytes, at, end);
      at = end;
      if (at === bytes.length) break;
      this.#afterCr = end === cr;
      at++;
      if (this.#place !== LINE_START) this.#place = LINE_START;
      else if (this.#endsEvent(bytes, at)) return this.#takeOut(bytes, at);
    }
    return 0;
  }

  #inLine(bytes: Buffer, from: number, end: number): void {
    let at = from;
    if (this.#place === LINE_START) this.#beginLine(bytes[at] as number, at);
    if (!this.#waits) return;
    for (; at < end && this.#place === IN_NAME; at++) this.#place = this.#inName(bytes[at] as number);
    if (at < end && this.#place === VALUE_START) {
      this.#place = IN_DATA;
      if (bytes[at] === SPACE) at++;
    }
    if (this.#place === IN_DATA && !this.#scan.push(bytes, at, end)) this.#letGo();
  }

  #beginLine(first: number, at: number): void {
    const isComment = first === COLON;
    if (!this.#begun && !isComment) {
      this.#begun = true;
      this.#waits = true;
      this.#start = at;
      this.#scan.begin();
    }
    this.#place = this.#waits && !isComment ? IN_NAME : IN_OTHER;
    this.#nameChars = 0;
  }

  /** The place after a byte of a field's name. */
  #inName(byte: number): number {
    if (this.#nameChars === DATA.length) return byte === COLON ? VALUE_START : IN_OTHER;
    return byte === DATA[this.#nameChars++] ? IN_NAME : IN_OTHER;
  }

  /** An empty line ends the event, if there is one. @returns whether it is to be taken out */
  #endsEvent(bytes: Buffer, at: number): boolean {
    const isUsage = this.#waits && this.#isUsage(bytes, at);
    if (this.#waits && !isUsage) this.#letGo();
    this.#begun = false;
    return isUsage;
  }

  /** @returns the index of the first byte behind the event */
  #takeOut(bytes: Buffer, at: number): number {
    this.#removed = true;
    this.#waits = false;
    this.#held = [];
    if (this.#start > 0) this.#out.push(bytes.subarray(0, this.#start));
    const follows = this.#afterCr && bytes[at] === LF;
    if (at < bytes.length) this.#afterCr = false;
    return follows ? at + 1 : at;
  }

  /** The event is another one: it is sent. */
  #letGo(): void {
    this.#waits = false;
    this.#out.push(...this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    this.#start = NONE;
  }

  #length(end: number): number {
    return this.#heldBytes + end - this.#start;
  }

  /** @param end where the event that waits ends in this chunk */
  #isUsage(bytes: Buffer, end: number): boolean {
    if (!this.#scan.isLikely || this.#length(end) > MAX_EVENT_BYTES) return false;
    return isUsageEvent(Buffer.concat([...this.#held, bytes.subarray(this.#start, end)]).toString());
  }

  #send(bytes: Buffer): Buffer {
    if (this.#out.length === 0) return bytes;
    const all = [...this.#out, bytes];
    this.#out = [];
    return Buffer.concat(all);
  }

  /** What comes behind the event. */
  #rest(bytes: Buffer): Buffer {
    if (!this.#afterCr || bytes.length === 0) return bytes;
    this.#afterCr = false;
    return bytes[0] === LF ? bytes.subarray(1) : bytes;
  }
}

function indexOrEnd(bytes: Buffer, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from);
  return index === -1 ? bytes.length : index;
}

/** The data is a JSON object with empty `choices` and a `usage` object. */
function isUsageEvent(event: string): boolean {
  const data = event
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(line[5] === " " ? 6 : 5));
  try {
    const { choices, usage } = JSON.parse(data.join("\n")) as Readonly<Record<string, unknown>>;
    return Array.isArray(choices) && choices.length === 0 && isObject(usage);
  } catch {
    return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
