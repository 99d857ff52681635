// Parses bytes as HTTP/1.1 messages, strictly: it throws where a message is ambiguous, and reports whether a body is complete.

export interface MessageHead {
  /** The first line: status line or request line, without its line end. */
  readonly startLine: string;
  /** Names and values in turn, spelled as they came; only the white space around a value is removed. */
  readonly rawHeaders: readonly string[];
  /** Bytes that the head took, its blank line included. */
  readonly length: number;
}

export interface BodyProgress {
  readonly body: Buffer;
  /** True when the body is complete by its `content-length` or its last chunk. */
  readonly whole: boolean;
  /** Bytes of input used, framing included. */
  readonly used: number;
  /** Trailer lines of a chunked body. */
  readonly trailers: readonly string[];
}

/** How a body is delimited: by a length, by chunks, by the connection's end, or there is none. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

const BLANK_LINE = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");

/** The head at the start of `bytes`, or `undefined` when its blank line has not come. */
export function parseHead(bytes: Buffer): MessageHead | undefined {
  const end = bytes.indexOf(BLANK_LINE);
  if (end === -1) return undefined;
  const [startLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const rawHeaders: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    rawHeaders.push(line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ""));
  }
  return { startLine, rawHeaders, length: end + BLANK_LINE.length };
}

/** All values of a header, in order. Upper and lower case in names do not matter. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const wanted = name.toLowerCase();
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === wanted);
}

/** The one value of a header. @throws Error when it came more than once */
export function onlyValueOf(rawHeaders: readonly string[], name: string): string | undefined {
  const values = valuesOf(rawHeaders, name);
  if (values.length > 1) throw new Error(`${name} came ${values.length} times`);
  return values[0];
}

/** Header names in order, lower-case. */
export function namesOf(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
}

/**
 * How the body after a head is delimited (RFC 9112 section 6.3).
 * @param requestMethod only for the head of a response: the method of its request
 * @throws Error when the headers are ambiguous
 */
export function framingOf(head: MessageHead, requestMethod?: string): Framing {
  const status = requestMethod === undefined ? undefined : statusOf(head);
  if (status !== undefined && (requestMethod === "HEAD" || status < 200 || status === 204 || status === 304)) {
    return { kind: "none" };
  }
  const codings = valuesOf(head.rawHeaders, "transfer-encoding");
  const lengths = valuesOf(head.rawHeaders, "content-length");
  if (codings.length + lengths.length > 1) throw new Error(`two framings: ${[...codings, ...lengths].join(" and ")}`);
  if (codings.length === 1) {
    if (codings[0] !== "chunked") throw new Error(`unknown transfer-encoding: ${codings[0]}`);
    return { kind: "chunked" };
  }
  if (lengths.length === 1) {
    if (!/^\d+$/.test(lengths[0] ?? "")) throw new Error(`not a content-length: ${lengths[0]}`);
    return { kind: "length", length: Number(lengths[0]) };
  }
  return { kind: status === undefined ? "none" : "until-close" };
}

/** The status code of a status line. */
export function statusOf(head: MessageHead): number {
  const match = /^HTTP\/1\.[01] (\d{3})( .*)?$/.exec(head.startLine);
  if (match === null) throw new Error(`not a status line: ${JSON.stringify(head.startLine)}`);
  return Number(match[1]);
}

/** As much of a body as `bytes` holds. `whole` is always false for a body that only the end of its connection delimits. */
export function parseBody(bytes: Buffer, framing: Framing): BodyProgress {
  switch (framing.kind) {
    case "none":
      return { body: Buffer.alloc(0), whole: true, used: 0, trailers: [] };
    case "length": {
      const used = Math.min(bytes.length, framing.length);
      return { body: bytes.subarray(0, used), whole: used === framing.length, used, trailers: [] };
    }
    case "until-close":
      return { body: bytes, whole: false, used: bytes.length, trailers: [] };
    case "chunked":
      return parseChunks(bytes);
  }
}

function parseChunks(bytes: Buffer): BodyProgress {
  const parts: Buffer[] = [];
  const cut = (used: number): BodyProgress => ({ body: Buffer.concat(parts), whole: false, used, trailers: [] });
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf(LINE_END, at);
    if (lineEnd === -1) return cut(at);
    const line = bytes.toString("latin1", at, lineEnd);
    if (!/^[0-9a-fA-F]+$/.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`);
    const size = Number.parseInt(line, 16);
    const start = lineEnd + LINE_END.length;
    if (size === 0) return parseTrailers(bytes, start, parts) ?? cut(at);
    const end = start + size;
    parts.push(bytes.subarray(start, Math.min(end, bytes.length)));
    if (bytes.length < end + LINE_END.length) return cut(bytes.length);
    if (bytes.indexOf(LINE_END, end) !== end) throw new Error("a chunk does not end with CRLF");
    at = end + LINE_END.length;
  }
}

function parseTrailers(bytes: Buffer, start: number, parts: readonly Buffer[]): BodyProgress | undefined {
  const trailers: string[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf(LINE_END, at);
    if (lineEnd === -1) return undefined;
    const line = bytes.toString("latin1", at, lineEnd);
    at = lineEnd + LINE_END.length;
    if (line === "") return { body: Buffer.concat(parts), whole: true, used: at, trailers };
    trailers.push(line);
  }
}
