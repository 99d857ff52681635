// Runs `explain`: shows as text or JSON what the gateway would do with one request. It sends nothing.

import { METHODS } from "node:http";
import { compile, sourceFromBytes, suggest } from "../../compiler/index.ts";
import { type Blueprint, clientsOf } from "../../plan/blueprint.ts";
import { HTTP_TOKEN } from "../../plan/header-names.ts";
import type { Io } from "../io.ts";
import { textReport } from "../report/text.ts";
import { explainer } from "./explanation.ts";
import { explanationText } from "./explanation-text.ts";

export interface ExplainOptions {
  readonly config: string;
  readonly method: string;
  readonly path: string;
  /** Headers in the form `Name: value`. */
  readonly header: readonly string[];
  /** The model that the request's body names. */
  readonly model?: string | undefined;
  /** The id of the client that the request is made as. Then it needs no token. */
  readonly client?: string | undefined;
  readonly format: "text" | "json";
}

const MODEL_DECIDES =
  "the request's model decides which upstream is asked: name it with --model. A request without one gets 400 model_unreadable";

const SCOPE_DECIDES =
  "the request's model decides whether the client may send it: name it with --model. A request without one gets 400 model_unreadable";

const METHOD = new RegExp(`^${HTTP_TOKEN}$`);
const HEADER_LINE = new RegExp(`^(${HTTP_TOKEN}):[ \\t]*(.*?)[ \\t]*$`);

/**
 * Runs `explain`.
 * @returns the exit code: 0 for a result (also when the request would be refused), 1 when the config has errors, 2 for wrong usage,
 *   an unreadable file or an unknown client
 */
export async function explain(options: ExplainOptions, io: Io): Promise<0 | 1 | 2> {
  const rawHeaders = parseHeaders(options.header);
  const wrong = wrongUsage(options, rawHeaders);
  if (rawHeaders === undefined || wrong !== undefined) {
    io.stderr(`error: ${wrong}\n`);
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
  const { method, model, client } = options;
  const unknown = client === undefined ? undefined : unknownClient(client, result.value);
  if (unknown !== undefined) {
    io.stderr(`error: ${unknown}\n`);
    return 2;
  }
  const explanation = explainer(result.value)({ method, target: options.path, rawHeaders, model, client });
  if (!METHODS.includes(method)) {
    const meant = method.toUpperCase();
    const help = METHODS.includes(meant) ? `. Methods are case-sensitive: did you mean ${meant}?` : "";
    io.stderr(`note: the gateway refuses the method "${method}"${help}\n`);
  }
  if (!/^(?:\/|[a-z]+:\/\/)/i.test(options.path)) {
    io.stderr(`note: a path starts with /: did you mean /${options.path}?\n`);
  }
  if (explanation.scope_decides) io.stderr(`note: ${SCOPE_DECIDES}\n`);
  else if (explanation.upstreams?.some(({ takes }) => takes === undefined)) {
    io.stderr(`note: ${MODEL_DECIDES}\n`);
  }
  io.stdout(
    options.format === "json"
      ? `${JSON.stringify(explanation, undefined, 2)}\n`
      : explanationText(explanation, result.value),
  );
  return 0;
}

function wrongUsage({ method, model }: ExplainOptions, rawHeaders: readonly string[] | undefined): string | undefined {
  if (rawHeaders === undefined) return "--header must have the form 'Name: value'";
  if (!METHOD.test(method)) return "--method must be an HTTP method, such as POST";
  return model === "" ? "--model must be the name of a model" : undefined;
}

/** What is wrong with the id of a client; `undefined` if a client has it. */
function unknownClient(id: string, blueprint: Blueprint): string | undefined {
  const ids = clientsOf(blueprint).map((client) => client.id);
  if (ids.includes(id)) return undefined;
  if (ids.length === 0) return "--client needs the id of a client, and the config has no clients";
  const meant = suggest(id, ids);
  return `no client has the id "${id}"${meant === undefined ? "" : `. Did you mean ${meant}?`}`;
}

/** The headers as a raw list of names and values. Adds a `host` if none is given. @returns undefined when a line has another form */
function parseHeaders(lines: readonly string[]): string[] | undefined {
  const raw: string[] = [];
  let host = false;
  for (const line of lines) {
    const match = HEADER_LINE.exec(line);
    if (match === null) return undefined;
    raw.push(match[1] as string, match[2] as string);
    host ||= match[1]?.toLowerCase() === "host";
  }
  return host ? raw : ["host", "localhost", ...raw];
}
