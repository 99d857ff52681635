// Reads the usage out of a body without a content coding: finds out how the body is built, and splits it.

import { isBlank } from "../../model/json-bytes.ts";
import type { UsageAccumulator } from "../forms/usage-form.ts";
import { UNKNOWN_USAGE, type UsageReport } from "../usage-report.ts";
import { EventStream } from "./event-stream.ts";
import { JsonLines } from "./json-lines.ts";
import { JsonTexts } from "./json-texts.ts";
import type { KeptTree } from "./kept-tree.ts";
import type { Splitter } from "./splitter.ts";
import { UsageEvents } from "./usage-events.ts";

/** How the responses of an API report usage. Made once for a route. */
export interface ResponseForm {
  /** What is kept of each event. */
  readonly kept: KeptTree;
  /** @param isStream the body is a row of events, else one JSON object */
  readonly createAccumulator: (isStream: boolean) => UsageAccumulator;
}

const EVENT_STREAM = /^\s*text\/event-stream\s*(?:;|$)/i;
/** `application/x-ndjson`, `application/jsonl` and their relatives. */
const JSON_LINES = /^\s*[a-z]+\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)\s*(?:;|$)/i;

const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
/** An event stream without its content type begins with a comment or with one of its fields. */
const FIELD_STARTS = Buffer.from(":deir");

export class BodyReader {
  readonly #contentType: string;
  readonly #by: ResponseForm;
  #accumulator: UsageAccumulator | undefined;
  #splitter: Splitter | undefined;
  /** How much of a byte order mark has passed. All of it, when one can no longer come. */
  #markBytes = 0;
  /** The first byte that shows how the body is built was seen. */
  #isDecided = false;

  constructor(contentType: string | undefined, by: ResponseForm) {
    this.#contentType = contentType ?? "";
    this.#by = by;
  }

  push(chunk: Buffer): void {
    if (this.#isDecided) this.#splitter?.push(chunk);
    else this.#begin(chunk);
  }

  /** @param complete the body came whole */
  end(complete: boolean): UsageReport {
    const isAllKnown = this.#splitter?.end(complete) === true;
    return this.#accumulator?.result(isAllKnown) ?? UNKNOWN_USAGE;
  }

  /** Passes over a byte order mark, and blanks behind it. */
  #begin(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === BYTE_ORDER_MARK[this.#markBytes]) {
        this.#markBytes++;
        continue;
      }
      this.#markBytes = BYTE_ORDER_MARK.length;
      if (isBlank(byte)) continue;
      this.#decide(byte);
      this.#splitter?.push(at === 0 ? chunk : chunk.subarray(at));
      return;
    }
  }

  /** The first byte counts, since some servers send a wrong content type, or an error as JSON in place of a stream. */
  #decide(byte: number): void {
    this.#isDecided = true;
    const isObject = byte === 0x7b;
    const isArray = byte === 0x5b;
    const isLines = isObject && JSON_LINES.test(this.#contentType);
    const isEvents = !isObject && !isArray && (EVENT_STREAM.test(this.#contentType) || FIELD_STARTS.includes(byte));
    if (!isObject && !isArray && !isEvents) return;
    this.#accumulator = this.#by.createAccumulator(!isObject || isLines);
    const events = new UsageEvents(this.#accumulator);
    const { kept } = this.#by;
    if (isEvents) this.#splitter = new EventStream(events, kept);
    else this.#splitter = isLines ? new JsonLines(events, kept) : new JsonTexts(events, kept);
  }
}
