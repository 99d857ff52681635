// Describes a linked plan: the routes with the functions that serve them.

import type { Exchange } from "../../plan/exchange.ts";
import type { Reply } from "../../plan/replies.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import type { Guard, StepKind } from "../../plan/steps.ts";
import type { RouteTrie } from "./trie.ts";

export interface NamedGuard<X extends Exchange = Exchange> {
  readonly kind: StepKind;
  readonly run: Guard<X>;
}

/** The end of every chain: sends the exchange upstream. */
export type Terminal<X extends Exchange = Exchange> = (x: X) => void;

export interface Route<X extends Exchange = Exchange> {
  readonly id: string;
  readonly prefix: string;
  readonly guards: readonly NamedGuard<X>[];
  readonly forward: Terminal<X>;
  /** Its requests may ask for a WebSocket. Default: they may not. */
  readonly takesWebSockets?: boolean;
}

export interface Plan<X extends Exchange = Exchange> {
  /**
   * SHA-256 of the blueprint without its secrets; it names a plan in the log. When it is the same, a reload must still not be
   * skipped: a secret may have changed.
   */
  readonly fingerprint: string;
  readonly routes: RouteTrie<Route<X>>;
  /** The reply where no route matches. */
  readonly notFound: Reply;
  readonly responseFormat: ResponseFormat;
}
