// How does a log line look to a person? Time, level, message, then `name=value` pairs: `logging.format: text`.

const LEVEL_COLORS: Readonly<Record<string, number>> = { trace: 90, debug: 36, info: 32, warn: 33, error: 31 };
const DIM = 90;

/** What needs no quotes: everything else is written as a JSON string, control bytes escaped, so that no value can fake a line. */
const PLAIN = /^[^\s"=\\\p{Cc}\p{Cf}]+$/u;

/**
 * Turns a JSON line into one for people.
 * @param color for a terminal that takes colours
 */
export function textLine(json: string, color: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const paint = (text: string, code: number | undefined) =>
    color && code !== undefined ? `\x1b[${code}m${text}\x1b[0m` : text;
  const word = String(level);
  const parts = [paint(String(time), DIM), paint(word.toUpperCase().padEnd(5), LEVEL_COLORS[word]), String(msg)];
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null) parts.push(`${paint(`${name}=`, DIM)}${shown(value)}`);
  }
  return `${parts.join(" ")}\n`;
}

function shown(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) ? value : JSON.stringify(value);
}
