// Refuses requests that ask to go on as a WebSocket (contract, section 4). Clients such as Codex then use HTTP at once.

import { replyFor } from "../../plan/replies.ts";
import type { Guard } from "../../plan/steps.ts";

const REFUSAL = replyFor("websocket_not_enabled");

export function webSocket(): Guard {
  return function webSocket({ asksWebSocket }) {
    return asksWebSocket ? REFUSAL : undefined;
  };
}
