// How does an answer look besides what it says? What holds for all answers of a gateway, whoever gives them, as data and as functions.

import type { Exchange } from "./exchange.ts";
import type { Reply } from "./replies.ts";

/** In which form our own errors are told (spec section 4, "For SDKs"). */
export type ErrorFormat = "plain" | "openai" | "anthropic" | "auto";

/** Which pages of other origins may use the gateway (spec section 6). */
export interface CorsSpec {
  /** Every origin may: `*` is answered. */
  readonly anyOrigin: boolean;
  /** As written: `https://app.example`, or without a scheme. */
  readonly origins: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly allowMethods: readonly string[];
  readonly exposeHeaders: readonly string[];
}

export interface ResponseFormatSpec {
  readonly format: ErrorFormat;
  readonly cors: CorsSpec | undefined;
}

/** What of a request an answer's looks may depend on. */
export type RequestInfo = Pick<Exchange, "id" | "rawHeaders">;

/** Asked once for each head that goes downstream. What is not configured is `undefined`: nothing is asked then. */
export interface ResponseFormat {
  /** Tells an error word in the form its client understands; a reply that is no error comes back as it is. */
  readonly formatError: ((reply: Reply, asker: RequestInfo) => Reply) | undefined;
  /** Puts the CORS headers on a head, a flat name, value list, in place; those of an upstream's own go. */
  readonly addCors: ((head: string[], asker: RequestInfo) => void) | undefined;
}
