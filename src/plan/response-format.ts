// Describes the form that all responses of a gateway share: the form of our own errors, and the CORS headers.

import type { Exchange } from "./exchange.ts";
import type { Reply } from "./replies.ts";

/** The form of our own errors (contract, section 4, "For SDKs"). */
export type ErrorFormat = "plain" | "openai" | "anthropic" | "auto";

/** Which web pages of other origins may use the gateway (contract, section 6). */
export interface CorsSpec {
  /** Every origin may: the response says `*`. */
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

/** The facts of a request that the form of its response depends on. */
export type RequestInfo = Pick<Exchange, "id" | "rawHeaders">;

/** Applied to each response head. A part that is not configured is `undefined` and costs nothing. */
export interface ResponseFormat {
  /** Puts an error into the form the client understands. A reply that is no error comes back unchanged. */
  readonly tell: ((reply: Reply, request: RequestInfo) => Reply) | undefined;
  /** Adds the CORS headers to a head (names and values in turn), in place. Those of the upstream are removed. */
  readonly addCors: ((head: string[], request: RequestInfo) => void) | undefined;
}
