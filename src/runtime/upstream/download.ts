// Moves a response body to the client as it comes. Each event is sent when it arrives, and the head does not wait for the first.

import type { IncomingMessage } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { BodyPump } from "./body-pump.ts";
import { write } from "./write.ts";

export interface DownloadEvents {
  /** Writes the head. Gives `undefined` when the head can't be sent; the exchange has then been ended. */
  readonly begin: () => BodyFraming | undefined;
  /** Bytes were moved, and more will follow. @param ready false when the client is slower and has to catch up first */
  readonly onProgress: (ready: boolean) => void;
  /** The last byte was handed to the client's connection. */
  readonly onEnd: () => void;
}

/**
 * Moves a response downstream. Its head is sent at the end of this turn of the event loop, with the part of the body that came
 * with it. So if the response breaks in its first bytes, the client can still get an error reply.
 */
export function download(
  x: LiveExchange,
  source: IncomingMessage,
  { begin, onProgress, onEnd }: DownloadEvents,
): BodyPump {
  const { res } = x.responder;
  let framing: BodyFraming | undefined;
  const pump = new BodyPump(source, function move(body, last) {
    framing ??= begin();
    if (framing === undefined) return true;
    x.countSent(body.length);
    const ready = write(res, body, framing, last);
    if (last) {
      x.complete();
      res.end();
      onEnd();
    } else {
      if (!ready) {
        res.once("drain", () => {
          pump.resume();
          onProgress(true);
        });
      }
      onProgress(ready);
    }
    return ready;
  });
  return pump;
}
