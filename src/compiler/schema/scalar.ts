// Reads an unquoted scalar as YAML 1.2 does, and refuses numbers that parsers read differently (hazard Y5).

export type Plain = string | number | boolean | null;

export type PlainReading =
  | { readonly kind: "value"; readonly value: Plain }
  /** A number that other parsers read differently, or that a double can't hold. `write` is an accepted form of it. */
  | { readonly kind: "refused"; readonly why: string; readonly write: string | undefined };

const NULL = /^(?:null|Null|NULL|~|)$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9]*)$/;
const LEADING_ZERO = /^[-+]?0[0-9]+$/;
const BASED = /^0[ox][0-9a-fA-F]+$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** @param text an unquoted scalar, without the space around it */
export function readPlain(text: string): PlainReading {
  if (NULL.test(text)) return { kind: "value", value: null };
  if (TRUE.test(text)) return { kind: "value", value: true };
  if (FALSE.test(text)) return { kind: "value", value: false };
  if (DECIMAL.test(text)) return safeInteger(text);
  if (LEADING_ZERO.test(text))
    return refused("some YAML parsers read a number with a leading 0 as octal", withoutZeros(text));
  if (BASED.test(text)) return refused("only decimal numbers are accepted", safeText(Number(text)));
  if (NOT_FINITE.test(text)) return refused("a number must be finite", undefined);
  if (FLOAT.test(text)) return finite(text);
  return { kind: "value", value: text };
}

function safeInteger(text: string): PlainReading {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return { kind: "value", value: value === 0 ? 0 : value };
  return refused("the number is too large to be exact", undefined);
}

function finite(text: string): PlainReading {
  const value = Number(text);
  if (!Number.isFinite(value)) return refused("a number must be finite", undefined);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return refused("the number is too large to be exact", undefined);
  }
  return { kind: "value", value };
}

function withoutZeros(text: string): string {
  return text.replace(/^([-+]?)0+(?=[0-9])/, "$1");
}

function safeText(value: number): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function refused(why: string, write: string | undefined): PlainReading {
  return { kind: "refused", why, write };
}
