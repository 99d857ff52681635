// Keeps each client, or each value of a header, on one upstream of a pool (contract, section 14, "Choice").
//
// This is rendezvous hashing by weight: each pair of a key and an upstream has a score, and the upstream with the best score gets
// the key. When an upstream goes away, only its own keys move; when one is added, only the keys that it gets move. The hash is
// no secret and guards nothing: a client that knows it can only choose its own upstream.

import type { Exchange } from "../../plan/exchange.ts";
import type { StickySpec } from "../../plan/forward.ts";
import { onlyValue } from "../headers/find-header.ts";

/** What the key of a request is read from. */
export type StickySource = Pick<Exchange, "client" | "rawHeaders">;

/** Makes the function that reads what keeps a request on one upstream. It gives `undefined` when the request has no such thing. */
export function stickyKeyReader(spec: StickySpec): (x: StickySource) => string | undefined {
  if (spec.by === "client") return (x) => x.client?.id;
  const { name } = spec;
  // A header that is sent twice or is empty names nothing.
  return (x) => onlyValue(x.rawHeaders, name) || undefined;
}

/** Scores the upstreams of one pool for a key. */
export class Rendezvous {
  readonly #seeds: Int32Array;
  readonly #weights: Float64Array;

  constructor(members: readonly { readonly id: string; readonly weight: number }[]) {
    this.#seeds = Int32Array.from(members, ({ id }) => mix(hashText(id)));
    this.#weights = Float64Array.from(members, ({ weight }) => weight);
  }

  /** The index of the upstream that gets the key, of those whose flag is 1; -1 if none is. */
  best(key: string, open: Uint8Array): number {
    const hash = hashText(key);
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#weights.length; i++) {
      if (open[i] !== 1) continue;
      const score = Math.log(fraction(hash ^ (this.#seeds[i] as number))) / (this.#weights[i] as number);
      if (score <= most) continue;
      best = i;
      most = score;
    }
    return best;
  }
}

/** FNV-1a over the 16-bit units of a text. */
function hashText(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The last step of MurmurHash3: each bit of the result depends on each bit of the number. */
function mix(number: number): number {
  let hash = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A number above 0 and below 1, spread evenly. */
function fraction(number: number): number {
  return ((mix(number) >>> 0) + 0.5) / 0x1_0000_0000;
}
