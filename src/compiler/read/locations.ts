// Where does a finding about a path point? At the key, the value, or what is there of it (contract, section 2).

import type { RelatedSpan } from "../diagnostics/types.ts";
import type { Span } from "./source.ts";
import { type Located, locate, type Node, type Path } from "./tree.ts";

export interface Place {
  readonly span: Span;
  /** The aliases on the way, for a value that stands elsewhere. */
  readonly related: readonly RelatedSpan[];
}

const START: Span = { start: 0, end: 0 };

/** The place of a value that is wrong; of a value that is not written, its key. */
export function valuePlace(root: Node | undefined, path: Path): Place {
  const at = nearest(root, path);
  if (at.node === undefined) return { span: START, related: [] };
  const { span } = at.node;
  const written = span.end > span.start && at.depth === path.length;
  return {
    span: written ? span : (at.keySpan ?? ownerSpan(root, path.slice(0, at.depth))),
    related: aliases(at, written),
  };
}

/** The place of a key that is wrong. */
export function keyPlace(root: Node | undefined, path: Path): Place {
  const at = nearest(root, path);
  return { span: at.keySpan ?? ownerSpan(root, path), related: aliases(at, false) };
}

/** The place of a key that is missing in the object at `parent`: the parent's own key, in a list item its first one. */
export function missingPlace(root: Node | undefined, parent: Path): Place {
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

/** The located value, or the nearest thing around it that the file has. */
function nearest(root: Node | undefined, path: Path): Located {
  const at = locate(root, path);
  return at.node !== undefined ? at : locate(root, path.slice(0, at.depth));
}

/** An alias is worth naming when the span is not at it already: a key before an alias stands where it is used. */
function aliases(at: Located, value: boolean): RelatedSpan[] {
  const via = value ? at.via : at.via.slice(0, -1);
  return via.slice(0, 1).map((span) => ({ message: "used here", span }));
}
