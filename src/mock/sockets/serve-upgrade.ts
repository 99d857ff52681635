// Serves one request for an upgrade: counts it, waits if it asks for that, and opens its WebSocket.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { pause } from "../deliver.ts";
import type { Delivery } from "../respond.ts";
import type { Tally } from "../stats.ts";
import type { Books } from "../usage/books.ts";
import { decideUpgrade } from "./upgrade.ts";
import type { OpenSocket, WebSockets } from "./web-sockets.ts";

/** What the server hands over with a request for an upgrade. */
export interface UpgradeRequest {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the request. */
  readonly head: Buffer;
}

/** What the mock's WebSockets share. */
export interface SocketMock {
  readonly sockets: WebSockets;
  readonly tally: Tally;
  readonly books: Books;
  readonly key: string | undefined;
  readonly paceMs: number;
  /** Returns the Unix time, ms. */
  readonly now: () => number;
  readonly onRequest:
    | ((request: { method: string; target: string; rawHeaders: readonly string[] }) => void)
    | undefined;
}

/** @param answer answers instead of opening a WebSocket; without a delivery as to a request that asks for none */
export function serveUpgrade(given: UpgradeRequest, mock: SocketMock, answer: (delivery?: Delivery) => void): void {
  const { req, socket, head } = given;
  const { tally } = mock;
  // The close that follows is what counts.
  socket.on("error", () => {});
  const id = `mock${(tally.stats.requests + 1).toString(16)}`;
  const upgrade = decideUpgrade(req, mock.key, id);
  if (upgrade.kind === "other") return answer();
  if (upgrade.kind === "refused") return answer({ ...upgrade, model: undefined });
  const { method = "", url: target = "", headers, rawHeaders } = req;
  const { books, paceMs } = mock;
  tally.add({ requests: 1, openRequests: 1 });
  mock.onRequest?.({ method, target, rawHeaders });
  const gone = new AbortController();
  socket.on("close", () => {
    gone.abort();
    tally.add({ openRequests: -1 });
  });
  const now = () => Math.floor(mock.now() / 1000);
  const opened = (open: OpenSocket) =>
    upgrade.serve({ socket: open, id, target, headers, asked: upgrade.asked, paceMs, books, tally, now });
  void Promise.resolve(pause(upgrade.asked.delayMs ?? 0, gone.signal)).then((stayed) => {
    if (stayed) mock.sockets.accept(req, socket, head, opened);
  });
}
