// What does the tree builder see of the parser's nodes? As much as it needs, so that only one file knows the parser.

import type { Span } from "./source.ts";
import type { ScalarStyle } from "./tree.ts";

/** A node as the parser has it. `tag` is the tag as resolved, where one was written. */
export type RawNode =
  | { readonly kind: "alias"; readonly name: string; readonly span: Span }
  | RawScalar
  | RawMap
  | RawList;

interface Anchorable {
  readonly anchor: string | undefined;
  readonly span: Span;
}

export interface RawScalar extends Anchorable {
  readonly kind: "scalar";
  readonly style: ScalarStyle;
  readonly text: string;
  readonly tag: string | undefined;
}

export interface RawMap extends Anchorable {
  readonly kind: "map";
  readonly flow: boolean;
  readonly pairs: readonly { readonly key: unknown; readonly value: unknown }[];
}

export interface RawList extends Anchorable {
  readonly kind: "list";
  readonly flow: boolean;
  readonly items: readonly unknown[];
}
