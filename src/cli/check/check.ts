// Is a config fit to be served? Compiles each file, reports every finding, opens nothing.

import { type CompilerHost, compile, type FileRead, sourceFromBytes, unreadable } from "../../compiler/index.ts";
import { githubReport } from "../report/github.ts";
import { jsonReport } from "../report/json.ts";
import { type FileReport, summarise } from "../report/report.ts";
import { sarifReport } from "../report/sarif.ts";
import { textReport } from "../report/text.ts";

export const CHECK_FORMATS = ["text", "json", "sarif", "github"] as const;

export type CheckFormat = (typeof CHECK_FORMATS)[number];

export interface CheckOptions {
  /** Files, in the order they are reported; `-` is standard input. */
  readonly config: readonly string[];
  readonly format: CheckFormat;
  /** A missing variable is a warning. */
  readonly allowMissingEnv?: boolean;
  /** Warnings fail the check. */
  readonly strict?: boolean;
}

/** What `check` touches of the process. */
export interface CheckIo {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Environment and files, for `${…}` and the configs themselves. */
  readonly host: CompilerHost;
  /** All of standard input. */
  readStdin(): Promise<FileRead>;
  /** Whether standard output is a terminal that takes colours. */
  readonly color: boolean;
  /** The program's version, for SARIF. */
  readonly version: string;
}

const STDIN = "-";
const STDIN_NAME = "<stdin>";

/** Runs `check`. @returns the exit code: 0 fine, 1 findings that count, 2 wrong usage or an unreadable file */
export async function check(options: CheckOptions, io: CheckIo): Promise<0 | 1 | 2> {
  const { config: files, strict } = options;
  if (files.length === 0 || files.filter((file) => file === STDIN).length > 1) {
    io.stderr(
      files.length === 0 ? "error: --config FILE is missing\n" : "error: standard input can be read only once\n",
    );
    return 2;
  }
  let unread = false;
  const reports: FileReport[] = [];
  for (const file of files) {
    const read = file === STDIN ? await io.readStdin() : io.host.readFile(file);
    unread ||= !read.ok;
    reports.push(await reportOf(file === STDIN ? STDIN_NAME : file, read, options, io.host));
  }
  io.stdout(FORMATTERS[options.format](reports, io));
  if (unread) return 2;
  const { errors, warnings } = summarise(reports);
  return errors > 0 || (strict === true && warnings > 0) ? 1 : 0;
}

async function reportOf(
  file: string,
  read: FileRead,
  { allowMissingEnv }: CheckOptions,
  host: CompilerHost,
): Promise<FileReport> {
  if (!read.ok) return { file, diagnostics: [unreadable(read.reason)] };
  const source = sourceFromBytes(file, read.bytes);
  // The dry run brings the runtime with it, a fifth of the whole start: only a config that has tests pays for it.
  const prove = source.text.includes("tests") ? (await import("./run-config-tests.ts")).runConfigTests : undefined;
  const { diagnostics } = compile(source, host, {
    allowMissingEnv: allowMissingEnv === true,
    ...(prove && { runConfigTests: prove }),
  });
  return { file, diagnostics };
}

const FORMATTERS: { readonly [F in CheckFormat]: (reports: readonly FileReport[], io: CheckIo) => string } = {
  text: (reports, { color }) => textReport(reports, { color }),
  json: jsonReport,
  sarif: (reports, { version }) => sarifReport(reports, version),
  github: githubReport,
};
