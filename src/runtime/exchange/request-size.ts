// Says how large a request is, and how much it lets the model write, by its headers and by what is held of its body (contract,
// section 12, "Reserve, then settle").

import type { RequestSize } from "../../plan/exchange.ts";
import { decodeForLook } from "../decode.ts";
import type { Framing } from "../headers/request-head.ts";
import { bodyFormat } from "../model/body-format.ts";
import { DECODED_TO_HELD } from "../model/decode-body.ts";
import { outputLimit } from "../model/output-limit.ts";

/** The request whose size is asked for. */
export interface SizedRequest {
  readonly framing: Framing;
  readonly rawHeaders: readonly string[];
  /** `undefined` where nothing of its body is held. */
  readonly body: { readonly held: { readonly chunks: readonly Buffer[] } } | undefined;
}

const NO_CHUNKS: readonly Buffer[] = [];

/** @param maxBytes how much of a body may be held */
export function requestSize({ framing, rawHeaders, body }: SizedRequest, maxBytes: number): RequestSize {
  const format = bodyFormat(rawHeaders);
  const coding = format.kind === "unreadable" ? undefined : format.coding;
  const held = body?.held.chunks ?? NO_CHUNKS;
  const decoded = coding === undefined ? held : decodedChunks(held, coding, DECODED_TO_HELD * maxBytes);
  const mayBeJson = format.kind === "json" || format.kind === "urlencoded";
  return {
    bodyBytes: framing.kind === "length" ? Number(framing.length) : lengthOf(decoded ?? held),
    outputLimit: mayBeJson && decoded !== undefined ? outputLimit(decoded) : undefined,
  };
}

function decodedChunks(
  chunks: readonly Buffer[],
  coding: Parameters<typeof decodeForLook>[1],
  maxBytes: number,
): readonly Buffer[] | undefined {
  const decoded = decodeForLook(Buffer.concat(chunks), coding, maxBytes);
  return decoded && [decoded];
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}
