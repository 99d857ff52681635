// Splits header values such as `multipart/form-data; boundary=x` into the value and its parameters.

export interface ParameterizedValue {
  /** What stands before the first `;`, lower-case. */
  readonly value: string;
  /** By lower-case name, quotes and escapes removed. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** One parameter at the start of a text: a token, then a token or a quoted string (RFC 9110, section 5.6.6). */
const PARAMETER = /^([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)")[ \t]*(?=;|$)/;

/**
 * Names such as `boundary*` and `name*0` (RFC 2231). Some parsers, as Go's, put them in the place of the plain parameter, others pass
 * them over. Only those of a file's name are in use, and do not matter.
 */
const EXTENDED_NAME = /^(?!filename\*).*\*/;

/**
 * Parts between semicolons may be empty: a `;` at the end is common.
 * @returns `undefined` when it is malformed, a name comes twice, or parsers may disagree on its parameters
 */
export function parseParameters(text: string): ParameterizedValue | undefined {
  const first = text.indexOf(";");
  if (first === -1) return { value: text.trim().toLowerCase(), parameters: new Map() };
  const parameters = new Map<string, string>();
  let rest = skipSeparators(text.slice(first));
  while (rest !== "") {
    const match = PARAMETER.exec(rest);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined || parameters.has(name) || EXTENDED_NAME.test(name)) return undefined;
    parameters.set(name, match[2] ?? (match[3] ?? "").replaceAll(/\\(.)/g, "$1"));
    rest = skipSeparators(rest.slice(match[0].length));
  }
  return { value: text.slice(0, first).trim().toLowerCase(), parameters };
}

function skipSeparators(text: string): string {
  return text.replace(/^[; \t]+/, "");
}

/** Character sets in which all of ASCII has its usual bytes, so that a body can be read as UTF-8. */
const ASCII_CHARSETS: readonly string[] = ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1"];

/**
 * The parameters name no character set in which the same bytes are another text. In UTF-7, which some parsers know, `+ACI-` is
 * a quote.
 */
export function isReadableCharset(parameters: ReadonlyMap<string, string>): boolean {
  const charset = parameters.get("charset");
  return charset === undefined || ASCII_CHARSETS.includes(charset.toLowerCase());
}
