// Keeps notes on each upstream connection: whether it was established, when it took its request, how many bytes were read, how
// long it may be idle.

import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";

/** Emitted by a connection once it is established. */
const ESTABLISHED = "gateway:established";

/** How long idle upstream connections are kept and trusted, ms. */
export interface IdleTimes {
  /** Longest idle time of a connection. */
  readonly idleMs: number;
  /** When an upstream says how long it keeps idle connections, the gateway closes them this much earlier. */
  readonly hintMarginMs: number;
  /** Between two sweeps. A sweep closes the connections that have been idle for too long. */
  readonly sweepMs: number;
  /** Longest idle time of a connection for a request that can't be sent again. */
  readonly youngMs: number;
  /** A request is sent again only when its connection broke within this time after it took the request. */
  readonly replayMs: number;
}

/** The times of contract, section 4. Tests set shorter ones; no config key changes them. */
export const DEFAULT_IDLE_TIMES: IdleTimes = Object.freeze({
  // Load balancers of providers usually close idle connections after 60 s. The gateway closes them before that.
  idleMs: 55_000,
  hintMarginMs: 1000,
  sweepMs: 10_000,
  // Servers usually keep idle connections for 5 s or longer.
  youngMs: 4000,
  // Later the upstream may have worked on the request, and it could be billed twice.
  replayMs: 1000,
});

/** A connection to an upstream, with the gateway's own notes. */
export interface UpstreamSocket extends Socket {
  /** DNS, TCP, the proxy's handshake and TLS are done. */
  established?: boolean;
  /** How many bytes were read before the current request was sent. */
  readBefore?: number;
  /** When it took its current request, on the clock of `performance.now()`. Only set on a reused connection. */
  takenAt?: number;
  /** Since when it is idle, ms since the epoch. */
  idleSince?: number;
  /** How long the upstream says it keeps this connection idle, ms. */
  idleHintMs?: number;
}

/** Whether the connection of this request was ever established. */
export function wasEstablished(request: ClientRequest): boolean {
  return (request.socket as UpstreamSocket | null)?.established === true;
}

/** Calls back once the connection of a request is established, or now if it is. Never called when it can't be. */
export function whenEstablished(request: ClientRequest, callback: () => void): void {
  const socket = request.socket as UpstreamSocket | null;
  if (socket === null) request.once("socket", () => whenEstablished(request, callback));
  else if (socket.established === true) callback();
  else socket.once(ESTABLISHED, callback);
}

/** Notes that DNS, TCP, the proxy's handshake and TLS are done. */
export function noteEstablished(socket: UpstreamSocket): void {
  socket.established = true;
  socket.emit(ESTABLISHED);
}

/** Notes that a reused connection takes its next request now. */
export function noteTaken(socket: UpstreamSocket): void {
  socket.readBefore = socket.bytesRead;
  socket.takenAt = performance.now();
}

/** Whether this request failed on a reused connection, soon after it was sent and before a byte of the response came. */
export function wasStale(request: ClientRequest, { replayMs }: IdleTimes): boolean {
  const socket = request.socket as UpstreamSocket | null;
  if (!request.reusedSocket || socket === null || socket.bytesRead !== socket.readBefore) return false;
  return performance.now() - (socket.takenAt ?? 0) <= replayMs;
}

/**
 * Notes how long the upstream keeps idle connections, from its `keep-alive: timeout=`.
 * @param hintMs that time, ms; `undefined` when the response does not give one
 */
export function noteIdleHint(request: ClientRequest, hintMs: number | undefined): void {
  const socket = request.socket as UpstreamSocket | null;
  if (hintMs !== undefined && socket !== null) socket.idleHintMs = hintMs;
}

/** How long this connection may be idle, ms. 0 or less: it must not be kept at all. */
export function idleLimit({ idleHintMs }: UpstreamSocket, { idleMs, hintMarginMs }: IdleTimes): number {
  return idleHintMs === undefined ? idleMs : Math.min(idleMs, idleHintMs - hintMarginMs);
}

/** Whether a request that can't be sent again may use this idle connection. @param now ms since the epoch */
export function isTrusted({ idleSince }: UpstreamSocket, { youngMs }: IdleTimes, now: number): boolean {
  return now - (idleSince ?? now) <= youngMs;
}

/** Whether an idle connection is still within its idle time. @param now ms since the epoch */
export function isYoung(socket: UpstreamSocket, times: IdleTimes, now: number): boolean {
  return now - (socket.idleSince ?? now) < idleLimit(socket, times);
}
