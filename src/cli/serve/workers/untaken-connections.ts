// Closes connections that were on their way to a worker that did not take them: it was killed, or it takes no new ones any more and no other
// worker does.
//
// node:cluster keeps such a connection open in the primary for ever: its client would wait for an answer that nobody gives. And it does
// not notice that a killed worker is disconnected, so the address stays open after the last worker (fact F23).

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

/** A connection that was sent to a worker. */
interface Sent {
  readonly connection: Connection;
}

/** The last time that each connection was sent to a worker. */
const latest = new WeakMap<Connection, Sent>();

/** A connection that one worker has refused is handed to another one at once, or when one has time. Longer than that takes, ms. */
const REFUSED_MS = 1000;

/** Watches the connections that a worker is handed. Called before the first of them. */
export function closeUntaken(worker: Worker): void {
  const { process: child } = worker;
  const untaken = new Map<number, Sent>();
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = (...args: unknown[]): boolean => {
    const [message, connection] = args;
    if (isHandover(message) && isConnection(connection)) {
      const sent = { connection };
      latest.set(connection, sent);
      untaken.set(message.seq, sent);
    }
    return send(...args);
  };
  child.on("internalMessage", ({ ack = 0, accepted }: { readonly ack?: number; readonly accepted?: boolean }) => {
    const sent = untaken.get(ack);
    untaken.delete(ack);
    if (sent !== undefined && accepted === false) setTimeout(() => closeIfLeft(sent), REFUSED_MS).unref();
  });
  child.once("close", () => {
    for (const { connection } of untaken.values()) connection.close();
    untaken.clear();
    if (cluster.workers?.[worker.id] !== undefined) worker.disconnect();
  });
}

/** Closes a connection that was not sent to another worker. */
function closeIfLeft(sent: Sent): void {
  if (latest.get(sent.connection) === sent) sent.connection.close();
}

function isHandover(message: unknown): message is Handover {
  return typeof message === "object" && message !== null && (message as Partial<Handover>).act === "newconn";
}

function isConnection(handle: unknown): handle is Connection {
  return typeof (handle as Partial<Connection> | undefined)?.close === "function";
}
