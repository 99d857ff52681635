// How does the response body get downstream? As it comes, each event as soon as it arrives, its head never waiting for it.

import type { IncomingMessage } from "node:http";
import type { LiveExchange } from "../exchange.ts";
import { BodyPump } from "./body-pump.ts";
import { type BodyFraming, write } from "./write.ts";

export interface DownloadEvents {
  /** Bytes moved. */
  readonly onProgress: () => void;
  /** The last byte was handed to the client's connection. */
  readonly onEnd: () => void;
}

/** Moves a response body; the head must be written, and is flushed in this turn with what of the body came with it. */
export function download(
  x: LiveExchange,
  source: IncomingMessage,
  framing: BodyFraming,
  { onProgress, onEnd }: DownloadEvents,
): BodyPump {
  const { res } = x;
  const pump = new BodyPump(source, function move(body, last) {
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
