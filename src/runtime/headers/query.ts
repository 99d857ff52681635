// Reads and removes the parameters of a raw query. The parameters that stay keep their bytes.
//
// A query is empty, or begins with `?`. Its parameters are separated by `&`.

const NONE: readonly string[] = Object.freeze([]);

/** The raw values of all parameters of a name, in order. @param name not encoded */
export function parameterValues(query: string, name: string): readonly string[] {
  if (query === "") return NONE;
  return parametersOf(query)
    .filter((parameter) => nameOf(parameter) === name)
    .map(rawValueOf);
}

/**
 * The query without the parameters for which `drop` returns true.
 * @param drop gets the name decoded, and the value as it came
 */
export function withoutParameters(query: string, drop: (name: string, value: string) => boolean): string {
  if (query === "") return query;
  const parameters = parametersOf(query);
  const kept = parameters.filter((parameter) => !drop(nameOf(parameter), rawValueOf(parameter)));
  if (kept.length === parameters.length) return query;
  const rest = kept.join("&");
  return rest === "" ? "" : `?${rest}`;
}

/**
 * The texts that a raw value may stand for. Forms write a space as `+` and a `+` as `%2B`; many people write a `+` as it is.
 * @returns one or two texts, as bytes in latin1, just as the values of headers are read
 */
export function readingsOf(value: string): readonly string[] {
  return value.includes("+") ? [bytesOf(value), bytesOf(value.replaceAll("+", " "))] : [bytesOf(value)];
}

function parametersOf(query: string): string[] {
  return query.slice(1).split("&");
}

/** The decoded name of a parameter; the raw one if it can't be decoded. */
function nameOf(parameter: string): string {
  const equals = parameter.indexOf("=");
  const raw = equals === -1 ? parameter : parameter.slice(0, equals);
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

function rawValueOf(parameter: string): string {
  const equals = parameter.indexOf("=");
  return equals === -1 ? "" : parameter.slice(equals + 1);
}

/** Decodes each `%` that has two hexadecimal digits behind it. */
function bytesOf(value: string): string {
  return value.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
