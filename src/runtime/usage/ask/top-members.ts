// Finds the top-level members of a JSON object in its bytes.

import { CLOSE, isBlank, KIND_OF_BYTE, OPEN, QUOTE } from "../../model/json-bytes.ts";
import { decodeString, stringEnd } from "../../model/json-string.ts";

/** A member of an object, and where the bytes of its value are: from `start` up to but not including `end`. */
export interface TopMember {
  readonly name: string | undefined;
  readonly start: number;
  readonly end: number;
}

const COLON = 0x3a;
const COMMA = 0x2c;

/** The members in their order, duplicates included. @param json the text of a valid JSON object */
export function topMembers(json: Buffer): TopMember[] {
  const members: TopMember[] = [];
  let at = json.indexOf("{") + 1;
  for (;;) {
    at = skip(json, at, COMMA);
    if (KIND_OF_BYTE[json[at] as number] !== QUOTE) return members;
    const nameEnd = stringEnd(json, at + 1);
    const name = decodeString(json.subarray(at + 1, nameEnd));
    const start = skip(json, nameEnd + 1, COLON);
    const end = valueEnd(json, start);
    members.push({ name, start, end });
    at = end;
  }
}

/** The index after blanks, and after the one separator where there is one. */
function skip(json: Buffer, from: number, separator: number): number {
  let at = from;
  while (at < json.length && (isBlank(json[at] as number) || json[at] === separator)) at++;
  return at;
}

function valueEnd(json: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const byte = json[at] as number;
    const kind = KIND_OF_BYTE[byte];
    if (depth === 0 && at > start && (kind === CLOSE || byte === COMMA || isBlank(byte))) return at;
    if (kind === QUOTE) at = stringEnd(json, at + 1);
    else if (kind === OPEN) depth++;
    else if (kind === CLOSE) depth--;
    at++;
    if (depth === 0 && (kind === QUOTE || kind === CLOSE)) return at;
  }
  return at;
}
