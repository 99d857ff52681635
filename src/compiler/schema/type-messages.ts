// What is said of a value of the wrong type? What is wanted, what stands there, and the most likely mend.

import { locate, type Path } from "../read/tree.ts";
import { exampleHelp, literalAt, nameOf, sourcesAt, type Wording } from "./labels.ts";
import { shapeAt } from "./shape.ts";

interface Words {
  readonly message: string;
  readonly help?: string | undefined;
}

const WANTED: { readonly [type: string]: string } = {
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
};

/** @param type what the schema wants */
export function typeWords(path: Path, type: string, value: unknown, wording: Wording): Words {
  const wanted = WANTED[type] ?? type;
  const name = nameOf(path);
  const sources = sourcesAt(path, wording);
  if (sources !== undefined) {
    const quoted = isQuoted(path, wording) && type !== "string";
    const message = quoted
      ? `${name} must be ${wanted}, and in quotes ${sources} is a string`
      : `${name} must be ${wanted}, and ${sources} is not`;
    return { message, help: quoted ? "drop the quotes" : undefined };
  }
  if (value === null) return emptyWords(path, type, wanted);
  const message = `${name} must be ${wanted}, not ${kindOf(value)}`;
  return { message, help: mend(path, type, value, wording) };
}

function emptyWords(path: Path, type: string, wanted: string): Words {
  const message = `${nameOf(path)} has no value: it must be ${wanted}`;
  if (type === "object") return { message, help: "indent its keys below it, or drop it" };
  return { message, help: exampleHelp(path) };
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a string";
    case "number":
      return Number.isInteger(value) ? "a whole number" : "a fraction";
    case "boolean":
      return "true or false";
    default:
      return "a mapping";
  }
}

function mend(path: Path, type: string, value: unknown, wording: Wording): string | undefined {
  switch (type) {
    case "string":
      return stringMend(path, value, wording);
    case "integer":
    case "number":
      return typeof value === "string" ? numberMend(path, value, wording) : undefined;
    case "boolean":
      return typeof value === "string" ? booleanMend(path, value, wording) : undefined;
    case "array":
      return listMend(path, value);
    default:
      return objectMend(path, value);
  }
}

function stringMend(path: Path, value: unknown, wording: Wording): string | undefined {
  if (Array.isArray(value)) return "write one value, without `- ` or brackets";
  if (typeof value === "object") return undefined;
  const literal = literalAt(path, wording);
  if (path.at(-1) === "listen" && typeof value === "number") return `write 127.0.0.1:${literal}`;
  return literal === undefined ? "put it in quotes" : `put it in quotes: "${literal}"`;
}

const UNIT_MS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

function numberMend(path: Path, value: string, wording: Wording): string | undefined {
  const digits = /^[\d_,' ]+$/.test(value) ? value.replace(/\D/g, "") : "";
  if (digits === value && digits !== "" && isQuoted(path, wording)) return "drop the quotes";
  if (digits !== "") return `write ${Number(digits)}`;
  const timed = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h)$/.exec(value);
  if (timed === null || !String(path.at(-1)).endsWith("_ms")) return undefined;
  return `the value is in ms: write ${Number(timed[1]) * (UNIT_MS[timed[2] ?? ""] ?? 1)}`;
}

function booleanMend(path: Path, value: string, wording: Wording): string | undefined {
  if (/^(?:true|false)$/i.test(value) && isQuoted(path, wording)) return "drop the quotes";
  if (/^(?:yes|on|y)$/i.test(value)) return "write true";
  return /^(?:no|off|n)$/i.test(value) ? "write false" : undefined;
}

function listMend(path: Path, value: unknown): string | undefined {
  if (path.at(-1) === "inject_headers") return "write each header as an item: `- name: …`, and `value: …` below it";
  if (typeof value === "object") return "start each item with `- `";
  return "write each item on a line of its own, after `- `";
}

function objectMend(path: Path, value: unknown): string | undefined {
  const shape = shapeAt(path);
  if (Array.isArray(value)) return "drop the `- `: it has keys, not items";
  const first = shape?.kind === "object" ? (shape.required[0] ?? Object.keys(shape.keys)[0]) : undefined;
  return first === undefined ? undefined : `write its keys on lines of their own, such as \`${first}: …\``;
}

function isQuoted(path: Path, wording: Wording): boolean {
  const { node } = locate(wording.root, path);
  return node?.kind === "scalar" && (node.style === "single" || node.style === "double");
}
