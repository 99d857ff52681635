// Reads from a request's headers whether the client asks to go on as a WebSocket (RFC 6455, section 4.2.1), or with any other
// protocol.

import { headerValues } from "./find-header.ts";

/** How the names of all headers of a WebSocket handshake begin, lower-case. */
export const WEBSOCKET_HEADERS = "sec-websocket-";

/**
 * Whether the client asks for it: in HTTP/1.1, with `websocket` among the protocols of `upgrade`, and with `upgrade` in
 * `connection`, without which the header is not meant for the gateway (RFC 9110, section 7.8).
 */
export function asksWebSocket(req: { readonly rawHeaders: readonly string[]; readonly httpVersion: string }): boolean {
  return (
    req.httpVersion === "1.1" &&
    lists(req.rawHeaders, "upgrade", "websocket") &&
    lists(req.rawHeaders, "connection", "upgrade")
  );
}

/**
 * Whether Node's parser may take a request with an `upgrade` header for an offer to change the protocol. It wants the word in
 * `connection`, or in its old spelling `proxy-connection`. To be on the safe side, a part of a word counts, too.
 */
export function mayOfferUpgrade(rawHeaders: readonly string[]): boolean {
  return ["connection", "proxy-connection"].some((name) =>
    headerValues(rawHeaders, name).some((value) => value.toLowerCase().includes("upgrade")),
  );
}

/** Whether one of the values of a header, which is a list, is this word. @param name lower-case @param word lower-case */
function lists(rawHeaders: readonly string[], name: string, word: string): boolean {
  return headerValues(rawHeaders, name).some((value) =>
    value.split(",").some((part) => part.trim().toLowerCase() === word),
  );
}
