// An HTTP proxy that opens tunnels by CONNECT, in the test's process.

import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { listen } from "./listen.ts";

export interface TunnelProxy {
  readonly port: number;
  /** The targets of all CONNECT requests so far. */
  readonly asked: readonly string[];
}

export async function startTunnelProxy(): Promise<TunnelProxy> {
  const asked: string[] = [];
  const server = createServer().on("connect", (req, socket: Socket) => {
    asked.push(req.url ?? "");
    const [host, port] = (req.url ?? "").split(":");
    const tunnel = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      tunnel.pipe(socket).pipe(tunnel);
    });
    for (const each of [tunnel, socket]) each.on("error", () => {}).once("close", () => tunnel.destroy());
  });
  return { port: await listen(server), asked };
}
