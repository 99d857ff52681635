// Bounds how far aliases and merge keys may grow a tree, in linear time: each node is measured once (hazard Y1).

import { MAX_DEPTH, MAX_NODES } from "../bounds.ts";
import type { Path, Span } from "../diagnostics/location.ts";
import type { Findings } from "../diagnostics/types.ts";
import type { ListNode, MapNode, Node, Use } from "./tree.ts";

/** How many nodes a node holds with its aliases written out, and how deep they nest. */
interface Extent {
  readonly size: number;
  readonly depth: number;
  /** An alias in it, if there is one. */
  readonly alias: Span | undefined;
}

const SCALAR: Extent = { size: 1, depth: 0, alias: undefined };

export class AliasBounds {
  readonly #findings: Findings;
  readonly #extents = new Map<Node, Extent>();
  #copied = 0;
  #exceeded = false;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Whether a bound was exceeded, and reported: the tree must not be used. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  /** Counts the entries that a merge key copies, before they are copied: many merges of one large map cost too much. */
  countCopies(count: number, path: Path, via: Span): void {
    this.#copied += count;
    if (this.#copied > MAX_NODES) this.#exceed(via, path, "yaml/alias-limit");
  }

  /** Measures a map or list. Its children must have been measured before it. */
  measure(node: MapNode | ListNode, uses: readonly Use[], path: Path): void {
    let size = 1;
    let depth = 0;
    let alias: Span | undefined;
    for (const use of uses) {
      const extent = this.#extents.get(use.node) ?? SCALAR;
      size += extent.size;
      depth = Math.max(depth, extent.depth);
      alias = use.via[0] ?? alias ?? extent.alias;
    }
    this.#extents.set(node, { size, depth: depth + 1, alias });
    // The parser has already bounded a node that contains no alias.
    if (alias !== undefined && size > MAX_NODES) this.#exceed(alias, path, "yaml/alias-limit");
    if (alias !== undefined && depth >= MAX_DEPTH) this.#exceed(alias, path, "yaml/too-deep");
  }

  #exceed(span: Span, path: Path, code: "yaml/alias-limit" | "yaml/too-deep"): void {
    if (this.#exceeded) return;
    this.#exceeded = true;
    const message =
      code === "yaml/alias-limit"
        ? "with its aliases written out the file would hold more values than a config may"
        : `with its aliases written out the file nests more than ${MAX_DEPTH} deep`;
    this.#findings.add({ code, path: [...path], span, message });
  }
}
