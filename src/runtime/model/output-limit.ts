// Reads how many tokens a request lets the model write: `max_tokens` and its other names (contract, section 12, "Reserve, then settle").

import { CLOSE, isBlank, isLiteralByte, KIND_OF_BYTE, OPEN, PLAIN, QUOTE } from "./json-bytes.ts";
import { stringEnd } from "./json-string.ts";

/**
 * The ends of all names, and how each escape in one begins. A body without these bytes costs one search each, and nothing else of it is
 * looked at.
 */
const NEEDLES = [Buffer.from('_tokens"'), Buffer.from('OutputTokens"'), Buffer.from("\\u00")] as const;

const TOP_LEVEL_NAMES: ReadonlySet<string> = new Set(["max_tokens", "max_completion_tokens", "max_output_tokens"]);
/** Gemini's API takes its names in both spellings. */
const GROUP_NAMES: ReadonlySet<string> = new Set(["generationConfig", "generation_config"]);
const NAMES_IN_GROUP: ReadonlySet<string> = new Set(["maxOutputTokens", "max_output_tokens"]);
/** Each character may be an escape of six. */
const LONGEST_NAME = 6 * "max_completion_tokens".length;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;

/**
 * The largest output limit that a JSON body gives. What is no number, or is negative, is no limit. A name that is spelled with
 * escapes counts, too: a stream that tells no usage is charged its estimate, which a client could make as small as it likes.
 * @param chunks the body from its first byte, without a content coding; it may end early
 * @returns whole tokens; `undefined` when it gives none
 */
export function outputLimit(chunks: readonly Buffer[]): number | undefined {
  const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  if (!NEEDLES.some((needle) => body.includes(needle))) return undefined;
  let largest: number | undefined;
  const note = (valueAt: number): void => {
    const tokens = tokensAt(body, valueAt);
    if (tokens !== undefined && tokens > (largest ?? -1)) largest = tokens;
  };
  eachMember(body, startOf(body), (name, valueAt) => {
    if (TOP_LEVEL_NAMES.has(name)) note(valueAt);
    else if (GROUP_NAMES.has(name)) {
      eachMember(body, valueAt, (nameInGroup, at) => {
        if (NAMES_IN_GROUP.has(nameInGroup)) note(at);
      });
    }
  });
  return largest;
}

/** Where the document begins, behind a byte order mark. */
function startOf(body: Buffer): number {
  const hasMark = body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return skipBlanks(body, hasMark ? BYTE_ORDER_MARK.length : 0);
}

/**
 * Visits the members of the object that begins at a byte, as far as they can be read. The value may be cut off.
 * @param visit gets the name, empty for a longer one than any that matters; and where the value begins
 */
function eachMember(body: Buffer, from: number, visit: (name: string, valueAt: number) => void): void {
  if (body[from] !== OPEN_BRACE) return;
  let at = skipBlanks(body, from + 1);
  while (body[at] !== undefined && KIND_OF_BYTE[body[at] as number] === QUOTE) {
    const nameEnd = stringEnd(body, at + 1);
    if (nameEnd < 0) return;
    const name = nameEnd - at - 1 <= LONGEST_NAME ? nameOf(body.toString("latin1", at + 1, nameEnd)) : "";
    const colon = skipBlanks(body, nameEnd + 1);
    if (body[colon] !== COLON) return;
    const valueAt = skipBlanks(body, colon + 1);
    visit(name, valueAt);
    at = skipBlanks(body, endOfValue(body, valueAt));
    if (body[at] !== COMMA) return;
    at = skipBlanks(body, at + 1);
  }
}

/** A name with its escapes decoded; empty when they are none of JSON. */
function nameOf(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return "";
  }
}

/** The tokens that the value at a byte says; `undefined` when it is no number from 0 on, or may go on behind the body. */
function tokensAt(body: Buffer, at: number): number | undefined {
  const end = endOfLiteral(body, at);
  if (end === body.length) return undefined;
  const text = body.toString("latin1", at, end);
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0)) return undefined;
  // Never -0.
  return value === 0 ? 0 : Math.min(Math.ceil(value), Number.MAX_SAFE_INTEGER);
}

/** The index behind a value, or the body's length when it is cut off there. */
function endOfValue(body: Buffer, at: number): number {
  const kind = at < body.length ? KIND_OF_BYTE[body[at] as number] : PLAIN;
  if (kind === QUOTE) return behindString(body, at);
  return kind === OPEN ? endOfNested(body, at) : endOfLiteral(body, at);
}

function endOfNested(body: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  while (at < body.length) {
    const kind = KIND_OF_BYTE[body[at] as number];
    if (kind === QUOTE) {
      at = behindString(body, at);
      continue;
    }
    at++;
    if (kind === OPEN) depth++;
    else if (kind === CLOSE && --depth === 0) return at;
  }
  return at;
}

/** @param at the opening quote */
function behindString(body: Buffer, at: number): number {
  const end = stringEnd(body, at + 1);
  return end < 0 ? body.length : end + 1;
}

function endOfLiteral(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isLiteralByte(body[at] as number)) at++;
  return at;
}

function skipBlanks(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isBlank(body[at] as number)) at++;
  return at;
}
