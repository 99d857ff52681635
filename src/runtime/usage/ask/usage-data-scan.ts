// Says, while the data of an event arrives, whether it may still be a JSON object with empty `choices` and a `usage` object.
//
// It looks at the top level only, and only for what rules that out. So an event that is something else is let go as early as
// possible. Whether the rest is such an object is decided by a parser once all of it is there.

import { CLOSE, isBlank, KIND_OF_BYTE, OPEN, QUOTE } from "../../model/json-bytes.ts";

/** Where in the object the next byte stands. */
const BEFORE_OBJECT = 0;
const BEFORE_NAME = 1;
const IN_NAME = 2;
const BEFORE_COLON = 3;
const BEFORE_VALUE = 4;
const IN_STRING = 5;
const IN_LITERAL = 6;
const IN_NESTED = 7;
const IN_NESTED_STRING = 8;
const IN_CHOICES = 9;
const AFTER_VALUE = 10;
const AFTER_OBJECT = 11;
const SOMETHING_ELSE = 12;

const CLOSING_QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The names that matter, with the quote that closes them. */
const CHOICES = Buffer.from('choices"');
const USAGE = Buffer.from('usage"');

export class UsageDataScan {
  #state = BEFORE_OBJECT;
  #nameBytes = 0;
  /** The name is this one as far as it has come. */
  #isChoices = false;
  #isUsage = false;
  #depth = 0;
  #escaped = false;
  #hasChoices = false;
  #hasUsage = false;

  /** Begins the next event. */
  begin(): void {
    this.#state = BEFORE_OBJECT;
    this.#escaped = false;
    this.#hasChoices = false;
    this.#hasUsage = false;
  }

  /** All of an object came, and nothing rules out that it is one with empty `choices` and `usage`. */
  get isLikely(): boolean {
    return this.#state === AFTER_OBJECT && this.#hasChoices && this.#hasUsage;
  }

  /** Takes the bytes from `from` up to `to`. @returns false once they can't be such an object */
  push(bytes: Buffer, from: number, to: number): boolean {
    let at = from;
    while (at < to && this.#state !== SOMETHING_ELSE) {
      // Most bytes stand in texts.
      if (this.#state === IN_STRING && !this.#escaped) at = textEnd(bytes, at, to);
      if (at < to) this.#take(bytes[at++] as number);
    }
    return this.#state !== SOMETHING_ELSE;
  }

  #take(byte: number): void {
    switch (this.#state) {
      case IN_STRING:
      case IN_NESTED_STRING:
        return this.#inString(byte, this.#state === IN_STRING ? AFTER_VALUE : IN_NESTED);
      case IN_NAME:
        this.#isChoices &&= byte === CHOICES[this.#nameBytes];
        this.#isUsage &&= byte === USAGE[this.#nameBytes];
        this.#nameBytes++;
        return this.#inString(byte, BEFORE_COLON);
      case IN_NESTED:
        return this.#inNested(byte);
    }
    if (!isBlank(byte)) this.#state = this.#between(byte);
  }

  /** @param next the state behind the string */
  #inString(byte: number, next: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (KIND_OF_BYTE[byte] === QUOTE) this.#state = next;
  }

  #inNested(byte: number): void {
    const kind = KIND_OF_BYTE[byte];
    if (kind === QUOTE) this.#state = IN_NESTED_STRING;
    else if (kind === OPEN) this.#depth++;
    else if (kind === CLOSE && --this.#depth === 0) this.#state = AFTER_VALUE;
  }

  /** The state after a byte that is no blank and stands outside strings. */
  #between(byte: number): number {
    switch (this.#state) {
      case BEFORE_OBJECT:
        return byte === OPEN_BRACE ? BEFORE_NAME : SOMETHING_ELSE;
      case BEFORE_NAME:
        if (KIND_OF_BYTE[byte] !== QUOTE) return byte === CLOSE_BRACE ? AFTER_OBJECT : SOMETHING_ELSE;
        this.#nameBytes = 0;
        this.#isChoices = true;
        this.#isUsage = true;
        return IN_NAME;
      case BEFORE_COLON:
        return byte === COLON ? BEFORE_VALUE : SOMETHING_ELSE;
      case BEFORE_VALUE:
        return this.#beginValue(byte);
      case IN_CHOICES:
        this.#hasChoices = true;
        return byte === CLOSE_BRACKET ? AFTER_VALUE : SOMETHING_ELSE;
      case IN_LITERAL:
        return byte === COMMA || byte === CLOSE_BRACE ? this.#afterValue(byte) : IN_LITERAL;
      case AFTER_VALUE:
        return this.#afterValue(byte);
      default:
        return SOMETHING_ELSE;
    }
  }

  #beginValue(byte: number): number {
    if (this.#isChoices) return byte === OPEN_BRACKET ? IN_CHOICES : SOMETHING_ELSE;
    if (this.#isUsage && byte !== OPEN_BRACE) return SOMETHING_ELSE;
    this.#hasUsage ||= this.#isUsage;
    const kind = KIND_OF_BYTE[byte];
    if (kind === QUOTE) return IN_STRING;
    this.#depth = 1;
    return kind === OPEN ? IN_NESTED : IN_LITERAL;
  }

  #afterValue(byte: number): number {
    if (byte === COMMA) return BEFORE_NAME;
    return byte === CLOSE_BRACE ? AFTER_OBJECT : SOMETHING_ELSE;
  }
}

/** The index of the first quote or backslash, or `to`. */
function textEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  for (; at < to; at++) {
    const byte = bytes[at];
    if (byte === CLOSING_QUOTE || byte === BACKSLASH) break;
  }
  return at;
}
