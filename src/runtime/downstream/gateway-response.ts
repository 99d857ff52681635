// Makes the class of the server's responses, which writes the heads of most responses in one pass. Node's own way would look at
// each header several times.

import { ServerResponse } from "node:http";

/**
 * What this file relies on inside of Node. It is not documented: `test/runtime/node-server.test.ts` compares the bytes with those
 * that Node would write.
 */
interface Internals {
  _header: string | null;
  _headerSent: boolean;
  _last: boolean;
  _hasBody: boolean;
  _contentLength: number | null;
  _keepAliveTimeout: number;
  _storeHeader(statusLine: string, headers: unknown): void;
}

type WithInternals = new (...given: ConstructorParameters<typeof ServerResponse>) => ServerResponse & Internals;

/** Node refuses values with other characters. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that mean something to Node besides `date` and `content-length`, and that it has to see. */
const SPECIAL: ReadonlySet<string> = new Set(["connection", "expect", "keep-alive", "trailer", "transfer-encoding"]);

/**
 * Makes the class to hand to Node's server. The server itself must not close idle connections.
 * @param keepAliveMs how long clients are told that an idle connection is kept
 */
export function responseClass(keepAliveMs: number): typeof ServerResponse {
  const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n`;
  class GatewayResponse extends (ServerResponse as unknown as WithInternals) {
    /**
     * Node calls it with the head of a response.
     * @param headers names and values in turn, from the gateway or from Node's parser, so the names are valid
     */
    override _storeHeader(statusLine: string, headers: readonly string[]): void {
      const isCommon = this.shouldKeepAlive && this._hasBody && !this._last && this.useChunkedEncodingByDefault;
      const head = isCommon ? commonHead(this, statusLine, headers, keepAlive) : undefined;
      if (head === undefined) {
        this._keepAliveTimeout = keepAliveMs;
        return super._storeHeader(statusLine, readable(headers));
      }
      this._header = head;
      this._headerSent = false;
    }
  }
  return GatewayResponse as unknown as typeof ServerResponse;
}

/**
 * The head of a response with a body, whose connection is kept; `undefined` where Node has to decide or to refuse something.
 * @param keepAlive the header lines that say so
 */
function commonHead(
  res: ServerResponse & Internals,
  statusLine: string,
  headers: readonly string[],
  keepAlive: string,
): string | undefined {
  let head = statusLine;
  let length: string | undefined;
  let hasDate = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (!VALUE.test(value)) return undefined;
    switch (name.length) {
      case 4:
        hasDate ||= name.toLowerCase() === "date";
        break;
      case 14:
        if (name.toLowerCase() === "content-length") length = value;
        break;
      case 6:
      case 7:
      case 10:
      case 17:
        if (SPECIAL.has(name.toLowerCase())) return undefined;
    }
    head += `${name}: ${value}\r\n`;
  }
  if (!hasDate) head += dateLine();
  head += keepAlive;
  if (length === undefined) {
    res.chunkedEncoding = true;
    return `${head}Transfer-Encoding: chunked\r\n\r\n`;
  }
  res._contentLength = Number(length);
  return `${head}\r\n`;
}

/**
 * The head in an order in which Node leaves all bytes as they are: behind a content-length, it would read a content-disposition as
 * UTF-8, and refuse letters of most languages.
 */
function readable(headers: readonly string[]): readonly string[] {
  const named = (name: string) => (_: string, i: number) => headers[i - (i % 2)]?.toLowerCase() === name;
  const disposition = headers.filter(named("content-disposition"));
  if (!disposition.some((part) => /[\x80-\xff]/.test(part))) return headers;
  const isLength = named("content-length");
  return [...headers.filter((part, i) => !isLength(part, i)), ...headers.filter(isLength)];
}

let second = 0;
let line = "";

/** The date header, which is made once a second. */
function dateLine(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    line = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
  }
  return line;
}
