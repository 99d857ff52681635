// Decides by a request's headers how its body is read for the model: as JSON or as a form, and under which content coding.

import { headerValues } from "../headers/find-header.ts";
import { type UnreadableReason, unreadable } from "./body-model.ts";
import type { Coding } from "./decode-body.ts";
import { isReadableCharset, parseParameters } from "./header-parameters.ts";

/** How a body is read. `boundary` is there for forms (multipart/form-data), without its leading dashes. */
export type BodyFormat =
  /** `urlencoded`: JSON, too, but its type is that of the fields of a web page's form. */
  | { readonly kind: "json" | "urlencoded"; readonly coding: Coding | undefined }
  | { readonly kind: "form"; readonly boundary: string; readonly coding: Coding | undefined }
  | { readonly kind: "unreadable"; readonly reason: UnreadableReason };

const PLAIN_JSON: BodyFormat = Object.freeze({ kind: "json", coding: undefined });

const CODINGS: Readonly<Record<string, Coding>> = Object.freeze({
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "br",
});

/**
 * Longer than the 70 characters of RFC 2046, section 5.1.1, since some clients are. A blank at the end would be lost on the way. Some
 * parsers, as Ruby's, end a boundary at the first `"`, `,` or `;`, or take a `\` for itself.
 */
const BOUNDARY = /^(?!.*[",;\\])[\x20-\x7e]{0,199}[\x21-\x7e]$/;

/** Some parsers look for the word wherever it stands, as in `xboundary=a`, `boundaryx=a` or another parameter's value. */
const BOUNDARIES = /boundary[^=;"]*=/gi;

/** The longest type of a form: the search for `BOUNDARIES` takes time with the square of the length. */
const MAX_FORM_TYPE = 1000;

/** A body that is not multipart is taken for JSON, whatever its type says (contract, section 12). */
export function bodyFormat(rawHeaders: readonly string[]): BodyFormat {
  const encodings = headerValues(rawHeaders, "content-encoding");
  const types = headerValues(rawHeaders, "content-type");
  const type = types[0]?.trim().toLowerCase();
  if (encodings.length === 0 && types.length === 1 && type === "application/json") return PLAIN_JSON;
  const coding = codingOf(encodings);
  if (coding === "unknown") return unreadable("coding");
  if (types.length > 1) return unreadable("malformed");
  return formatOf(types[0], coding);
}

function codingOf(encodings: readonly string[]): Coding | undefined | "unknown" {
  const names = encodings
    .join(",")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  const [name] = names;
  if (name === undefined) return undefined;
  // A body that is coded twice is most likely meant to hide something.
  return names.length === 1 && Object.hasOwn(CODINGS, name) ? CODINGS[name] : "unknown";
}

function formatOf(contentType: string | undefined, coding: Coding | undefined): BodyFormat {
  if (contentType === undefined) return { kind: "json", coding };
  const type = parseParameters(contentType);
  if (type === undefined || !isReadableCharset(type.parameters)) return unreadable("malformed");
  if (type.value === "application/x-www-form-urlencoded") return { kind: "urlencoded", coding };
  if (!type.value.startsWith("multipart/")) return { kind: "json", coding };
  const boundary = type.parameters.get("boundary");
  const isForm =
    type.value === "multipart/form-data" &&
    boundary !== undefined &&
    BOUNDARY.test(boundary) &&
    contentType.length <= MAX_FORM_TYPE &&
    contentType.match(BOUNDARIES)?.length === 1;
  return isForm ? { kind: "form", boundary, coding } : unreadable("malformed");
}
