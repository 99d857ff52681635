// Reads the headers of one part of a form (multipart/form-data), and says whether the part is the field `model`.

import { isReadableCharset, parseParameters } from "./header-parameters.ts";

/**
 * What a part of a form is. `unclear`: parsers may disagree whether it is the field `model`, or what its value is.
 * `file`: it has that name, but is a file.
 */
export type PartKind = "model" | "file" | "other" | "unclear";

/** A header line. Blanks before the colon, a folded line and bare line breaks are read differently by parsers, so none fits. */
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n\0]*)$/;

/** Codings that leave the bytes as they are (RFC 2045, section 6.2). Some parsers decode the others, as Go's does. */
const SAME_BYTES: readonly (string | undefined)[] = [undefined, "7bit", "8bit", "binary"];

/** Some parsers look for `name=` wherever it stands, as in `xname=a` or in another parameter's value. */
const NAMES = /(?<!file)name[ \t]*=/gi;

/** @param head the header lines of the part, bytes in latin1, without the empty line that ends them */
export function partKind(head: string): PartKind {
  const headers = new Map<string, string>();
  for (const line of head.split("\r\n")) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined || headers.has(name.toLowerCase())) return "unclear";
    headers.set(name.toLowerCase(), value);
  }
  const rawDisposition = headers.get("content-disposition") ?? "";
  const disposition = parseParameters(rawDisposition);
  const name = disposition?.parameters.get("name");
  if (disposition?.value !== "form-data" || name === undefined) return "unclear";
  if (rawDisposition.match(NAMES)?.length !== 1) return "unclear";
  if (name !== "model") return isLikeModel(name) ? "unclear" : "other";
  if (isFile(disposition.parameters)) return "file";
  return hasPlainValue(headers) ? "model" : "unclear";
}

function isFile(parameters: ReadonlyMap<string, string>): boolean {
  return [...parameters.keys()].some((name) => name === "filename" || name.startsWith("filename*"));
}

/**
 * Other spellings that some parsers read as `model`: browsers write `%22` for a quote, some parsers ignore case, PHP's takes off
 * single quotes, and Java's decodes words of mail headers (`=?utf-8?q?model?=`).
 */
function isLikeModel(name: string): boolean {
  const decoded = name.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return name.includes("=?") || decoded.replaceAll("'", "").trim().toLowerCase() === "model";
}

/** The bytes of the part are its text, in UTF-8. */
function hasPlainValue(headers: ReadonlyMap<string, string>): boolean {
  const type = parseParameters(headers.get("content-type") ?? "text/plain");
  if (type?.value !== "text/plain" || !isReadableCharset(type.parameters)) return false;
  return SAME_BYTES.includes(headers.get("content-transfer-encoding")?.trim().toLowerCase());
}
