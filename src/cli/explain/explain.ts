// What would the gateway do with this request? A dry run through the compiled plan, told as text or JSON. Sends nothing.

import { compile, sourceFromBytes } from "../../compiler/index.ts";
import type { Io } from "../io.ts";
import { textReport } from "../report/text.ts";
import { explainer } from "./explanation.ts";
import { explanationText } from "./explanation-text.ts";

export interface ExplainOptions {
  readonly config: string;
  readonly method: string;
  readonly path: string;
  /** `Name: value` lines. */
  readonly header: readonly string[];
  readonly format: "text" | "json";
}

/** Runs `explain`. @returns the exit code: 0 whatever the verdict, 1 the config has errors, 2 wrong usage or unreadable file */
export async function explain(options: ExplainOptions, io: Io): Promise<0 | 1 | 2> {
  const rawHeaders = parseHeaders(options.header);
  if (rawHeaders === undefined || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(options.method)) {
    io.stderr(`error: ${rawHeaders === undefined ? "a header has the form 'Name: value'" : "that is no method"}\n`);
    return 2;
  }
  const { config: file } = options;
  const read = file === "-" ? await io.readStdin() : io.host.readFile(file);
  if (!read.ok) {
    io.stderr(`ai-gw-lite: can't read ${file}: ${read.reason}\n`);
    return 2;
  }
  const result = compile(sourceFromBytes(file, read.bytes), io.host);
  if (!result.ok) {
    io.stderr(textReport([{ file, diagnostics: result.diagnostics }], { color: io.stderrColor }));
    return 1;
  }
  const method = options.method.toUpperCase();
  const told = explainer(result.value)({ method, target: options.path, rawHeaders });
  io.stdout(
    options.format === "json" ? `${JSON.stringify(told, undefined, 2)}\n` : explanationText(told, result.value),
  );
  return 0;
}

/** `Name: value` lines as a raw list, with a `host` if none is given; `undefined` when one has another form. */
function parseHeaders(lines: readonly string[]): string[] | undefined {
  const raw: string[] = [];
  let host = false;
  for (const line of lines) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (match === null) return undefined;
    raw.push(match[1] as string, match[2] as string);
    host ||= match[1]?.toLowerCase() === "host";
  }
  return host ? raw : ["host", "localhost", ...raw];
}
