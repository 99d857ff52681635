// Describes the format of a plan's responses: the format of the gateway's own errors, and the CORS headers of all responses.

import type { Exchange } from "./exchange.ts";
import type { Reply } from "./replies.ts";

/** The format of the gateway's own error bodies (contract, section 4, "For SDKs"). */
export type ErrorFormat = "plain" | "openai" | "anthropic" | "auto";

/** Which web pages of other origins may use the gateway (contract, section 6). */
export interface CorsSpec {
  /** Every origin may, and the answer is `*`. */
  readonly anyOrigin: boolean;
  /** As written in the config: `https://app.example`, or without a scheme. */
  readonly origins: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly allowMethods: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Pages may send cookies and other credentials. Never together with `anyOrigin`. */
  readonly allowCredentials: boolean;
  /** How long a browser may reuse the answer to a preflight, seconds; `undefined`: the browser decides. */
  readonly maxAgeS: number | undefined;
}

export interface ResponseFormatSpec {
  readonly format: ErrorFormat;
  readonly cors: CorsSpec | undefined;
}

/** The facts of a request that its response may depend on. */
export type RequestInfo = Pick<Exchange, "id" | "rawHeaders">;

/** Functions that change a response before it goes downstream. One that is not needed is `undefined`. */
export interface ResponseFormat {
  /**
   * Called for each of the gateway's own replies. Writes an error in the format that its client understands. A reply that is
   * not an error is returned unchanged.
   */
  readonly formatError: ((reply: Reply, request: RequestInfo) => Reply) | undefined;
  /** Puts the CORS headers into `head`, a flat name, value list, in place. CORS headers of an upstream are removed. */
  readonly addCors: ((head: string[], request: RequestInfo) => void) | undefined;
}
