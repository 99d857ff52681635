// An upstream behind the proxies, over http or https: its response says what reached it, and it counts connections.

import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { TestPair } from "../support/certificates.ts";

export interface EchoUpstream {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Raw headers of each request so far. */
  readonly seen: readonly (readonly string[])[];
  close(): Promise<void>;
}

/** Uses https when given a certificate. `/stream` sends three events, one after the other. Every other request is echoed. */
export async function startEcho(pair?: TestPair): Promise<EchoUpstream> {
  const seen: string[][] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    seen.push(req.rawHeaders);
    if (req.url === "/stream") return void stream(res);
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      res.setHeader("content-type", "application/json");
      res.end(
        JSON.stringify({ method: req.method, url: req.url, host: req.headers.host, body: `${Buffer.concat(chunks)}` }),
      );
    });
  };
  const server: Server =
    pair === undefined
      ? http.createServer({ keepAliveTimeout: 0 }, answer)
      : https.createServer({ keepAliveTimeout: 0, cert: pair.cert, key: pair.key }, answer);
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    seen,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function stream(res: ServerResponse): Promise<void> {
  res.writeHead(200, { "content-type": "text/event-stream" });
  for (const n of [1, 2, 3]) {
    await new Promise<void>((resolve) => res.write(`data: ${n}\n\n`, () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  res.end();
}
