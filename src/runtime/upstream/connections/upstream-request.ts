// Makes Node's requests to upstreams, with heads that are written in one pass. Node's own way would check each header again, and look
// for those that mean something to it.

import { type Agent, ClientRequest, type RequestOptions } from "node:http";

/**
 * What this file relies on inside of Node. It is not documented: `test/runtime/node-client.test.ts` compares the bytes with those
 * that Node would write.
 */
interface Internals {
  _header: string | null;
  _headerSent: boolean;
  _storeHeader(requestLine: string, headers: unknown): void;
}

/** What a request is made of. Its headers must be valid: Node does not check them again. */
export interface UpstreamRequestOptions extends RequestOptions {
  readonly agent: Agent;
  /**
   * Names and values in turn. They say how the body is delimited, in one way, and hold no other header that concerns the connection.
   */
  readonly headers: readonly string[];
}

type WithInternals = new (options: UpstreamRequestOptions) => ClientRequest & Internals;

class UpstreamRequest extends (ClientRequest as unknown as WithInternals) {
  override _storeHeader(requestLine: string, headers: readonly string[]): void {
    let head = requestLine;
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    this._header = `${head}Connection: keep-alive\r\n\r\n`;
    this._headerSent = false;
  }
}

/**
 * Makes a request whose connection is kept. Its head is sent with the first bytes of its body.
 * @throws where Node refuses the method or the path
 */
export function upstreamRequest(options: UpstreamRequestOptions): ClientRequest {
  return new UpstreamRequest(options);
}
