// Finds the gateway's own side of its clients' connections. The gateway runs in the test's process.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Notes each connection of a gateway with its first request, in order. Call it before that request is sent. */
export function serverSockets(gateway: { readonly port: number }): readonly Socket[] {
  const all: Socket[] = [];
  const note = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    if (socket.localPort === gateway.port && !all.includes(socket)) all.push(socket);
  };
  subscribe("http.server.request.start", note);
  onTestFinished(() => void unsubscribe("http.server.request.start", note));
  return all;
}
