// Reads a JSON object that arrives in chunks, of any length, and keeps only a few members of it.
//
// What is not kept is looked at only as far as needed to find where it ends. So a document that is no JSON deep inside may pass.
// Its brackets and strings are still told apart rightly, so a kept member is never taken from another depth or out of a string.

import { CLOSE, FORBIDDEN, isBlank, isLiteralByte, KIND_OF_BYTE, OPEN, PLAIN, QUOTE } from "../../model/json-bytes.ts";
import { OPEN_AND_ESCAPED, stringEnd } from "../../model/json-string.ts";
import { KeptBytes } from "./kept-bytes.ts";
import { findMember, type KeptNode } from "./kept-tree.ts";
import { parseValue } from "./parse-value.ts";

/** The longest value that is kept. Real ones have some hundred bytes. A parsed value may take some ten times its length. */
export const MAX_VALUE_BYTES = 8 * 1024;
/** The most bytes of all values kept of one document. */
export const MAX_KEPT_BYTES = 16 * 1024;
/** The longest name that is looked up when it comes in several chunks. */
const MAX_NAME_BYTES = 64;

/** Where in the document the next byte stands. */
const BEFORE_OBJECT = 0;
const FIRST_NAME = 1;
const NEXT_NAME = 2;
const IN_NAME = 3;
const BEFORE_COLON = 4;
const BEFORE_VALUE = 5;
const IN_STRING = 6;
const IN_LITERAL = 7;
const IN_NESTED = 8;
const IN_NESTED_STRING = 9;
const AFTER_VALUE = 10;
const AFTER_OBJECT = 11;
const MALFORMED = 12;

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** An object of which members are kept. */
interface OpenObject {
  readonly node: KeptNode;
  readonly data: Record<string, unknown>;
  readonly outer: OpenObject | undefined;
}

/** Reads one document. */
export class SparseJson {
  #state = BEFORE_OBJECT;
  #object: OpenObject;
  readonly #data: Record<string, unknown> = {};
  #tells = false;
  /** The kept member that the value belongs to. */
  #member: KeptNode | undefined;
  /** Open brackets of a value that is not looked into. */
  #depth = 0;
  /** The first byte of the next chunk is escaped. */
  #escaped = false;
  /** Where in the chunk a name or a kept value begins. -1: none does. What came of it in earlier chunks is in `#earlier`. */
  #start = -1;
  readonly #earlier = new KeptBytes(MAX_VALUE_BYTES);
  /** The bytes of all values kept. */
  #keptBytes = 0;

  constructor(root: KeptNode) {
    this.#object = { node: root, data: this.#data, outer: undefined };
  }

  /** The object has ended. */
  get isDone(): boolean {
    return this.#state === AFTER_OBJECT;
  }

  get isMalformed(): boolean {
    return this.#state === MALFORMED;
  }

  /** The kept members so far. A value that is too long is not among them. Of equal names, the last counts. */
  get data(): Readonly<Record<string, unknown>> {
    return this.#data;
  }

  /** A member was seen that reports usage and is not null. */
  get tells(): boolean {
    return this.#tells;
  }

  /**
   * Takes the next bytes, up to the end of the object.
   * @param from the index of the first one
   * @returns the index behind the object's end, else the chunk's length
   */
  push(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#start !== -1) this.#start = from;
    while (at < chunk.length && this.#state < AFTER_OBJECT) at = this.#step(chunk, at);
    if (this.#state === AFTER_OBJECT) return at;
    if (this.#start !== -1 && this.#state !== MALFORMED) this.#earlier.add(chunk, this.#start, chunk.length);
    return chunk.length;
  }

  /** Takes the next bytes of a text that holds nothing but the object. */
  pushOnly(chunk: Buffer): void {
    for (let at = this.push(chunk, 0); at < chunk.length; at++) {
      if (isBlank(chunk[at] as number)) continue;
      this.#state = MALFORMED;
      return;
    }
  }

  /** Reads on from a byte, as far as the state lasts. @returns the index of the byte to go on with */
  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case IN_NAME:
        return this.#inName(chunk, at);
      case BEFORE_VALUE:
        return this.#beforeValue(chunk, at);
      case IN_STRING:
        return this.#inString(chunk, at);
      case IN_LITERAL:
        return this.#inLiteral(chunk, at);
      case IN_NESTED:
        return this.#inNested(chunk, at);
      case IN_NESTED_STRING:
        return this.#inNestedString(chunk, at);
      default:
        this.#state = this.#between(chunk[at] as number, at);
        return at + 1;
    }
  }

  /** The state after a byte that stands between names and values. */
  #between(byte: number, at: number): number {
    if (isBlank(byte)) return this.#state;
    switch (this.#state) {
      case BEFORE_OBJECT:
        return byte === OPEN_BRACE ? FIRST_NAME : MALFORMED;
      case BEFORE_COLON:
        return byte === COLON ? BEFORE_VALUE : MALFORMED;
      case AFTER_VALUE:
        if (byte === COMMA) return NEXT_NAME;
        return byte === CLOSE_BRACE ? this.#closeObject() : MALFORMED;
    }
    if (KIND_OF_BYTE[byte] === QUOTE) {
      this.#start = at + 1;
      return IN_NAME;
    }
    return byte === CLOSE_BRACE && this.#state === FIRST_NAME ? this.#closeObject() : MALFORMED;
  }

