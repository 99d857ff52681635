// Refuses requests that ask to go on as a WebSocket where the route takes none (contract, section 4; clients such as Codex then use
// HTTP at once), and those that ask for it in a way that can't work (contract, section 15).

import type { Exchange } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import type { Guard, Verdict, WebSocketSpec } from "../../plan/steps.ts";

const NOT_ENABLED = replyFor("websocket_not_enabled");
const OTHER_VERSION = replyFor("websocket_not_enabled", {
  message: "The gateway opens a WebSocket for a GET in HTTP/1.1, with version 13 of the protocol.",
  headers: ["sec-websocket-version", "13"],
});
const MALFORMED = replyFor("bad_request", {
  message: "This WebSocket handshake has no valid sec-websocket-key, or it has a body.",
});
const LATE = replyFor("bad_request", {
  message: "A WebSocket needs a connection whose earlier responses have ended. Open one for it.",
});

export function webSocket({ enabled }: WebSocketSpec): Guard {
  if (enabled) return verdictOn;
  return function webSocket({ asksWebSocket }) {
    return asksWebSocket ? NOT_ENABLED : undefined;
  };
}

function verdictOn({ handshake }: Exchange): Verdict {
  switch (handshake) {
    case "none":
    case "ready":
      return undefined;
    case "other_version":
      return OTHER_VERSION;
    case "malformed":
      return MALFORMED;
    case "late":
      return LATE;
  }
}
