// Reads the field `model` of a form (multipart/form-data) that arrives in chunks. Files in it are passed over, not kept.
//
// Parsers of forms differ in what they forgive. So everything that could make another parser see other parts is malformed here:
// the boundary in any place where it is no delimiter, other line breaks than CRLF around it, headers that are not quite right.
// So is text in front of the form: a server that looks at no type would read it as JSON, and Go's parser stops behind the object.

import { isUtf8 } from "node:buffer";
import { type BodyModel, MAX_NAME_BYTES, NO_MODEL, unreadable } from "./body-model.ts";
import { partKind } from "./part-head.ts";

const CRLF = Buffer.from("\r\n");
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const END_OF_FORM = Buffer.from("--");
const NOTHING = Buffer.alloc(0);

/** The longest headers of a part, bytes. They are looked at again with each chunk until they are complete. */
const MAX_HEAD_BYTES = 4096;

/** Before the first delimiter. */
const BEFORE_FORM = 0;
/** Behind a delimiter. */
const AFTER_DELIMITER = 1;
const IN_HEAD = 2;
/** In the content of a part. */
const IN_CONTENT = 3;
/** Behind the last delimiter. */
const AFTER_FORM = 4;
const MALFORMED = 5;

export class MultipartScan {
  readonly #delimiter: Buffer;
  #state = BEFORE_FORM;
  /** The bytes that are not dealt with yet. */
  #rest: Buffer = NOTHING;
  /** The content that is being read is the model's: it is kept from its first byte. */
  #inModel = false;
  #models = 0;
  #model: BodyModel = NO_MODEL;

  /** @param boundary without its leading dashes */
  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`--${boundary}`);
  }

  /** What is known of the model so far. Final once `end` was called. A field that is given twice is `unreadable`. */
  get model(): BodyModel {
    return this.#state === MALFORMED ? unreadable("malformed") : this.#model;
  }

  /** How often the field was given so far. */
  get models(): number {
    return this.#models;
  }

  /** The bytes so far can't be the beginning of a form. */
  get isMalformed(): boolean {
    return this.#state === MALFORMED;
  }

  push(chunk: Buffer): void {
    if (this.#state === MALFORMED) return;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#step()) {}
    if (this.#state === MALFORMED) this.#rest = NOTHING;
  }

  /** The body has ended. */
  end(): void {
    if (this.#state !== AFTER_FORM) this.#state = MALFORMED;
  }

  /** Deals with the next piece of the rest. @returns false when more bytes are needed for that */
  #step(): boolean {
    switch (this.#state) {
      case BEFORE_FORM:
        return this.#beforeForm();
      case AFTER_DELIMITER:
        return this.#afterDelimiter();
      case IN_HEAD:
        return this.#inHead();
      case MALFORMED:
        return false;
      default:
        return this.#inContent();
    }
  }

  /** Only one line break may stand before the first delimiter. */
  #beforeForm(): boolean {
    const at = this.#rest.indexOf(this.#delimiter);
    if (at === -1) return this.#rest.length >= CRLF.length + this.#delimiter.length && this.#fail();
    if (at > 0 && !this.#rest.subarray(0, at).equals(CRLF)) return this.#fail();
    this.#state = AFTER_DELIMITER;
    return this.#consume(at + this.#delimiter.length);
  }

  #inContent(): boolean {
    const rest = this.#rest;
    const at = rest.indexOf(this.#delimiter);
    if (at === -1) {
      if (this.#inModel && rest.length > MAX_NAME_BYTES + CRLF.length + this.#delimiter.length) this.#dropModel();
      // The end of the rest may be the start of a delimiter, and the two bytes before one are looked at.
      if (!this.#inModel) this.#consume(Math.max(0, rest.length - this.#delimiter.length - 1));
      return false;
    }
    const isOnOwnLine = at >= 2 && rest.subarray(at - 2, at).equals(CRLF);
    if (this.#state === AFTER_FORM || !isOnOwnLine) return this.#fail();
    if (this.#inModel) this.#readModel(rest.subarray(0, at - 2));
    this.#inModel = false;
    this.#state = AFTER_DELIMITER;
    return this.#consume(at + this.#delimiter.length);
  }

  /** Reads on after a name that is too long, without keeping it. */
  #dropModel(): void {
    this.#inModel = false;
    this.#model = unreadable(this.#models > 1 ? "given_twice" : "too_long");
  }

  #readModel(value: Buffer): void {
    if (this.#models > 1) return;
    if (value.length > MAX_NAME_BYTES) this.#model = unreadable("too_long");
    else if (isUtf8(value)) this.#model = { kind: "model", name: value.toString(), span: undefined };
    else this.#model = unreadable("malformed");
  }

  #afterDelimiter(): boolean {
    if (this.#rest.length < 2) return false;
    const next = this.#rest.subarray(0, 2);
    if (next.equals(CRLF)) this.#state = IN_HEAD;
    else if (next.equals(END_OF_FORM)) this.#state = AFTER_FORM;
    else return this.#fail();
    return this.#consume(2);
  }

  #inHead(): boolean {
    const end = this.#rest.indexOf(END_OF_HEAD);
    if ((end === -1 ? this.#rest.length : end) > MAX_HEAD_BYTES) return this.#fail();
    if (end === -1) return false;
    const head = this.#rest.subarray(0, end);
    const kind = head.includes(this.#delimiter) ? "unclear" : partKind(head.toString("latin1"));
    if (kind === "unclear") return this.#fail();
    this.#inModel = kind === "model";
    if (kind !== "other") this.#models++;
    if (this.#models > 1) this.#model = unreadable("given_twice");
    else if (kind === "file") this.#model = unreadable("not_a_string");
    this.#state = IN_CONTENT;
    return this.#consume(end + END_OF_HEAD.length);
  }

  #consume(bytes: number): true {
    this.#rest = this.#rest.subarray(bytes);
    return true;
  }

  #fail(): false {
    this.#state = MALFORMED;
    return false;
  }
}
