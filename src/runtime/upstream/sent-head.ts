// Drops the head of a message that was sent. Node keeps it as long as the message, in the pieces it was joined from: for a long
// stream, the two heads are a fifth of all its memory.

import type { OutgoingMessage } from "node:http";

/** What this file relies on inside of Node. `test/runtime/node-server.test.ts` checks it on the running one. */
interface Internals {
  _header: string | null;
  readonly _headerSent: boolean;
}

/** In place of the head: Node takes a message for one without a head when there is nothing. */
const SENT = "sent";

/** Does nothing if the head has not been handed over yet. */
export function forgetSentHead(message: OutgoingMessage): void {
  const internals = message as unknown as Internals;
  if (internals._headerSent) internals._header = SENT;
}
