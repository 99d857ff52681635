// Writes the headers of a WebSocket handshake: those of the request that goes upstream, and those of the answer to the client
// (contract, section 15).

import type { ForwardSpec } from "../../plan/forward.ts";
import { eachHeader, headerValues } from "./find-header.ts";
import { canonicalName } from "./hop-by-hop.ts";
import { listItems, WEBSOCKET_VERSION } from "./upgrade.ts";

const PROTOCOL = "sec-websocket-protocol";
const EXTENSIONS = "sec-websocket-extensions";

/** How a handshake is changed on its way upstream. */
export interface HandshakeRules {
  /** Items of the subprotocols that begin with one of these stay here: they hold a token. */
  readonly tokenPrefixes: readonly string[];
  /** Extensions may be agreed on. One that compresses frames makes them unreadable. */
  readonly extensions: boolean;
}

/** How the handshakes of a route are changed; `undefined` where it takes no WebSockets. */
export function handshakeRules({
  webSocket,
  usage,
}: Pick<ForwardSpec, "webSocket" | "usage">): HandshakeRules | undefined {
  return webSocket && { tokenPrefixes: webSocket.tokenPrefixes, extensions: usage === undefined };
}

/** The subprotocols that the client offers to the upstream. */
export function offeredProtocols(
  rawHeaders: readonly string[],
  tokenPrefixes: readonly string[],
): { readonly rest: readonly string[]; readonly holdsToken: boolean } {
  const items = listItems(rawHeaders, PROTOCOL);
  const rest = items.filter((item) => !tokenPrefixes.some((prefix) => item.startsWith(prefix)));
  return { rest, holdsToken: rest.length < items.length };
}

/**
 * Adds the headers of the handshake to a request's head, save those that the config removes or sets itself.
 * @param head without hop-by-hop headers and without those of the client's handshake. It is changed here
 * @param removed lower-case
 */
export function addHandshake(
  head: string[],
  rawHeaders: readonly string[],
  { tokenPrefixes, extensions }: HandshakeRules,
  removed: readonly string[],
): void {
  const settled = new Set(removed.map(canonicalName));
  eachHeader(head, (name) => settled.add(canonicalName(name)));
  const add = (name: string, value: string): void => {
    if (!settled.has(name)) head.push(name, value);
  };
  head.push("connection", "Upgrade", "upgrade", "websocket");
  for (const key of headerValues(rawHeaders, "sec-websocket-key")) head.push("sec-websocket-key", key);
  head.push("sec-websocket-version", WEBSOCKET_VERSION);
  const { rest } = offeredProtocols(rawHeaders, tokenPrefixes);
  if (rest.length > 0) add(PROTOCOL, rest.join(", "));
  if (extensions) for (const value of headerValues(rawHeaders, EXTENSIONS)) add(EXTENSIONS, value);
}

/**
 * Completes the head of the answer that opens a WebSocket. A browser offers its token as a subprotocol, and gives up when none is
 * selected. So where the upstream selects none, the first of the others is.
 * @param head without hop-by-hop headers. It is changed here
 * @param rawHeaders the client's
 */
export function completeSwitch(
  head: string[],
  rawHeaders: readonly string[],
  { tokenPrefixes }: Pick<HandshakeRules, "tokenPrefixes">,
): void {
  head.push("connection", "Upgrade", "upgrade", "websocket");
  const { rest, holdsToken } = offeredProtocols(rawHeaders, tokenPrefixes);
  const [first] = rest;
  if (!holdsToken || first === undefined || listItems(head, PROTOCOL).length > 0) return;
  head.push(PROTOCOL, first);
}
