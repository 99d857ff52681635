// Reads a JSON body that is sent as `application/x-www-form-urlencoded`, as curl does by default.
//
// Servers that go by the type see other fields in it: a text in the JSON such as `&model=x&` is a field `model` for them. So a body
// that has such a field is refused, wherever it stands.

import { type BodyModel, unreadable } from "./body-model.ts";
import { JsonScan } from "./json-scan.ts";

const AMPERSAND = 0x26;
/** Parts fields, too, for some parsers. */
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** The longest name that is looked at, bytes as sent: `model` with each letter encoded, and blanks around it. */
const MAX_NAME_BYTES = 64;

export class UrlencodedScan {
  readonly #json = new JsonScan();
  /** The bytes of the field's name so far, in latin1; `undefined` behind its `=`, and once it is too long. */
  #name: string | undefined = "";
  #hasField = false;

  /** What is known of the model so far. Final once `end` was called. */
  get model(): BodyModel {
    return this.#hasField ? unreadable("given_twice") : this.#json.model;
  }

  /** How often a model was named so far. */
  get models(): number {
    return this.#json.models + (this.#hasField ? 1 : 0);
  }

  /** The bytes so far can't be the beginning of a JSON object. */
  get isMalformed(): boolean {
    return this.#json.isMalformed;
  }

  push(chunk: Buffer): void {
    this.#json.push(chunk);
    for (const byte of chunk) this.#take(byte);
  }

  /** The body has ended. */
  end(): void {
    this.#json.end();
  }

  #take(byte: number): void {
    if (byte === AMPERSAND || byte === SEMICOLON) {
      this.#name = "";
    } else if (this.#name === undefined) {
      return;
    } else if (byte === EQUALS) {
      if (isModel(this.#name)) this.#hasField = true;
      this.#name = undefined;
    } else {
      this.#name = this.#name.length < MAX_NAME_BYTES ? this.#name + String.fromCharCode(byte) : undefined;
    }
  }
}

function isModel(raw: string): boolean {
  const name = raw
    .replaceAll("+", " ")
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return name.trim().toLowerCase() === "model";
}