  #closeObject(): number {
    const { outer } = this.#object;
    if (outer === undefined) return AFTER_OBJECT;
    this.#object = outer;
    return AFTER_VALUE;
  }

  #inName(chunk: Buffer, at: number): number {
    const end = this.#stringEnd(chunk, at);
    if (end < 0) return chunk.length;
    this.#member = this.#findMember(chunk, end);
    this.#start = -1;
    this.#earlier.clear();
    this.#state = BEFORE_COLON;
    return end + 1;
  }

  #findMember(chunk: Buffer, end: number): KeptNode | undefined {
    const { node } = this.#object;
    if (this.#earlier.length === 0 && !this.#earlier.overflowed) return findMember(node, chunk, this.#start, end);
    if (this.#earlier.length + end - this.#start > MAX_NAME_BYTES) return undefined;
    this.#earlier.add(chunk, this.#start, end);
    return this.#earlier.overflowed ? undefined : findMember(node, this.#earlier.bytes, 0, this.#earlier.length);
  }

  #beforeValue(chunk: Buffer, at: number): number {
    const byte = chunk[at] as number;
    if (isBlank(byte)) return at + 1;
    const kind = KIND_OF_BYTE[byte];
    const member = this.#member;
    if (member !== undefined) {
      // An equal name before this one no longer counts, whatever the value is now.
      if (member.name in this.#object.data) delete this.#object.data[member.name];
      if (member.isWhole) this.#start = at;
      else if (byte === OPEN_BRACE) return this.#openObject(member, at);
    }
    if (kind === QUOTE) this.#state = IN_STRING;
    else if (kind === OPEN) {
      this.#depth = 1;
      this.#state = IN_NESTED;
    } else {
      this.#state = isLiteralByte(byte) ? IN_LITERAL : MALFORMED;
      return at;
    }
    return at + 1;
  }

  #openObject(node: KeptNode, at: number): number {
    const data = {};
    this.#object.data[node.name] = data;
    this.#object = { node, data, outer: this.#object };
    if (node.tells) this.#tells = true;
    this.#state = FIRST_NAME;
    return at + 1;
  }

  #inString(chunk: Buffer, at: number): number {
    const end = this.#stringEnd(chunk, at);
    return end < 0 ? chunk.length : this.#endValue(chunk, end + 1);
  }

  #inNestedString(chunk: Buffer, at: number): number {
    const end = this.#stringEnd(chunk, at);
    if (end < 0) return chunk.length;
    this.#state = IN_NESTED;
    return end + 1;
  }

  /** Finds the end of the string that `at` stands in, and notes an escape that reaches into the next chunk. */
  #stringEnd(chunk: Buffer, at: number): number {
    const end = stringEnd(chunk, this.#escaped ? at + 1 : at);
    this.#escaped = end === OPEN_AND_ESCAPED;
    return end;
  }

  #inLiteral(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && isLiteralByte(chunk[at] as number)) at++;
    return at === chunk.length ? at : this.#endValue(chunk, at);
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
      else if (kind === FORBIDDEN) {
        this.#state = MALFORMED;
        return at;
      } else if (kind === CLOSE && --depth === 0) return this.#endValue(chunk, at);
    }
    this.#depth = depth;
    return at;
  }

  /** A value has ended. @param end the index behind it */
  #endValue(chunk: Buffer, end: number): number {
    this.#state = AFTER_VALUE;
    if (this.#start === -1) return end;
    const isInParts = this.#earlier.length > 0 || this.#earlier.overflowed;
    if (isInParts) this.#earlier.add(chunk, this.#start, end);
    const bytes = isInParts ? this.#earlier.length : end - this.#start;
    if (!this.#earlier.overflowed && bytes <= MAX_VALUE_BYTES && this.#keptBytes + bytes <= MAX_KEPT_BYTES) {
      this.#keptBytes += bytes;
      if (isInParts) this.#keep(this.#earlier.bytes, 0, bytes);
      else this.#keep(chunk, this.#start, end);
    }
    this.#start = -1;
    this.#earlier.clear();
    return end;
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const member = this.#member;
    if (member === undefined) return;
    try {
      const value = parseValue(chunk, start, end);
      this.#object.data[member.name] = value;
      if (member.tells && value !== null) this.#tells = true;
    } catch {
      this.#state = MALFORMED;
    }
  }
}
