// Finds clients that take nothing of a response that waits for them (contract, section 4, "A client that takes nothing").
//
// It looks at all connections at intervals. So a request starts no timer, and a connection on which nothing waits costs one
// comparison per look.

import type { DownstreamSocket } from "../exchange/connection.ts";

/** There are at least this many looks in one timeout. A client is cut after the timeout, and at most one look later. */
const LOOKS = 10;

/** The longest time between two looks, ms. */
const LOOK_MS = 5000;

/** What a connection had taken when it was looked at. */
interface Progress {
  /** Bytes of writes that are complete. */
  readonly taken: number;
  /** Bytes of the write in progress that the kernel has not taken yet. */
  readonly queued: number;
  /** For how many looks nothing has changed. Looks are counted, not time: while the process is suspended, no client can take anything. */
  readonly looks: number;
}

export class SendTimeout<S extends DownstreamSocket> {
  readonly #sockets: Iterable<S>;
  readonly #onStalled: (socket: S) => void;
  #timeoutMs = 0;
  #looks = 0;
  #timer: NodeJS.Timeout | undefined = undefined;
  /** The connections on which bytes waited at the last look. */
  #waiting = new Map<S, Progress>();

  /**
   * @param sockets all open connections, at the time of each look
   * @param onStalled called for a connection that has taken nothing for the timeout; closes it
   */
  constructor(sockets: Iterable<S>, onStalled: (socket: S) => void) {
    this.#sockets = sockets;
    this.#onStalled = onStalled;
  }

  /** Sets the longest wait, ms; 0 = for ever. It holds for responses in progress, too. */
  set(timeoutMs: number): void {
    if (timeoutMs === this.#timeoutMs) return;
    this.stop();
    this.#timeoutMs = timeoutMs;
    if (timeoutMs === 0) return;
    const lookMs = Math.min(timeoutMs / LOOKS, LOOK_MS);
    this.#looks = Math.ceil(timeoutMs / lookMs);
    this.#timer = setInterval(() => this.#look(), lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timeoutMs = 0;
    this.#waiting.clear();
  }

  #look(): void {
    const waiting = new Map<S, Progress>();
    for (const socket of this.#sockets) {
      if (socket.writableLength === 0) continue;
      const progress = progressOf(socket, this.#waiting.get(socket));
      if (progress.looks < this.#looks) waiting.set(socket, progress);
      else this.#onStalled(socket);
    }
    this.#waiting = waiting;
  }
}

function progressOf(socket: DownstreamSocket, before: Progress | undefined): Progress {
  // A write between two looks adds to both numbers, so the difference stays the same.
  const taken = socket.bytesWritten - socket.writableLength;
  const queued = queuedBytes(socket);
  const none = before !== undefined && taken === before.taken && queued >= before.queued;
  return none ? { ...before, looks: before.looks + 1 } : { taken, queued, looks: 0 };
}

/**
 * One write can be large, and is complete when its last byte is taken. Node's own timeout of sockets looks at this number, too.
 * With TLS, only the TCP connection has the true one.
 */
function queuedBytes(socket: DownstreamSocket): number {
  const { _handle: handle } = (socket.transport ?? socket) as { _handle?: { writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? 0;
}
