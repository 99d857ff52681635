// Writes the head of a request so that its response can be metered: a coding that this process can't decode is not accepted.

import * as zlib from "node:zlib";
import type { ForwardSpec, UpstreamSpec } from "../../plan/forward.ts";
import { headerValues } from "./find-header.ts";
import { type FilterRules, type HeaderFilter, plainFilter } from "./header-filter.ts";
import { type RequestHeadInput, requestHeadWriter } from "./request-head.ts";

/** Node can from 22.15 on. */
const DECODES_ZSTD = "createZstdDecompress" in zlib;

const IS_ZSTD = /^\s*zstd\s*(?:;|$)/i;
const IS_ANY = /^\s*\*\s*(?:;|$)/;
/** A weight of 0 means "not acceptable" (RFC 9110, section 12.4.2). */
const IS_REFUSED = /;\s*q\s*=\s*0(?:\.0*)?\s*$/i;

export interface HeadWriterParts {
  /** Whether this process can read a response that is coded with zstd. */
  readonly decodesZstd?: boolean;
  /** Makes what copies the client's headers. Default: the one that reads the rules each time. */
  readonly makeFilter?: (rules: FilterRules) => HeaderFilter;
}

/**
 * Builds the function that writes the headers of one upstream's requests, as they are sent.
 */
export function upstreamHeadWriter(
  { usage }: Pick<ForwardSpec, "usage">,
  upstream: Pick<UpstreamSpec, "headers" | "target">,
  { decodesZstd = DECODES_ZSTD, makeFilter = plainFilter }: HeadWriterParts = {},
): (input: RequestHeadInput) => string[] {
  const write = requestHeadWriter(upstream, makeFilter);
  if (usage === undefined || decodesZstd) return write;
  return function meteredHead(input) {
    const head = write(input);
    refuseZstd(head);
    return head;
  };
}

/**
 * Takes `zstd` off the codings that a request accepts (contract, section 13, "Codings").
 * @param head a flat name, value list. It is changed here
 */
export function refuseZstd(head: string[]): void {
  for (let i = head.length - 2; i >= 0; i -= 2) {
    if (head[i]?.toLowerCase() !== "accept-encoding") continue;
    const value = head[i + 1] as string;
    const left = withoutZstd(value);
    if (left !== "" || value === "") head[i + 1] = left;
    // Without the header any coding would be accepted.
    else if (headerValues(head, "accept-encoding").length === 1) head[i + 1] = "identity";
    else head.splice(i, 2);
  }
}

/** The codings of one header line. `*` would accept zstd where it is not named. */
function withoutZstd(value: string): string {
  if (!value.includes("*") && !/zstd/i.test(value)) return value;
  const codings = value.split(",");
  const left = codings.filter((coding) => !IS_ZSTD.test(coding) || IS_REFUSED.test(coding));
  const isAny = left.some((coding) => IS_ANY.test(coding) && !IS_REFUSED.test(coding));
  const namesZstd = left.some((coding) => IS_ZSTD.test(coding));
  return (isAny && !namesZstd ? [...left, " zstd;q=0"] : left).join(",").trim();
}
