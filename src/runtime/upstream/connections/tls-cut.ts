// Notices when a TLS connection ends without TLS's own closure alert: somebody cut the TCP connection below it.

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/**
 * What this file relies on inside of Node. It is not documented: `test/faults/upstream-cuts-tls.test.ts` checks it on the running Node.
 * The methods of the handle below are those of libuv's `uv_read_start` and `uv_read_stop`.
 */
interface TlsHandle {
  /** Called with bytes, or without an argument at the end. */
  onread: (bytes?: unknown) => unknown;
  /** Node wants to read. False while it has paused. */
  readonly reading: boolean;
  /** The handle of the connection below: TCP, or the TLS connection with a proxy. */
  readonly _parent?: { readStart(): number; readStop(): number };
}

/**
 * Calls back when the connection is cut. A response that only the end of its connection delimits is incomplete then
 * (RFC 9112, section 9.8), but Node reports such an end like any other. Nothing is called for a connection without TLS.
 * @param socket one that is not used again after the current response
 */
export function onTlsCut(socket: Socket, callback: () => void): void {
  const handle = (socket as Socket & { readonly _handle?: TlsHandle | null })._handle;
  const below = handle?._parent;
  if ((socket as TLSSocket).encrypted !== true || handle == null || below?.readStart === undefined) return;
  const { onread } = handle;
  handle.onread = function watched(this: unknown, ...args) {
    if (args[0] !== undefined) return Reflect.apply(onread, this, args);
    handle.onread = onread;
    if (endsBelow(handle, below)) return callback();
    return Reflect.apply(onread, this, args);
  };
}

/** Whether an end that is reported now is the end of the connection below. */
function endsBelow({ reading }: TlsHandle, below: NonNullable<TlsHandle["_parent"]>): boolean {
  // Nothing was read, so the end was in the bytes that had been read before: it is an alert.
  if (!reading) return false;
  // Starts only when the reading has stopped, which it does at the end. After an alert it still goes on (UV_EALREADY).
  if (below.readStart() !== 0) return false;
  below.readStop();
  return true;
}
