// Sends a comment line to the client of an event stream that has been silent for a while, for balancers that cut idle
// connections (`sse_keepalive_ms`; contract, section 4).

import type { LiveExchange } from "../exchange/exchange.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import { headerValues } from "../headers/find-header.ts";
import type { ResponseHead } from "../headers/response-head.ts";
import { write } from "./write.ts";

/** A line that clients ignore, and the end of the event, which then is empty (WHATWG HTML, section 9.2.6). */
const COMMENT = Buffer.from(": keep-alive\n\n");

/** An empty line, in any of the three spellings of a line end. A `\r` alone may be the first half of one. */
const EVENT_END = /(?:\n\n|\n\r\n|\r\r)$/;

/** As many bytes as `EVENT_END` looks at. */
const TAIL_BYTES = 3;

export class SseKeepalive {
  readonly #x: LiveExchange;
  readonly #framing: BodyFraming;
  readonly #timer: NodeJS.Timeout;
  /** The last bytes that were sent. A comment may also be the first line of a stream. */
  #tail = "\n\n";

  /** @param silenceMs the silence after which a comment is sent, ms */
  constructor(x: LiveExchange, framing: BodyFraming, silenceMs: number) {
    this.#x = x;
    this.#framing = framing;
    this.#timer = setTimeout(SseKeepalive.#silent, silenceMs, this);
  }

  /** Notes the bytes that were sent: the time of silence starts again. */
  moved(body: Buffer): void {
    const end = body.toString("latin1", Math.max(0, body.length - TAIL_BYTES));
    this.#tail = (this.#tail + end).slice(-TAIL_BYTES);
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Sends nothing to a client that has not taken the earlier bytes: the comments would only pile up. */
  static #silent(keepalive: SseKeepalive): void {
    const { res } = keepalive.#x.responder;
    if (res.writableLength === 0 && EVENT_END.test(keepalive.#tail)) {
      keepalive.#x.countSent(COMMENT.length);
      write(res, COMMENT, keepalive.#framing, false);
    }
    keepalive.#timer.refresh();
  }
}

/**
 * Whether comments may be sent in a response: into an event stream without a content coding or a fixed length.
 * Called before its headers are dropped.
 */
export function takesComments({ sse, hasLength, headers }: Readonly<ResponseHead>): boolean {
  if (!sse || hasLength) return false;
  return headerValues(headers, "content-encoding").every((coding) => coding.trim().toLowerCase() === "identity");
}
