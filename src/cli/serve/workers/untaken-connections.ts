// Tidies up behind a worker that was killed while a connection was on its way to it.
//
// node:cluster keeps such a connection open in the primary for ever: its client would wait for an answer that nobody gives. And it does
// not notice that the worker is disconnected, so the address stays open after the last worker (fact F23).

import cluster, { type Worker } from "node:cluster";

/** What node:cluster sends with a connection. */
interface Handover {
  readonly act: "newconn";
  /** The worker's answer names it. */
  readonly seq: number;
}

interface Connection {
  close(): void;
}

/** Watches the connections that a worker is handed. Called before the first of them. */
export function closeUntaken(worker: Worker): void {
  const { process: child } = worker;
  const untaken = new Map<number, Connection>();
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = (...args: unknown[]): boolean => {
    const [message, connection] = args;
    if (isHandover(message) && isConnection(connection)) untaken.set(message.seq, connection);
    return send(...args);
  };
  child.on("internalMessage", (message: { readonly ack?: number }) => untaken.delete(message.ack ?? 0));
  child.once("close", () => {
    for (const connection of untaken.values()) connection.close();
    untaken.clear();
    if (cluster.workers?.[worker.id] !== undefined) worker.disconnect();
  });
}

function isHandover(message: unknown): message is Handover {
  return typeof message === "object" && message !== null && (message as Partial<Handover>).act === "newconn";
}

function isConnection(handle: unknown): handle is Connection {
  return typeof (handle as Partial<Connection> | undefined)?.close === "function";
}
