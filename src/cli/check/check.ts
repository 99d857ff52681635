// Runs `check`: compiles each config file and reports every finding. It opens no socket.

import { type CompilerHost, compile, type FileRead, sourceFromBytes, unreadable } from "../../compiler/index.ts";
import { githubReport } from "../report/github.ts";
import { jsonReport } from "../report/json.ts";
import { type FileReport, summarise } from "../report/report.ts";
import { sarifReport } from "../report/sarif.ts";
import { textReport } from "../report/text.ts";
import { understood } from "./understood.ts";

export const CHECK_FORMATS = ["text", "json", "sarif", "github"] as const;

export type CheckFormat = (typeof CHECK_FORMATS)[number];

export interface CheckOptions {
  /** The files, in the order in which they are reported. `-` means standard input. */
  readonly config: readonly string[];
  readonly format: CheckFormat;
  /** A missing environment variable or file is a warning, not an error. */
  readonly allowMissingEnv?: boolean;
  /** Warnings fail the check, too. */
  readonly strict?: boolean;
}

/** What `check` needs of the process. */
export interface CheckIo {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Reads the environment and files, for `${…}` and for the configs themselves. */
  readonly host: CompilerHost;
  /** Reads all of standard input. */
  readStdin(): Promise<FileRead>;
  /** Whether standard output is a terminal that shows colours. */
  readonly color: boolean;
  /** The program's version, for SARIF. */
  readonly version: string;
}

const STDIN = "-";
const STDIN_NAME = "<stdin>";

/**
 * Runs `check`.
 * @returns the exit code: 0 for no errors, 1 for errors (with `strict` also for warnings), 2 for wrong usage or an unreadable file
 */
export async function check(options: CheckOptions, io: CheckIo): Promise<0 | 1 | 2> {
  const { config: files, strict } = options;
  if (files.length === 0 || files.filter((file) => file === STDIN).length > 1) {
    io.stderr(
      files.length === 0 ? "error: --config FILE is missing\n" : "error: standard input can be read only once\n",
    );
    return 2;
  }
  let someUnreadable = false;
  const reports: FileReport[] = [];
  for (const file of files) {
    const read = file === STDIN ? await io.readStdin() : io.host.readFile(file);
    someUnreadable ||= !read.ok;
    reports.push(await reportOf(file === STDIN ? STDIN_NAME : file, read, options, io.host));
  }
  io.stdout(FORMATTERS[options.format](reports, io));
  if (someUnreadable) return 2;
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
  // The tests need the runtime. Loading it takes a fifth of the start-up time, so it is loaded only for a config with tests.
  const runConfigTests = source.text.includes("tests")
    ? (await import("./run-config-tests.ts")).runConfigTests
    : undefined;
  let passed = 0;
  const result = compile(source, host, {
    allowMissingEnv: allowMissingEnv === true,
    ...(runConfigTests && {
      runConfigTests: (blueprint, tests) => {
        passed = tests.length;
        return runConfigTests(blueprint, tests);
      },
    }),
  });
  const { diagnostics } = result;
  // A failed test is an error, so without diagnostics all tests have passed.
  const clean = result.ok && diagnostics.length === 0;
  return { file, diagnostics, ...(clean && { understood: understood(result.value, passed) }) };
}

const FORMATTERS: { readonly [F in CheckFormat]: (reports: readonly FileReport[], io: CheckIo) => string } = {
  text: (reports, { color }) => textReport(reports, { color }),
  json: jsonReport,
  sarif: (reports, { version }) => sarifReport(reports, version),
  github: githubReport,
};
