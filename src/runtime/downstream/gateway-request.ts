// Makes the class of the server's requests, which decides for each offer to change the protocol whether Node hands its connection
// over. Without that class, Node would hand over every connection with such an offer, or none.

import { IncomingMessage } from "node:http";

/** What Node's parser says of a request: the client offers another protocol, in whichever version of HTTP, or it is a CONNECT. */
const OFFERS: unique symbol = Symbol("offers another protocol");

interface Offering extends IncomingMessage {
  [OFFERS]?: boolean;
}

/**
 * Node sets `upgrade` of a request when it has read its headers, and asks it back. Requests that say no are served as if they had
 * offered nothing. What is relied on here is not documented: `test/websocket/node-upgrade.test.ts` checks it on the running Node.
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
  return GatewayRequest;
}
