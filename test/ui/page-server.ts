// Serves the page together with a summary that the test chooses.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readPage } from "../../src/runtime/endpoints/ui.ts";
import type { Summary } from "../../src/ui/summary.ts";

export const TOKEN = "metrics-token-51c7";

/** The response to `/summary`: a summary, only a status, or `"broken"` for a connection that is closed at once. */
export type SummaryResponse = Summary | number | "broken";

export interface PageServer {
  /** The address of the page. */
  readonly url: string;
  /** Changes the response to the next requests. */
  respondWith(response: SummaryResponse): void;
  /** Changes the token that is accepted. */
  acceptToken(token: string): void;
  /** How many requests for the summary have arrived. */
  readonly requests: number;
  close(): Promise<void>;
}

export async function startPageServer(first: SummaryResponse, port = 0): Promise<PageServer> {
  const page = readPage();
  if (page === undefined) throw new Error("the page is not built");
  let response = first;
  let token = TOKEN;
  let requests = 0;

  const summary = (req: IncomingMessage, res: ServerResponse): void => {
    requests++;
    if (response === "broken") return void req.socket.destroy();
    if (req.headers.authorization !== `Bearer ${token}`) return void res.writeHead(401).end('{"error":"unauthorized"}');
    if (typeof response === "number") return void res.writeHead(response).end("not a summary");
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(response));
  };
  const server = createServer((req, res) => {
    const path = req.url ?? "";
    if (path === "/metrics/summary") return summary(req, res);
    const reply = path.startsWith("/metrics/ui") ? page(path.slice("/metrics/ui".length), req.rawHeaders) : undefined;
    if (reply === undefined) return void res.writeHead(404).end();
    res.writeHead(reply.status, ["content-type", reply.contentType ?? "", ...reply.headers]).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics/ui`,
    respondWith: (next) => {
      response = next;
    },
    acceptToken: (next) => {
      token = next;
    },
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
