// Finds the location that a finding points at: the key or the value of a path, or the nearest part that the file has.
// The rules are those of contract, section 2.

import type { Path, Span } from "../diagnostics/location.ts";
import type { RelatedSpan } from "../diagnostics/types.ts";
import { type Located, locate, type Node } from "./tree.ts";

export interface Location {
  readonly span: Span;
  /** The alias through which the value is used, when the value is written elsewhere. */
  readonly related: readonly RelatedSpan[];
}

const START: Span = { start: 0, end: 0 };

/** The location of a wrong value; of a value that is not written, the location of its key. */
export function valueLocation(root: Node | undefined, path: Path): Location {
  const at = nearest(root, path);
  if (at.node === undefined) return { span: START, related: [] };
  const { span } = at.node;
  const written = span.end > span.start && at.depth === path.length;
  return {
    span: written ? span : (at.keySpan ?? ownerSpan(root, path.slice(0, at.depth))),
    related: aliases(at, written),
  };
}

/** The location of a wrong key. */
export function keyLocation(root: Node | undefined, path: Path): Location {
  const at = nearest(root, path);
  return { span: at.keySpan ?? ownerSpan(root, path), related: aliases(at, false) };
}

/** The location of a key that is missing in the object at `parent`: the key of the parent, or a list item's first key. */
export function missingLocation(root: Node | undefined, parent: Path): Location {
  return { span: ownerSpan(root, parent), related: aliases(nearest(root, parent), false) };
}

function ownerSpan(root: Node | undefined, path: Path): Span {
  const at = nearest(root, path);
  if (at.depth === 0) return START;
  if (at.keySpan !== undefined) return at.keySpan;
  if (at.node?.kind === "map") {
    for (const { keySpan, via } of at.node.entries.values()) if (via.length === 0) return keySpan;
  }
  return at.node?.span ?? START;
}

/** The located value, or the nearest parent that the file has. */
function nearest(root: Node | undefined, path: Path): Located {
  const at = locate(root, path);
  return at.node !== undefined ? at : locate(root, path.slice(0, at.depth));
}

/**
 * The alias to name beside a finding. A key in front of an alias is already where the alias is used, so its own alias
 * is left out.
 */
function aliases(at: Located, value: boolean): RelatedSpan[] {
  const via = value ? at.via : at.via.slice(0, -1);
  return via.slice(0, 1).map((span) => ({ message: "used here", span }));
}
