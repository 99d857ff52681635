// Keeps notes on each upstream connection: whether it was established, how many bytes were read, how long it may be idle.

import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";

/** How long idle upstream connections are kept, ms. */
export interface IdleTimes {
  /** Longest idle time of a connection. */
  readonly idleMs: number;
  /** When an upstream says how long it keeps idle connections, the gateway closes them this much earlier. */
  readonly hintMarginMs: number;
  /** Between two sweeps. A sweep closes the connections that have been idle for too long. */
  readonly sweepMs: number;
}

/** The times of contract, section 4. Tests set shorter ones; no config key changes them. */
export const DEFAULT_IDLE_TIMES: IdleTimes = Object.freeze({
  // Load balancers of providers usually close idle connections after 60 s. The gateway closes them before that.
  idleMs: 55_000,
  hintMarginMs: 1000,
  sweepMs: 10_000,
});

/** A connection to an upstream, with the gateway's own notes. */
export interface UpstreamSocket extends Socket {
  /** DNS, TCP, the proxy's handshake and TLS are done. */
  established?: boolean;
  /** How many bytes were read before the current request was sent. */
  readBefore?: number;
  /** Since when it is idle, ms since the epoch. */
  idleSince?: number;
  /** How long the upstream says it keeps this connection idle, ms. */
  idleHintMs?: number;
}

/** Whether the connection of this request was ever established. */
export function wasEstablished(request: ClientRequest): boolean {
  return (request.socket as UpstreamSocket | null)?.established === true;
}

/** Whether this request was sent on a reused connection that failed before a byte of the response came. */
export function wasStale(request: ClientRequest): boolean {
  const socket = request.socket as UpstreamSocket | null;
  return request.reusedSocket && socket !== null && socket.bytesRead === socket.readBefore;
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

/** Whether an idle connection is still within its idle time. @param now ms since the epoch */
export function isYoung(socket: UpstreamSocket, times: IdleTimes, now: number): boolean {
  return now - (socket.idleSince ?? now) < idleLimit(socket, times);
}
