// Reads from a request's headers whether the client asks to go on as a WebSocket (RFC 6455, section 4.2.1), or with any other
// protocol.

import type { Handshake } from "../../plan/exchange.ts";
import { headerValues, onlyValue } from "./find-header.ts";

/** How the names of all headers of a WebSocket handshake begin, lower-case. */
export const WEBSOCKET_HEADERS = "sec-websocket-";

/** The version of the protocol (RFC 6455). There is no other in use. */
export const WEBSOCKET_VERSION = "13";

/** 16 bytes in base64 (RFC 6455, section 4.1). */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** The part of a request that its handshake depends on. */
export interface HandshakeQuery {
  readonly method: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
}

/**
 * Asked for are WebSockets with `websocket` among the protocols of `upgrade`, and with `upgrade` in `connection`, without which the
 * header is not meant for the gateway (RFC 9110, section 7.8).
 */
export function handshakeOf({ method, httpVersion, rawHeaders }: HandshakeQuery, hasBody: boolean): Handshake {
  if (!lists(rawHeaders, "upgrade", "websocket") || !lists(rawHeaders, "connection", "upgrade")) return "none";
  const version = onlyValue(rawHeaders, "sec-websocket-version");
  if (method !== "GET" || httpVersion !== "1.1" || version !== WEBSOCKET_VERSION) return "other_version";
  return hasBody || !KEY.test(onlyValue(rawHeaders, "sec-websocket-key") ?? "") ? "malformed" : "ready";
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

/** The items of all headers of this name, which is a list. @param name lower-case */
export function listItems(rawHeaders: readonly string[], name: string): string[] {
  return headerValues(rawHeaders, name)
    .flatMap((value) => value.split(",").map((item) => item.trim()))
    .filter((item) => item !== "");
}

/** Whether one of the items of a header, which is a list, is this word. @param name lower-case @param word lower-case */
export function lists(rawHeaders: readonly string[], name: string, word: string): boolean {
  return listItems(rawHeaders, name).some((item) => item.toLowerCase() === word);
}
