// Asks a chat stream to report its usage: finds the smallest change of the request's body that does so (`usage.ask`; contract,
// section 13).

import { isUtf8 } from "node:buffer";
import { codingOf } from "../../decode.ts";
import { headerValues } from "../../headers/find-header.ts";
import type { Framing } from "../../headers/request-head.ts";
import type { BodyEdit } from "../../model/rename-model.ts";
import { type TopMember, topMembers } from "./top-members.ts";

const PATH_END = "/chat/completions";
const TRUE = Buffer.from("true");
const CLOSE_BRACE = 0x7d;

const MEMBER = '"include_usage":true';
const OPTIONS = `{${MEMBER}}`;

/** The head of a request. */
export interface RequestToAsk {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly framing: Framing;
}

/** Whether the body of a request is worth a look. @param maxBytes a longer body is left alone */
export function mayBeAsked({ method, path, rawHeaders, framing }: RequestToAsk, maxBytes: number): boolean {
  if (method !== "POST" || !path.endsWith(PATH_END) || framing.kind === "none") return false;
  if (framing.kind === "length" && Number(framing.length) > maxBytes) return false;
  return codingOf(headerValues(rawHeaders, "content-encoding")) === "identity";
}

/**
 * The change that makes a chat stream report its usage. It takes the place of at least one byte.
 * @param chunks the whole body
 * @param maxBytes a longer body is left alone
 * @returns `undefined` where the body has to stay as it is: it is no stream, it says itself whether it wants the usage,
 *   or it is no JSON object that all parsers read alike
 */
export function askEdit(chunks: readonly Buffer[], maxBytes: number): BodyEdit | undefined {
  const json = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  // A body without this word is no stream. No spelling of JSON hides it.
  if (json.length > maxBytes || !json.includes(TRUE)) return undefined;
  const body = parseObject(json);
  if (body?.["stream"] !== true) return undefined;
  const members = topMembers(json);
  const options = members.filter(({ name }) => name === "stream_options");
  if (options.length > 1 || members.filter(({ name }) => name === "stream").length > 1) return undefined;
  const [given] = options;
  if (given === undefined) return beforeBrace(json.lastIndexOf(CLOSE_BRACE), `,"stream_options":${OPTIONS}`);
  return editOptions(given, body["stream_options"]);
}

/** @param options what they are now */
function editOptions({ start, end }: TopMember, options: unknown): BodyEdit | undefined {
  if (options === null) return { start, end, bytes: Buffer.from(OPTIONS) };
  if (!isObject(options) || Object.hasOwn(options, "include_usage")) return undefined;
  return beforeBrace(end - 1, Object.keys(options).length === 0 ? MEMBER : `,${MEMBER}`);
}

/** Puts a text before a closing brace. */
function beforeBrace(brace: number, text: string): BodyEdit {
  return { start: brace, end: brace + 1, bytes: Buffer.from(`${text}}`) };
}

function parseObject(json: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (!isUtf8(json)) return undefined;
  try {
    const value: unknown = JSON.parse(json.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
