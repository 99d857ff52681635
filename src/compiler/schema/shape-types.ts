// Defines a shape: the parts of the JSON Schema that the compiler asks about at run time.

export interface ScalarShape {
  readonly kind: "string" | "integer" | "number" | "boolean";
  readonly values?: readonly string[];
  /** A number may also be one of these words. */
  readonly words?: readonly string[];
  /** The value is a secret: it is never shown, whether it is written in the file or comes from a reference. */
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The default, or else an example. It replaces a value that is missing or wrong, so that rules can still run. */
  readonly placeholder?: unknown;
}

export interface ListShape {
  readonly kind: "list";
  readonly items: Shape;
  readonly placeholder?: unknown;
}

export interface MapShape {
  readonly kind: "map";
  readonly values: Shape;
}

export interface ObjectShape {
  readonly kind: "object";
  readonly keys: { readonly [key: string]: Shape };
  readonly required: readonly string[];
  /** The value may also be a text of this shape in place of the mapping. */
  readonly text?: ScalarShape;
}

export type Shape = ScalarShape | ListShape | MapShape | ObjectShape;
