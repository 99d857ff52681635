// Parses the command line with commander and runs the command. The code of a command is loaded only when it is called.

import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type Io, processIo } from "./io.ts";
import { WORKER_MARK } from "./worker-mark.ts";

const FINE = 0;
const USAGE_ERROR = 2;

/** Runs one command line and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runCommandLine(argv.slice(2), processIo());
}

/**
 * Runs one command line (contract, section 1).
 * @param words the command line after the program's name
 * @returns the exit code: 0 for success, 1 when the config has errors or the command failed, 2 for wrong usage
 */
export async function runCommandLine(words: readonly string[], io: Io): Promise<number> {
  try {
    let exitCode = FINE;
    await program(words, io, (code) => {
      exitCode = code;
    }).parseAsync([...words], { from: "user" });
    return exitCode;
  } catch (err) {
    if (!(err instanceof CommanderError)) throw err;
    return err.exitCode === 0 ? FINE : USAGE_ERROR;
  }
}

type Done = (exitCode: number) => void;

interface BareOptions {
  readonly config?: string;
  readonly install?: true;
  readonly uninstall?: true;
  readonly dryRun?: true;
  readonly root?: string;
}

const BARE_USAGE = `COMMAND [options]
       ai-gw-lite --config FILE       the same as: ai-gw-lite serve FILE
       ai-gw-lite --install | --uninstall [--dry-run] [--root DIR]`;

function program(words: readonly string[], io: Io, done: Done): Command {
  const root = new Command("ai-gw-lite")
    .description("A small self-hosted gateway in front of LLM APIs.")
    .usage(BARE_USAGE)
    .version(io.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .option("--config <file>", "serve this config file")
    .addOption(
      new Option("--install", "set up the systemd service (Linux, as root), or update it").conflicts([
        "uninstall",
        "config",
      ]),
    )
    .addOption(
      new Option("--uninstall", "stop and remove the service; config and env file are kept").conflicts("config"),
    )
    .option("--dry-run", "with --install or --uninstall: show what would be done, but do nothing")
    .option(
      "--root <dir>",
      "with --install or --uninstall: work below this folder and do not call systemd, for package tools",
    )
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows all commands and options)")
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) })
    .exitOverride();
  root.hook("preSubcommand", (_root, command) => refuseEarlyOptions(root, command.name()));
  const [first = "-"] = words;
  if (first.startsWith("-")) {
    // Only where no command is named: with an action of its own, the root would take a misspelt command for an argument.
    root.action(async (options: BareOptions) => done(await runBare(root, options, io)));
  } else if (/\.(ya?ml|json)$/.test(first)) {
    root.error(`error: '${first}' is not a command. To serve this file: ai-gw-lite serve ${first}`);
  }
  addServe(root, io, done);
  addCheck(root, io, done);
  addExplain(root, io, done);
  addToken(root, io, done);
  addHealthcheck(root, io, done);
  addDemo(root, io, done);
  addSchema(root, io);
  addUsage(root, io, done);
  return root;
}

/** Options before a command would be ignored without a word. */
function refuseEarlyOptions(root: Command, command: string): void {
  const early = root.options.find((option) => root.getOptionValueSource(option.attributeName()) === "cli");
  if (early !== undefined) root.error(`error: ${early.long} must come after the command '${command}'`);
}

/** Runs what is written without a command: the set-up options, the bare `--config`, or nothing at all, which prints the help. */
async function runBare(root: Command, options: BareOptions, io: Io): Promise<number> {
  const { config, install: installs, uninstall, dryRun, root: folder } = options;
  if (installs !== undefined || uninstall !== undefined) {
    const { install } = await import("./install/install.ts");
    const kind = uninstall === true ? "uninstall" : "install";
    return install({ kind, dryRun: dryRun === true, root: folder }, io);
  }
  if (dryRun !== undefined || folder !== undefined) {
    root.error(`error: ${dryRun === undefined ? "--root" : "--dry-run"} needs --install or --uninstall`);
  }
  if (config === undefined) {
    root.outputHelp();
    return FINE;
  }
  return runServe({ config }, io);
}

/** Serves, or does the part of a worker: its primary has started it with the same command line. */
async function runServe(options: { readonly config: string }, io: Io): Promise<number> {
  if (io.host.env(WORKER_MARK) !== undefined) {
    const { serveAsWorker } = await import("./serve/workers/worker.ts");
    return serveAsWorker(io);
  }
  const { serve } = await import("./serve/serve.ts");
  return serve(options, io);
}

const CONFIG_OPTION = "--config <file>";

function addServe(root: Command, io: Io, done: Done): void {
  root
    .command("serve")
    .description("compile the config, then serve")
    .argument("[file]", "the config file")
    .option(CONFIG_OPTION, "another way to give the config file", collect)
    .action(async (file: string | undefined, { config }: { config?: string[] }, command: Command) => {
      done(await runServe({ config: oneFile(command, file, config) }, io));
    });
}

