// Opens WebSockets with the `ws` package: text messages in, text messages out.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { MAX_BODY_BYTES } from "../read-body.ts";

/** One open WebSocket. */
export interface OpenSocket {
  /** Is aborted when the socket closes, whoever closed it. */
  readonly signal: AbortSignal;
  /** Resolves when the text has left, so that nothing is sent faster than the client reads; to false when the client left. */
  send(text: string): Promise<boolean>;
  /** Breaks the connection without a close frame. What was sent before still leaves. */
  cut(): void;
  onMessage(take: (text: string) => void): void;
}

export class WebSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_BODY_BYTES,
    // As the real providers do: the key that a browser sends as a subprotocol is never answered.
    handleProtocols: (offered) => (offered.has("realtime") ? "realtime" : false),
  });

  /** Answers an upgrade with 101, or with what `ws` says to a wrong one. */
  accept(req: IncomingMessage, socket: Duplex, head: Buffer, opened: (socket: OpenSocket) => void): void {
    this.#server.handleUpgrade(req, socket, head, (ws) => opened(openSocket(ws, socket)));
  }
}

function openSocket(ws: WebSocket, socket: Duplex): OpenSocket {
  const gone = new AbortController();
  // A frame that can't be read is followed by a close.
  ws.on("error", () => {});
  ws.on("close", () => gone.abort());
  return {
    signal: gone.signal,
    send: (text) => new Promise((resolve) => ws.send(text, (err) => resolve(err === undefined || err === null))),
    cut: () => socket.end(),
    onMessage(take) {
      ws.on("message", (data) => take(String(data)));
    },
  };
}
