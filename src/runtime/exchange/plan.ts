// What does the runtime run? An immutable trie of routes, each a list of named guards and a terminal.

import type { Exchange } from "../../plan/exchange.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import type { Digest } from "../../plan/secret.ts";
import type { Guard, StepKind, Terminal } from "../../plan/steps.ts";
import type { RouteTrie } from "./trie.ts";

export interface NamedGuard<X extends Exchange = Exchange> {
  readonly kind: StepKind;
  readonly run: Guard<X>;
}

export interface Route<X extends Exchange = Exchange> {
  readonly id: string;
  readonly prefix: string;
  /** Of the upstream key, where one is injected: what its in-flight limit counts by. */
  readonly keyDigest?: Digest | undefined;
  readonly guards: readonly NamedGuard<X>[];
  readonly forward: Terminal<X>;
}

export interface Plan<X extends Exchange = Exchange> {
  /** SHA-256 of the redacted blueprint: tells plans apart in logs. Never a reason to skip a reload: a changed secret leaves it equal. */
  readonly fingerprint: string;
  readonly routes: RouteTrie<Route<X>>;
  readonly responseFormat: ResponseFormat;
}
