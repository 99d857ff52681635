// What serves the page when a test wants to decide what it is told? The page's own files beside a summary made to order.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readPage } from "../../src/runtime/endpoints/ui.ts";
import type { Summary } from "../../src/ui/summary.ts";

export const STAGE_TOKEN = "metrics-token-51c7";

/** What `/summary` answers: a summary, a bare status, or `"gone"` for a connection that is broken. */
export type Act = Summary | number | "gone";

export interface Stage {
  /** Of the page. */
  readonly url: string;
  /** Changes what the next question is answered with. */
  play(act: Act): void;
  /** Changes the token that is taken. */
  takes(token: string): void;
  /** How often the summary has been asked for. */
  readonly asked: number;
  close(): Promise<void>;
}

export async function setStage(first: Act, port = 0): Promise<Stage> {
  const page = readPage();
  if (page === undefined) throw new Error("the page is not built");
  let act = first;
  let token = STAGE_TOKEN;
  let asked = 0;

  const summary = (req: IncomingMessage, res: ServerResponse): void => {
    asked++;
    if (act === "gone") return void req.socket.destroy();
    if (req.headers.authorization !== `Bearer ${token}`) return void res.writeHead(401).end('{"error":"unauthorized"}');
    if (typeof act === "number") return void res.writeHead(act).end("not a summary");
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(act));
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
    play: (next) => {
      act = next;
    },
    takes: (next) => {
      token = next;
    },
    get asked() {
      return asked;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
