// Makes the class of the server's requests. It decides for each offer to change the protocol whether Node hands its connection
// over. Without that class, Node would hand over every connection with such an offer, or none.

import { IncomingMessage } from "node:http";

/** What Node's parser says of a request: the client offers another protocol, in whichever version of HTTP, or it is a CONNECT. */
const OFFERS: unique symbol = Symbol("offers another protocol");

interface Offering extends IncomingMessage {
  [OFFERS]?: boolean;
}

type Headers = IncomingMessage["headers"];

const NO_HEADERS: Headers = Object.freeze({});
const nodesHeaders = Object.getOwnPropertyDescriptor(IncomingMessage.prototype, "headers") as {
  readonly get: () => Headers;
  readonly set: (headers: Headers) => void;
};

/**
 * Node sets `upgrade` of a request when it has read its headers, and asks it back. Requests that say no are served as if they had
 * offered nothing.
 *
 * The requests have no `headers`, unless they have an expectation: the gateway reads `rawHeaders`. Node's server asks every request
 * for its expectation, and would parse all headers for that.
 *
 * What is relied on here is not documented: `test/websocket/node-upgrade.test.ts` and `test/runtime/node-server.test.ts` check it on
 * the running Node.
 * @param takes whether the connection is wanted. Asked only for requests that offer another protocol
 */
export function requestClass(takes: (req: IncomingMessage) => boolean): typeof IncomingMessage {
  class GatewayRequest extends IncomingMessage {}
  Object.defineProperty(GatewayRequest.prototype, "upgrade", {
    get(this: Offering): boolean {
      return this[OFFERS] === true && (this.method === "CONNECT" || takes(this));
    },
    set(this: Offering, offers: unknown) {
      if (offers === true) this[OFFERS] = true;
    },
  });
  Object.defineProperty(GatewayRequest.prototype, "headers", {
    get(this: IncomingMessage): Headers {
      return mayExpect(this) ? nodesHeaders.get.call(this) : NO_HEADERS;
    },
    set(this: IncomingMessage, headers: Headers) {
      nodesHeaders.set.call(this, headers);
    },
  });
  return GatewayRequest;
}

/** Whether Node has a reason to read a header: the request has an expectation, or is not one of HTTP/1.1. */
function mayExpect({ httpVersionMajor, httpVersionMinor, rawHeaders }: IncomingMessage): boolean {
  if (httpVersionMajor !== 1 || httpVersionMinor !== 1) return true;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 6 && name.toLowerCase() === "expect") return true;
  }
  return false;
}
