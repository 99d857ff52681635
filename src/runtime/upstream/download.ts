// How does the response body get downstream? As it comes, each event as soon as it arrives, its head never waiting for it.

import type { IncomingMessage } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import { BodyPump } from "./body-pump.ts";
import { type BodyFraming, write } from "./write.ts";

export interface DownloadEvents {
  /** Writes the head; `undefined` when it can't be, and the exchange has been ended for it. */
  readonly begin: () => BodyFraming | undefined;
  /** Bytes moved. */
  readonly onProgress: () => void;
  /** The last byte was handed to the client's connection. */
  readonly onEnd: () => void;
}

/**
 * Moves a response downstream. Its head leaves at the end of this turn, with what of the body came with it:
 * a response that breaks in its very first bytes can still be answered for.
 */
export function download(
  x: LiveExchange,
  source: IncomingMessage,
  { begin, onProgress, onEnd }: DownloadEvents,
): BodyPump {
  const { res } = x;
  let framing: BodyFraming | undefined;
  const pump = new BodyPump(source, function move(body, last) {
    framing ??= begin();
    if (framing === undefined) return true;
    x.bytesSent += body.length;
    const ready = write(res, body, framing, last);
    if (last) {
      x.complete();
      res.end();
      onEnd();
    } else {
      if (!ready) res.once("drain", () => pump.resume());
      onProgress();
    }
    return ready;
  });
  return pump;
}
