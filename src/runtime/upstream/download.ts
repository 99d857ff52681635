// Moves a response body to the client as it comes. Each event is sent when it arrives, and the head does not wait for the first.

import type { Move } from "../body/body-pump.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { forgetSentHead } from "./sent-head.ts";
import { SLOW_MS, write } from "./write.ts";

/** Receives the progress of a download. */
export interface DownloadOwner {
  /** Bytes were moved, and more will follow. @param ready false when the client is slower: then `onCaughtUp` follows */
  onDownloading(body: Buffer, ready: boolean): void;
  /** The client has taken what waited for it: reading may go on. */
  onCaughtUp(): void;
  /** The last bytes were handed to the client's connection. */
  onDownloaded(body: Buffer): void;
}

/**
 * Makes the function that moves a response downstream. With its first call the head is sent, together with the part of the body
 * that came with it. So if the response breaks in its first bytes, the client can still get an error reply.
 * @param begin writes the head. Gives `undefined` when the head can't be sent; the exchange has then been ended
 */
export function download(x: LiveExchange, begin: () => BodyFraming | undefined, owner: DownloadOwner): Move {
  const { res } = x.responder;
  let framing: BodyFraming | undefined;
  let isSlow = false;
  return function move(body, last) {
    const isFirst = framing === undefined;
    framing ??= begin();
    if (framing === undefined) return true;
    x.countSent(body.length);
    const ready = write(res, body, framing, last, isSlow);
    if (isFirst) forgetSentHead(res);
    if (last) {
      x.complete();
      res.end();
      owner.onDownloaded(body);
    } else {
      if (!ready) {
        const since = performance.now();
        res.once("drain", () => {
          isSlow = performance.now() - since > SLOW_MS;
          owner.onCaughtUp();
        });
      }
      owner.onDownloading(body, ready);
    }
    return ready;
  };
}
