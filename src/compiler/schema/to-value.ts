// Converts the tree to a plain value. The schema decides how a scalar that comes from a reference is read.

import { type Path, pointer } from "../diagnostics/location.ts";
import type { Findings } from "../diagnostics/types.ts";
import type { Interpolation, Interpolations } from "../read/interpolate.ts";
import type { Node, ScalarNode } from "../read/tree.ts";
import { readPlain } from "./scalar.ts";
import { CONFIG_SHAPE } from "./shape.generated.ts";
import { below } from "./shape.ts";
import type { Shape } from "./shape-types.ts";

export interface TreeValue {
  readonly value: unknown;
  /** JSON Pointers of the scalars without a usable value. They are reported already, and must not be reported again. */
  readonly unreadable: ReadonlySet<string>;
}

/**
 * The plain value of a tree. Objects have no prototype, so that `__proto__` is a key like any other (hazard Y4).
 * Findings: `yaml/number`.
 */
export function toValue(root: Node, interpolations: Interpolations, findings: Findings): TreeValue {
  const path: (string | number)[] = [];
  const unreadable = new Set<string>();
  const visit = (node: Node, shape: Shape | undefined): unknown => {
    if (node.kind === "scalar") {
      const value = scalarToValue(node, shape, interpolations, findings, path);
      if (value === UNREADABLE) unreadable.add(pointer(path));
      return value === UNREADABLE ? node.text : value;
    }
    if (node.kind === "list") return node.items.map((item, index) => visitChild(index, item.node, shape));
    const object: Record<string, unknown> = Object.create(null);
    for (const entry of node.entries.values()) object[entry.key] = visitChild(entry.key, entry.node, shape);
    return object;
  };
  const visitChild = (segment: string | number, node: Node, shape: Shape | undefined): unknown => {
    path.push(segment);
    const value = visit(node, below(shape, segment));
    path.pop();
    return value;
  };
  return { value: visit(root, CONFIG_SHAPE), unreadable };
}

function scalarToValue(
  node: ScalarNode,
  shape: Shape | undefined,
  interpolations: Interpolations,
  findings: Findings,
  path: Path,
): unknown {
  if (node.broken === true) return UNREADABLE;
  const interpolation = interpolations.get(node);
  if (interpolation?.unresolved === true) return UNREADABLE;
  if (interpolation !== undefined) return interpolatedValue(interpolation, shape);
  if (node.tag === "str" || (node.tag === undefined && node.style !== "plain")) return node.text;
  const reading = readPlain(node.text);
  if (reading.kind === "value") return reading.value;
  findings.add({
    code: "yaml/number",
    path: [...path],
    span: node.span,
    message: reading.why,
    help: numberHelp(reading.write, shape),
  });
  return UNREADABLE;
}

const UNREADABLE = Symbol("unreadable");

function numberHelp(write: string | undefined, shape: Shape | undefined): string | undefined {
  if (shape?.kind === "string") return "put it in quotes if it is a text";
  return write === undefined ? undefined : `write ${write}`;
}

/** A text; a number or a boolean when the scalar is one reference and nothing else, and the schema wants one. */
function interpolatedValue({ text, onlyReference }: Interpolation, shape: Shape | undefined): unknown {
  if (!onlyReference || shape === undefined || !TYPED.has(shape.kind)) return text;
  const reading = readPlain(text.trim());
  return reading.kind === "value" && reading.value !== null ? reading.value : text;
}

const TYPED: ReadonlySet<string> = new Set(["integer", "number", "boolean"]);
