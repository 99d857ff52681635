// Splits an event stream into its events (WHATWG HTML, section 9.2.6), as far as that is needed to find usage in them.

import type { KeptTree } from "./kept-tree.ts";
import { LineEnds } from "./line-ends.ts";
import { DONE, type QuietEvents } from "./quiet-events.ts";
import { SparseJson } from "./sparse-json.ts";
import type { Splitter } from "./splitter.ts";
import type { UsageEvents } from "./usage-events.ts";

const SPACE = 0x20;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;

const LINE_FEED = Buffer.from("\n");
/** In place of the first characters of other data. */
const NOT_DONE = "not done";
/** The longest name of an event that is kept. */
const MAX_NAME_CHARS = 128;

/** The field that the current line gives a value. */
const UNDECIDED = 0;
const DATA = 1;
const NAME = 2;
const OTHER = 3;

export class EventStream implements Splitter {
  readonly #events: UsageEvents;
  readonly #kept: KeptTree;
  readonly #quiet: QuietEvents;
  readonly #lines = new LineEnds();
  #field = UNDECIDED;
  /** The first characters of the line, until its field is known. */
  #fieldName = "";
  /** The line has bytes. */
  #hasBytes = false;
  /** A space that comes next is no part of the value. */
  #maySkipSpace = false;
  #name = "";
  /** The data so far; `undefined`: the event has none yet. */
  #json: SparseJson | undefined = undefined;
  /** The first characters of the data, as many as `[DONE]` has. */
  #dataStart = "";

  constructor(events: UsageEvents, kept: KeptTree) {
    this.#events = events;
    this.#kept = kept;
    this.#quiet = kept.quietEvents;
  }

  push(chunk: Buffer): void {
    this.#quiet.begin(chunk);
    let at = this.#lines.begin(chunk);
    while (at < chunk.length) {
      if (this.#isBetweenEvents) {
        at = this.#lines.passEmpty(chunk, at);
        if (this.#events.maySkip) at = this.#quiet.pass(at);
      }
      const end = this.#lines.next(chunk, at);
      if (end > at) this.#takeBytes(chunk, at, end);
      if (end === chunk.length) break;
      this.#endLine();
      at = this.#lines.behind(chunk, end);
    }
    this.#quiet.end();
  }

  /** A last event without its empty line counts when the body came whole: some servers leave it out. */
  end(complete: boolean): boolean {
    if (complete) {
      if (this.#hasBytes) this.#endLine();
      this.#endEvent();
    }
    return complete;
  }

  get #isBetweenEvents(): boolean {
    return !this.#hasBytes && this.#json === undefined && this.#name === "";
  }

  /** Takes bytes of the current line. */
  #takeBytes(chunk: Buffer, from: number, end: number): void {
    this.#hasBytes = true;
    let at = from;
    if (this.#field === UNDECIDED) at = this.#readField(chunk, at, end);
    if (at >= end || this.#field === OTHER) return;
    if (this.#maySkipSpace) {
      this.#maySkipSpace = false;
      if (chunk[at] === SPACE) at++;
    }
    if (at === end) return;
    if (this.#field === DATA) this.#takeData(chunk.subarray(at, end));
    else this.#takeName(chunk.toString("latin1", at, Math.min(end, at + MAX_NAME_CHARS)));
  }

  #takeName(part: string): void {
    this.#name = (this.#name + part).slice(0, MAX_NAME_CHARS);
  }

  /** Reads the name of the field. @returns the index behind its colon, or `end` */
  #readField(chunk: Buffer, from: number, end: number): number {
    // The longest name that matters has five characters.
    const limit = Math.min(end, from + 6 - this.#fieldName.length);
    let at = from;
    while (at < limit && chunk[at] !== COLON) at++;
    this.#fieldName += chunk.toString("latin1", from, at);
    if (at < end) this.#beginField();
    return at + 1;
  }

  #beginField(): void {
    this.#maySkipSpace = true;
    if (this.#fieldName === "data") {
      this.#field = DATA;
      if (this.#json === undefined) this.#json = new SparseJson(this.#kept.root);
      else if (this.#dataStart !== "") this.#takeData(LINE_FEED);
    } else if (this.#fieldName === "event") {
      this.#field = NAME;
      this.#name = "";
    } else this.#field = OTHER;
  }

  #takeData(data: Buffer): void {
    this.#json?.pushOnly(data);
    if (this.#dataStart === "" && data[0] !== OPEN_BRACKET) this.#dataStart = NOT_DONE;
    const missing = DONE.length - this.#dataStart.length;
    if (missing > 0) this.#dataStart += data.toString("latin1", 0, missing);
  }

  #endLine(): void {
    if (!this.#hasBytes) return this.#endEvent();
    // A line without a colon is a field without a value.
    if (this.#field === UNDECIDED) this.#beginField();
    this.#field = UNDECIDED;
    this.#fieldName = "";
    this.#hasBytes = false;
    this.#maySkipSpace = false;
  }

  #endEvent(): void {
    const json = this.#json;
    if (json !== undefined) {
      if (this.#dataStart === DONE) this.#events.done();
      else this.#events.take(this.#name === "" ? undefined : this.#name, json);
    }
    this.#name = "";
    this.#json = undefined;
    this.#dataStart = "";
  }
}
