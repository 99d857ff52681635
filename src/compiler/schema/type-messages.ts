// Explains a value of the wrong type: which type is wanted, which type it has, and the most likely fix.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { Path } from "../diagnostics/location.ts";
import { locate } from "../read/tree.ts";
import { exampleHelp, keyLabel, literalAt, type ParsedFile, sourcesAt } from "./labels.ts";
import { type Explanation, otherSyntaxHelp } from "./pattern-messages.ts";
import { shapeAt } from "./shape.ts";
import { usualValueHelp } from "./usual-keys.ts";

const WANTED: { readonly [type: string]: string } = {
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
};

/** @param type the type that the schema wants */
export function explainType(path: Path, type: string, value: unknown, file: ParsedFile): Explanation {
  const wanted = wantedAt(path, type);
  const name = keyLabel(path);
  const sources = sourcesAt(path, file);
  if (sources !== undefined) {
    const quoted = isQuoted(path, file) && type !== "string";
    const message = quoted
      ? `${name} must be ${wanted}, but ${sources} in quotes is a string`
      : `${name} must be ${wanted}, but ${sources} is not`;
    return { message, help: quoted ? "remove the quotes" : sourcesHelp(path, type, file) };
  }
  if (value === null) return explainEmpty(path, type, wanted);
  const message = `${name} must be ${wanted}, not ${kindOf(value)}`;
  const literal = literalAt(path, file);
  const other =
    literal === undefined || type === "string"
      ? undefined
      : (otherSyntaxHelp(literal) ?? usualValueHelp(path, literal));
  return { message, help: other ?? typeHelp(path, type, value, file) };
}

function wantedAt(path: Path, type: string): string {
  const shape = shapeAt(path);
  const words = shape !== undefined && "words" in shape ? shape.words : undefined;
  return [WANTED[type] ?? type, ...(words ?? [])].join(" or ");
}

/** A list from one reference: the reference is an item of it. */
function sourcesHelp(path: Path, type: string, file: ParsedFile): string | undefined {
  if (type !== "array") return undefined;
  const { node } = locate(file.root, path);
  const text = node?.kind === "scalar" ? node.text : "";
  // A fallback may be a secret, so only a plain reference is shown.
  const item = /^\$\{[A-Za-z_]\w*\}$/.test(text) ? text : "${NAME}";
  return `write each item on a line of its own, such as \`- ${item}\``;
}

function explainEmpty(path: Path, type: string, wanted: string): Explanation {
  const message = `${keyLabel(path)} has no value: it must be ${wanted}`;
  if (type === "object") return { message, help: "indent its keys below it, or remove it" };
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

function typeHelp(path: Path, type: string, value: unknown, file: ParsedFile): string | undefined {
  switch (type) {
    case "string":
      return stringHelp(path, value, file);
    case "integer":
    case "number":
      return typeof value === "string" ? numberHelp(path, value, file) : undefined;
    case "boolean":
      return typeof value === "string" ? booleanHelp(path, value, file) : undefined;
    case "array":
      return poolHelp(path, value) ?? listHelp(path, value);
    default:
      return poolHelp(path, value) ?? objectHelp(path, value);
  }
}

const NAMED_TOKEN = "write the token itself; to name it, write an item of `clients` with its `id` and `tokens`";

function stringHelp(path: Path, value: unknown, file: ParsedFile): string | undefined {
  if (Array.isArray(value)) return "write one value, without `- ` or brackets";
  if (typeof value === "object") return path.at(-2) === "tokens" ? NAMED_TOKEN : undefined;
  if (path.at(-1) === "expires_at") return exampleHelp(path);
  const literal = literalAt(path, file);
  if (path.at(-1) === "listen" && typeof value === "number") return `write 127.0.0.1:${literal}`;
  return literal === undefined ? "put it in quotes" : `put it in quotes: "${literal}"`;
}

const UNIT_MS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

function numberHelp(path: Path, value: string, file: ParsedFile): string | undefined {
  const digits = /^[\d_,' ]+$/.test(value) ? value.replace(/\D/g, "") : "";
  if (digits === value && digits !== "" && isQuoted(path, file)) return "remove the quotes";
  if (digits !== "") return `write ${Number(digits)}`;
  const timed = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h)$/.exec(value);
  if (timed === null || !String(path.at(-1)).endsWith("_ms")) return undefined;
  return `the value is in ms: write ${Number(timed[1]) * (UNIT_MS[timed[2] ?? ""] ?? 1)}`;
}

function booleanHelp(path: Path, value: string, file: ParsedFile): string | undefined {
  if (/^(?:true|false)$/i.test(value) && isQuoted(path, file)) return "remove the quotes";
  if (/^(?:yes|on|y)$/i.test(value)) return "write true";
  return /^(?:no|off|n)$/i.test(value) ? "write false" : undefined;
}

/** The help for a key of a pool that is written as the same thing in another program is. */
function poolHelp(path: Path, value: unknown): string | undefined {
  const key = path.at(-1);
  if (key === "upstream" && Array.isArray(value)) {
    return "for several upstreams write `upstreams:`, and an `id` in each item";
  }
  if (key === "upstreams" && typeof value === "object") return "start each item with `- `, and write its name as `id`";
  if (key === "sticky" && typeof value === "string") return "write `by: client` on a line of its own below it";
  if (key === "rename_models") return "write each model below it: the name that clients send, a colon, the new name";
  return undefined;
}

function listHelp(path: Path, value: unknown): string | undefined {
  if (path.at(-1) === "inject_headers") return "write each header as an item: `- name: …`, and `value: …` below it";
  if (path.at(-1) === "clients") return "write each client as an item: `- id: …`, and `tokens:` below it";
  if (typeof value === "object") return "start each item with `- `";
  return "write each item on a line of its own, after `- `";
}

function objectHelp(path: Path, value: unknown): string | undefined {
  const shape = shapeAt(path);
  if (Array.isArray(value)) return "remove the `- `: it has keys, not items";
  const first = shape?.kind === "object" ? (shape.required[0] ?? Object.keys(shape.keys)[0]) : undefined;
  return first === undefined ? undefined : `write its keys on lines of their own, such as \`${first}: …\``;
}

function isQuoted(path: Path, file: ParsedFile): boolean {
  const { node } = locate(file.root, path);
  return node?.kind === "scalar" && (node.style === "single" || node.style === "double");
}
