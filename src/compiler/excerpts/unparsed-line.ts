// What may be shown of a line of a file that could not be parsed? Keys, and the values of keys that are surely no secret.

import { looksLikeKeyMaterial, shownKey } from "../diagnostics/printable.ts";
import { CONFIG_SHAPE, isOpen, type Shape } from "../schema/shape.ts";
import { mask } from "./mask.ts";

/** A line of a file that could not be parsed: only keys, and the values of keys that are surely no secret, are shown. */
export function maskUnparsed(line: string): string {
  const pieces = line.split(/(\$\{[A-Za-z_][A-Za-z0-9_]*\})/);
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/[^{}[\],]+/g, maskSegment))).join("");
}

function maskSegment(segment: string): string {
  const match = /^(\s*(?:-\s+)*)(["']?)([A-Za-z_][\w-]*)\2(\s*:|(?=\s))/.exec(segment);
  if (match === null) return maskValue(segment, 0);
  const [head, , , key = "", colon] = match;
  if (shownKey(key) !== key) return maskValue(segment, 0);
  if (!isOpenKey(key)) return maskValue(segment, colon === "" ? 0 : head.length);
  // One word of the value: in a broken file what follows may be the value of another key.
  const word = /^\s*\S*/.exec(segment.slice(head.length))?.[0] ?? "";
  return maskValue(segment, head.length + (looksLikeKeyMaterial(word.trim()) ? 0 : word.length));
}

/** Hides words from `from` on. */
function maskValue(segment: string, from: number): string {
  const hide = (word: string): string => mask(word, 0, word.length);
  return segment.slice(0, from) + segment.slice(from).replace(/[\p{L}\p{N}][^\s"']*/gu, hide);
}

let openKeys: ReadonlySet<string> | undefined;

/** Whether every key of this name in the schema is a scalar that is no secret. */
function isOpenKey(key: string): boolean {
  openKeys ??= collectOpenKeys();
  return openKeys.has(key);
}

function collectOpenKeys(): ReadonlySet<string> {
  const open = new Set<string>();
  const closed = new Set<string>();
  const visit = (shape: Shape): void => {
    if (shape.kind === "list") visit(shape.items);
    if (shape.kind !== "object") return;
    for (const [key, value] of Object.entries(shape.keys)) {
      (isOpen(value) ? open : closed).add(key);
      visit(value);
    }
  };
  visit(CONFIG_SHAPE);
  return new Set([...open].filter((key) => !closed.has(key)));
}
