// What value does the tree stand for, now that its references are followed? Scalars are read as their place wants them.

import type { Findings } from "../diagnostics/findings.ts";
import type { Interpolations } from "../read/interpolate.ts";
import { type Node, type Path, pointer, type ScalarNode } from "../read/tree.ts";
import { readPlain } from "./scalar.ts";
import { below, CONFIG_SHAPE, type Shape } from "./shape.ts";

export interface Settled {
  readonly value: unknown;
  /** JSON Pointers of the scalars that could not be read: complained about already, and not to be judged again. */
  readonly unread: ReadonlySet<string>;
}

/**
 * The plain value of a tree. Objects have no prototype, so that `__proto__` is a key like any other (hazard Y4).
 * Findings: `yaml/number`.
 */
export function settle(root: Node, interpolations: Interpolations, findings: Findings): Settled {
  const path: (string | number)[] = [];
  const unread = new Set<string>();
  const visit = (node: Node, shape: Shape | undefined): unknown => {
    if (node.kind === "scalar") {
      const value = settleScalar(node, shape, interpolations, findings, path);
      if (value === UNREAD) unread.add(pointer(path));
      return value === UNREAD ? node.text : value;
    }
    if (node.kind === "list") return node.items.map((item, index) => into(index, item.node, shape));
    const object: Record<string, unknown> = Object.create(null);
    for (const entry of node.entries.values()) object[entry.key] = into(entry.key, entry.node, shape);
    return object;
  };
  const into = (segment: string | number, node: Node, shape: Shape | undefined): unknown => {
    path.push(segment);
    const value = visit(node, below(shape, segment));
    path.pop();
    return value;
  };
  return { value: visit(root, CONFIG_SHAPE), unread };
}

function settleScalar(
  node: ScalarNode,
  shape: Shape | undefined,
  interpolations: Interpolations,
  findings: Findings,
  path: Path,
): unknown {
  if (node.broken === true) return UNREAD;
  const interpolation = interpolations.get(node);
  if (interpolation?.unresolved === true) return UNREAD;
  if (interpolation !== undefined) return interpolated(interpolation, shape);
  if (node.tag === "str" || (node.tag === undefined && node.style !== "plain")) return node.text;
  const reading = readPlain(node.text);
  if (reading.kind === "value") return reading.value;
  findings.add({
    code: "yaml/number",
    path: [...path],
    span: node.span,
    message: reading.why,
    help: mend(reading.write, shape),
  });
  return UNREAD;
}

const UNREAD = Symbol("unread");

function mend(write: string | undefined, shape: Shape | undefined): string | undefined {
  if (shape?.kind === "string") return "put it in quotes if it is a text";
  return write === undefined ? undefined : `write ${write}`;
}

/** Text, unless the scalar is wholly one reference and its place wants a number or a boolean. */
function interpolated(
  interpolation: { readonly text: string; readonly whole: boolean },
  shape: Shape | undefined,
): unknown {
  const { text, whole } = interpolation;
  if (!whole || shape === undefined || !TYPED.has(shape.kind)) return text;
  const reading = readPlain(text.trim());
  return reading.kind === "value" && reading.value !== null ? reading.value : text;
}

const TYPED: ReadonlySet<string> = new Set(["integer", "number", "boolean"]);
