// Frees the memory of a body's bytes as soon as they were written. V8 would let up to 32 MB of them pile up before it frees any.

import { MessageChannel, type MessagePort } from "node:worker_threads";

/** Less than this is left to V8. */
const MIN_BYTES = 16 * 1024;

/** Made with the first use. */
let closedPort: MessagePort | undefined;

/**
 * Frees a buffer that is the only view of its memory, and has all of it. The buffer is empty afterwards. Others are left as they are.
 *
 * A message takes the memory with it, and one to a closed port is dropped at once (HTML Living Standard, "postMessage", steps 1 to 6).
 * From Node 22 on, `ArrayBuffer.transfer` does the same.
 * @param bytes nobody reads them any more, neither this process nor a write in progress
 */
export function freeBytes({ buffer, byteOffset, byteLength }: Buffer): void {
  if (byteLength < MIN_BYTES || byteOffset !== 0 || byteLength !== buffer.byteLength) return;
  if (closedPort === undefined) {
    closedPort = new MessageChannel().port1;
    closedPort.close();
  }
  closedPort.postMessage(null, [buffer as ArrayBuffer]);
}
