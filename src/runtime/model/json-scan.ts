// Reads the top-level members `model`, `previous_response_id` and `background` of a JSON body that arrives in chunks.
//
// The top level is read strictly. Below it only what decides where strings and brackets end is looked at. So a body that is no
// JSON deep inside may pass. That opens no way past `models`: bytes that some parsers accept outside strings and JSON does not,
// such as comments, other quotes and bare words, are refused at every depth, and all parsers agree on where a string ends.

import { type BodyModel, MAX_NAME_BYTES, NO_MODEL, type UnreadableReason, unreadable } from "./body-model.ts";
import { CLOSE, FORBIDDEN, isBlank, isLiteralByte, KIND_OF_BYTE, OPEN, PLAIN, QUOTE } from "./json-bytes.ts";
import { decodeString, OPEN_AND_ESCAPED, stringEnd } from "./json-string.ts";
import { BACKGROUND, MemberName, MODEL, MODEL_IN_CAPITALS, OTHER, PREVIOUS_RESPONSE_ID } from "./member-name.ts";

/** Where in the document the next byte stands. */
const BEFORE_OBJECT = 0;
const FIRST_NAME = 1;
const NEXT_NAME = 2;
const IN_NAME = 3;
/** In a name that is none of those that matter. */
const IN_OTHER_NAME = 4;
const BEFORE_COLON = 5;
const BEFORE_VALUE = 6;
const IN_STRING = 7;
const IN_MODEL = 8;
const IN_LITERAL = 9;
const IN_NESTED = 10;
const IN_NESTED_STRING = 11;
const AFTER_VALUE = 12;
const AFTER_OBJECT = 13;
const MALFORMED = 14;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export class JsonScan {
  #state = BEFORE_OBJECT;
  /** Bytes in the chunks before this one. */
  #before = 0;
  #markBytes = 0;
  readonly #name = new MemberName();
  #member = OTHER;
  /** Open brackets below the top level. A number is enough: no parser accepts brackets that do not pair. */
  #depth = 0;
  /** The first byte of the next chunk is escaped. */
  #escaped = false;
  /** The start of a literal that matters. */
  #literal = "";
  #models = 0;
  #modelStart = 0;
  /** The parts of the model's raw value when it came in several chunks. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #model: BodyModel = NO_MODEL;
  #namesAccountState = false;

  /**
   * What is known of the model so far. Final once the object has ended or `end` was called.
   * A name that is given twice, or once more in other capitals, is `unreadable`.
   */
  get model(): BodyModel {
    return this.#state === MALFORMED ? unreadable("malformed") : this.#model;
  }

  /** How often a model was named so far, in whatever spelling of capitals. */
  get models(): number {
    return this.#models;
  }

  /** The bytes so far can't be the beginning of a JSON object. */
  get isMalformed(): boolean {
    return this.#state === MALFORMED;
  }

  /** A `previous_response_id` that is not null, or `background: true`, was seen (contract, section 7). */
  get namesAccountState(): boolean {
    return this.#namesAccountState;
  }

  /** Takes the next chunk of the body. Chunks that hold a part of the model's value are kept until its end. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== MALFORMED) at = this.#step(chunk, at);
    this.#before += chunk.length;
  }

  /** The body has ended. */
  end(): void {
    if (this.#state !== AFTER_OBJECT) this.#state = MALFORMED;
  }

  /** Reads on from a byte, as far as the state lasts. @returns the index of the byte to go on with */
  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case IN_NAME:
        return this.#inName(chunk, at);
      case IN_OTHER_NAME:
        return this.#inString(chunk, at, BEFORE_COLON);
      case BEFORE_VALUE:
        return this.#beforeValue(chunk, at);
      case IN_STRING:
        return this.#inString(chunk, at, AFTER_VALUE);
      case IN_MODEL:
        return this.#inModel(chunk, at);
      case IN_LITERAL:
        return this.#inLiteral(chunk, at);
      case IN_NESTED:
        return this.#inNested(chunk, at);
      case IN_NESTED_STRING:
        return this.#inString(chunk, at, IN_NESTED);
      default:
        this.#state = this.#between(chunk[at] as number, this.#before + at);
        return at + 1;
    }
  }

  /** The state after a byte that stands between names and values. */
  #between(byte: number, offset: number): number {
    if (offset < 3 && this.#isMark(byte, offset)) return BEFORE_OBJECT;
    if (this.#markBytes !== 0 && this.#markBytes !== 3) return MALFORMED;
    if (isBlank(byte)) return this.#state;
    switch (this.#state) {
      case BEFORE_OBJECT:
        return byte === OPEN_BRACE ? FIRST_NAME : MALFORMED;
      case BEFORE_COLON:
        return byte === COLON ? BEFORE_VALUE : MALFORMED;
      case AFTER_VALUE:
        if (byte === COMMA) return NEXT_NAME;
        return byte === CLOSE_BRACE ? AFTER_OBJECT : MALFORMED;
      case AFTER_OBJECT:
        return MALFORMED;
    }
    if (KIND_OF_BYTE[byte] === QUOTE) {
      this.#name.begin();
      return IN_NAME;
    }
    return byte === CLOSE_BRACE && this.#state === FIRST_NAME ? AFTER_OBJECT : MALFORMED;
  }

  /** The byte continues a byte order mark at the start of the body. */
  #isMark(byte: number, offset: number): boolean {
    if (byte !== BYTE_ORDER_MARK[offset]) return false;
    this.#markBytes++;
    return true;
  }

  #inName(chunk: Buffer, from: number): number {
    const name = this.#name;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (KIND_OF_BYTE[byte] === QUOTE && !name.inEscape) {
        this.#member = name.end();
        this.#state = BEFORE_COLON;
        if (this.#member === MODEL || this.#member === MODEL_IN_CAPITALS) this.#countModel();
        return at + 1;
      }
      if (!name.take(byte)) {
        this.#state = MALFORMED;
        return at;
      }
      if (!name.isOpen) {
        this.#member = OTHER;
        this.#state = IN_OTHER_NAME;
        return at + 1;
      }
    }
    return chunk.length;
  }

  #countModel(): void {
    this.#models++;
    if (this.#models > 1) this.#refuse("given_twice");
    else if (this.#member === MODEL_IN_CAPITALS) this.#refuse("other_capitals");
  }

  #refuse(reason: UnreadableReason): void {
    this.#model = unreadable(reason);
  }

  #beforeValue(chunk: Buffer, at: number): number {
    const byte = chunk[at] as number;
    if (isBlank(byte)) return at + 1;
    const kind = KIND_OF_BYTE[byte];
    if (kind === QUOTE) return this.#beginString(at);
    if (kind === OPEN) {
      this.#depth = 1;
      this.#state = IN_NESTED;
      this.#noteValue(false);
      return at + 1;
    }
    this.#state = isLiteralByte(byte) ? IN_LITERAL : MALFORMED;
    this.#literal = "";
    return at;
  }

  #beginString(at: number): number {
    // The value of a second model is not read: the first may be in use already.
    const isModel = this.#member === MODEL && this.#models === 1;
    this.#state = isModel ? IN_MODEL : IN_STRING;
    if (isModel) this.#modelStart = this.#before + at;
    else this.#noteValue(false);
    return at + 1;
  }

  /** Notes what a value that is no string of a model means. */
  #noteValue(isNull: boolean): void {
    if (this.#member === PREVIOUS_RESPONSE_ID && !isNull) this.#namesAccountState = true;
    if (this.#member === MODEL && this.#models === 1) this.#refuse("not_a_string");
  }

  /** Passes a string over. @param next the state behind it */
  #inString(chunk: Buffer, at: number, next: number): number {
    const end = this.#stringEnd(chunk, at);
    if (end < 0) return chunk.length;
    this.#state = next;
    return end + 1;
  }

  /** Finds the end of the string that `at` stands in, and notes an escape that reaches into the next chunk. */
  #stringEnd(chunk: Buffer, at: number): number {
    const end = stringEnd(chunk, this.#escaped ? at + 1 : at);
    this.#escaped = end === OPEN_AND_ESCAPED;
    return end;
  }

  #inModel(chunk: Buffer, at: number): number {
    const end = this.#stringEnd(chunk, at);
    const piece = chunk.subarray(at, end < 0 ? chunk.length : end);
    if (this.#pieceBytes + piece.length > MAX_NAME_BYTES) return this.#skipLongModel(end, chunk.length);
    if (end < 0) {
      this.#pieces.push(piece);
      this.#pieceBytes += piece.length;
      return chunk.length;
    }
    const raw = this.#pieces.length === 0 ? piece : Buffer.concat([...this.#pieces, piece]);
    this.#pieces = [];
    this.#state = AFTER_VALUE;
    this.#readModel(raw, this.#before + end + 1);
    return end + 1;
  }

  /** Passes over the rest of a name that is too long. @param end the index of the closing quote, negative when it is not there yet */
  #skipLongModel(end: number, chunkLength: number): number {
    this.#refuse("too_long");
    this.#pieces = [];
    this.#state = end < 0 ? IN_STRING : AFTER_VALUE;
    return end < 0 ? chunkLength : end + 1;
  }

  #readModel(raw: Buffer, end: number): void {
    const name = decodeString(raw);
    if (name === undefined) this.#state = MALFORMED;
    else this.#model = { kind: "model", name, span: { start: this.#modelStart, end } };
  }

  #inLiteral(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && isLiteralByte(chunk[at] as number)) at++;
    // Only `true` and `null` matter, so no more than five bytes need to be kept.
    if (this.#member !== OTHER && this.#literal.length < 5)
      this.#literal += chunk.toString("latin1", from, Math.min(at, from + 5));
    if (at === chunk.length) return at;
    this.#state = AFTER_VALUE;
    if (this.#member === BACKGROUND && this.#literal === "true") this.#namesAccountState = true;
    this.#noteValue(this.#literal === "null");
    return at;
  }

  #inNested(chunk: Buffer, from: number): number {
    let depth = this.#depth;
    let at = from;
    while (at < chunk.length) {
      const kind = KIND_OF_BYTE[chunk[at++] as number];
      if (kind === PLAIN) continue;
      if (kind === QUOTE) {
        const end = this.#stringEnd(chunk, at);
        if (end >= 0) {
          at = end + 1;
          continue;
        }
        this.#state = IN_NESTED_STRING;
        at = chunk.length;
      } else if (kind === OPEN) depth++;
      else if (kind === CLOSE && --depth > 0) continue;
      else {
        this.#state = kind === FORBIDDEN ? MALFORMED : AFTER_VALUE;
        break;
      }
    }
    this.#depth = depth;
    return at;
  }
}
