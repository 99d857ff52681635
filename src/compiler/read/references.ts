// Splits the text of a scalar into literal text and references: `${NAME}`, `${NAME:-fallback}` and `${file:PATH}`.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

/** A range of a scalar's text: literal text, or a reference. `end` is exclusive. */
export type Part =
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "env";
      readonly start: number;
      readonly end: number;
      readonly name: string;
      readonly fallback: string | undefined;
    }
  | { readonly kind: "file"; readonly start: number; readonly end: number; readonly path: string }
  | {
      readonly kind: "malformed";
      readonly start: number;
      readonly end: number;
      readonly why: string;
      readonly help: string;
    };

export type Reference = Exclude<Part, { kind: "literal" }>;

/** On one line, without space around it and without braces: a brace that is left open must not swallow what follows. */
const FILE_PATH = /^[^\s{}](?:[^\r\n{}]*[^\s{}])?$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Splits a scalar's text. `$${` is a literal `${`. */
export function* split(text: string): Generator<Part> {
  let literal = "";
  let close = text.indexOf("}");
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf("${", at);
    if (next === -1) break;
    if (text[next - 1] === "$" && next > at) {
      literal += `${text.slice(at, next - 1)}\${`;
      at = next + 2;
      continue;
    }
    literal += text.slice(at, next);
    if (literal !== "") yield { kind: "literal", text: literal };
    literal = "";
    // The next brace is searched only when the last one found is before this `${`. A text may hold a million `${` and no brace.
    if (close !== -1 && close < next) close = text.indexOf("}", next);
    const part = partAt(text, next, close);
    yield part;
    at = part.end;
  }
  literal += text.slice(at);
  if (literal !== "") yield { kind: "literal", text: literal };
}

/** @param close the offset of the next `}`, -1 for none */
function partAt(text: string, start: number, close: number): Reference {
  const inner = text.indexOf("${", start + 2);
  if (close !== -1 && (inner === -1 || inner > close)) return reference(text.slice(start + 2, close), start, close + 1);
  if (close === -1 || !text.slice(start, inner).includes(":-"))
    return unterminated(start, inner === -1 ? text.length : inner);
  const help = "a fallback is plain text: give the other variable a fallback of its own where it is set";
  return { kind: "malformed", start, end: close + 1, why: "a fallback can't hold another `${…}`", help };
}

function unterminated(start: number, end: number): Reference {
  return {
    kind: "malformed",
    start,
    end,
    why: "this `${` is never closed",
    help: "close it with `}`, or write `$${` for a literal `${`",
  };
}

function reference(inside: string, start: number, end: number): Reference {
  if (inside.startsWith("file:")) {
    const path = inside.slice("file:".length);
    if (FILE_PATH.test(path)) return { kind: "file", start, end, path };
    return { kind: "malformed", start, end, why: "this names no file", help: "write `${file:PATH}`" };
  }
  const dash = inside.indexOf(":-");
  const name = dash === -1 ? inside : inside.slice(0, dash);
  const fallback = dash === -1 ? undefined : inside.slice(dash + 2);
  if (NAME.test(name)) return { kind: "env", start, end, name, fallback };
  const help = meant(inside) ?? "write `${NAME}`, `${NAME:-fallback}` or `${file:PATH}`; `$${` is a literal `${`";
  const why =
    name === ""
      ? "this `${}` names no variable"
      : "the name of a variable has only letters, digits and `_`, and does not start with a digit";
  return { kind: "malformed", start, end, why, help };
}

/**
 * What a reference of another tool was meant to be: `${env:NAME}`, `${NAME-default}`. Only a name in capitals is shown: other
 * text in braces may be a secret, and so may a default.
 */
function meant(inside: string): string | undefined {
  const named = /^\{?\s*\$?(?:env|ENV|vars?|secrets?)[.:]([A-Z_][A-Z0-9_]*)\s*$/.exec(inside);
  const [, name] = named ?? /^\s*([A-Z_][A-Z0-9_]*)\s*$/.exec(inside) ?? [];
  if (name !== undefined) return `write \`\${${name}}\``;
  const [, defaulted] = /^([A-Z_][A-Z0-9_]*)(?:-|=|:=|:[^-?+])/.exec(inside) ?? [];
  if (defaulted !== undefined) return `for a fallback, write \`\${${defaulted}:-…}\``;
  const [, required] = /^([A-Z_][A-Z0-9_]*):?\?/.exec(inside) ?? [];
  return required && `write \`\${${required}}\`: a variable that is not set is an error anyway`;
}