function addCheck(root: Command, io: Io, done: Done): void {
  root
    .command("check")
    .description("compile the config and print every diagnostic")
    .argument("[files...]", "config files; - is standard input")
    .option(CONFIG_OPTION, "another way to give a config file; may be given several times", collect)
    .addOption(
      new Option("--format <format>", "output format").choices(["text", "json", "sarif", "github"]).default("text"),
    )
    .option(
      "--allow-missing-env",
      "report a missing environment variable or file as a warning, to check without the secrets",
    )
    .option("--strict", "exit with 1 for warnings, too")
    .action(async (files: string[], options, command: Command) => {
      const config = [...files, ...(options.config ?? [])];
      if (config.length === 0) missingFile(command);
      const { check } = await import("./check/check.ts");
      done(await check({ ...options, config }, io));
    });
}

function addExplain(root: Command, io: Io, done: Done): void {
  root
    .command("explain")
    .description("show what the gateway would do with one request; sends nothing")
    .argument("[file]", "the config file; - is standard input")
    .option(CONFIG_OPTION, "another way to give the config file", collect)
    .option("--method <method>", "the request's method", "POST")
    .option("--path <path>", "the request's path, query included")
    .option("--header <header>", "a header, 'Name: value'; may be given several times", collect)
    .option("--model <model>", "the model that the request's body names")
    .option("--client <id>", "make the request as this client of the config; it needs no token then")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .action(async (file: string | undefined, options, command: Command) => {
      const config = oneFile(command, file, options.config);
      if (options.path === undefined) command.error("error: --path is missing, such as --path /openai/v1/models");
      const { explain } = await import("./explain/explain.ts");
      done(await explain({ header: [], ...options, config }, io));
    });
}

function addToken(root: Command, io: Io, done: Done): void {
  root
    .command("token")
    .description("make a gateway token, and print it with its sha256 form and its label")
    .option("--hash <token>", "hash this token instead of making one; - reads it from standard input")
    .action(async ({ hash }: { hash?: string }) => {
      const { token } = await import("./token/token.ts");
      done(await token({ hash }, io));
    });
}

function addHealthcheck(root: Command, io: Io, done: Done): void {
  root
    .command("healthcheck")
    .description("ask /healthz at the address in the config, and exit with 0 or 1; for containers")
    .argument("[file]", "the config file")
    .option(CONFIG_OPTION, "another way to give the config file", collect)
    .option("--allow-loopback", "accept a loopback address in a container: for a sidecar, or the host's network")
    .action(async (file: string | undefined, options, command: Command) => {
      const { healthcheck } = await import("./health/healthcheck.ts");
      done(await healthcheck({ ...options, config: oneFile(command, file, options.config) }, io));
    });
}

function addDemo(root: Command, io: Io, done: Done): void {
  root
    .command("demo")
    .description("run a mock provider and a gateway in front of it, to try it out")
    .addOption(new Option("--port <n>", "the gateway's port; 0 takes a free one").argParser(portNumber))
    .action(async ({ port }: { port?: number }) => {
      const { demo } = await import("./demo/demo.ts");
      done(await demo(port === undefined ? {} : { port }, io));
    });
}

function addSchema(root: Command, io: Io): void {
  root
    .command("schema")
    .description("print the JSON Schema of the config")
    .action(() => {
      io.stdout(readFileSync(new URL("../../schema/config.schema.json", import.meta.url), "utf8"));
    });
}

function addUsage(root: Command, io: Io, done: Done): void {
  root
    .command("usage")
    .description("sum the ledger: requests, tokens and costs")
    .requiredOption("--dir <dir>", "the folder of the ledger: usage.ledger.dir of the config")
    .option("--since <time>", "only requests admitted at this time or later: an RFC 3339 time, or a date (UTC)")
    .option("--until <time>", "only requests admitted before this time")
    .option(
      "--by <groups>",
      "one row for each client, route, upstream, model, day or hour; separate several with commas",
    )
    .addOption(
      new Option("--format <format>", "output format").choices(["table", "csv", "json", "focus"]).default("table"),
    )
    .action(async (options) => {
      const { usage } = await import("./usage/usage.ts");
      done(await usage(options, io));
    });
}

/** The one config file of a command, given as its first word or by `--config`. */
function oneFile(command: Command, word: string | undefined, options: readonly string[] = []): string {
  const [file, another] = word === undefined ? options : [word, ...options];
  if (file === undefined) missingFile(command);
  if (another !== undefined) command.error(`error: only one config file can be given: '${file}' or '${another}'`);
  return file;
}

function missingFile(command: Command): never {
  return command.error(`error: the config file is missing: ai-gw-lite ${command.name()} FILE`);
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError("not a port (0 to 65535)");
}
