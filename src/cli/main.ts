// What was asked on the command line? Commander's door. Each command's code is loaded only when it is called.

import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { processIo } from "./io.ts";
import { version } from "./version.ts";

const USAGE_ERROR = 2;

/** Options that stand where a command stands. */
const SET_UP: readonly string[] = ["--install", "--uninstall"];

/** Runs one command line; sets the exit code (contract, section 1): 0 fine, 1 config or serving failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const asked = argv[2] ?? "";
    const setsUp = asked.startsWith("-") && SET_UP.some((option) => argv.includes(option, 2));
    await (setsUp ? setUp() : program()).parseAsync([...argv]);
  } catch (err) {
    if (!(err instanceof CommanderError)) throw err;
    process.exitCode = err.exitCode === 0 ? 0 : USAGE_ERROR;
  }
}

function program(): Command {
  const root = new Command("ai-gw-lite")
    .description("A small self-hosted gateway in front of LLM APIs.")
    .version(version())
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nAs a systemd service (Linux, root): --install, --uninstall; with --dry-run only told, not done.",
    )
    .exitOverride();
  addServe(root);
  addCheck(root);
  addExplain(root);
  addDemo(root);
  addSchema(root);
  return root;
}

/** `--install` and `--uninstall`, with the options that go with them. */
function setUp(): Command {
  return new Command("ai-gw-lite")
    .description("Sets the gateway up as a systemd service, or takes that back.")
    .addOption(
      new Option("--install", "make or update the service; config and env file are kept").conflicts("uninstall"),
    )
    .option("--uninstall", "stop and remove the service; config and env file are kept")
    .option("--dry-run", "say what would be done, do nothing", false)
    .option("--root <dir>", "work below this folder and leave systemd alone, as package tools do")
    .exitOverride()
    .action(async ({ uninstall, dryRun, root }: { uninstall?: boolean; dryRun: boolean; root?: string }) => {
      const { install } = await import("./install/install.ts");
      const kind = uninstall === true ? "uninstall" : "install";
      process.exitCode = install({ kind, dryRun, root }, processIo());
    });
}

function addServe(root: Command): void {
  root
    .command("serve", { isDefault: true })
    .description("compile the config, then serve")
    .requiredOption("--config <file>", "the config file")
    .action(async ({ config }: { config: string }) => {
      const { serve } = await import("./serve/serve.ts");
      process.exitCode = await serve({ config }, processIo());
    });
}

function addCheck(root: Command): void {
  root
    .command("check")
    .description("compile only, print every diagnostic")
    .requiredOption("--config <file>", "a config file; may be given several times", collect, [])
    .addOption(
      new Option("--format <form>", "how to print").choices(["text", "json", "sarif", "github"]).default("text"),
    )
    .option("--allow-missing-env", "a missing environment variable is a warning, for linting without secrets", false)
    .option("--strict", "warnings fail too", false)
    .action(async (options) => {
      const { check } = await import("./check/check.ts");
      process.exitCode = await check(options, processIo());
    });
}

function addExplain(root: Command): void {
  root
    .command("explain")
    .description("dry run of one request through the compiled plan; sends nothing")
    .requiredOption("--config <file>", "the config file")
    .requiredOption("--method <method>", "the request's method")
    .requiredOption("--path <path>", "the request's path, query included")
    .option("--header <header>", "a header, 'Name: value'; may be given several times", collect, [])
    .addOption(new Option("--format <form>", "how to print").choices(["text", "json"]).default("text"))
    .action(async (options) => {
      const { explain } = await import("./explain/explain.ts");
      process.exitCode = await explain(options, processIo());
    });
}

function addDemo(root: Command): void {
  root
    .command("demo")
    .description("a mock provider and a gateway in front of it, ready to be tried")
    .addOption(new Option("--port <n>", "the gateway's port; 0 takes a free one").argParser(portNumber))
    .action(async ({ port }: { port?: number }) => {
      const { demo } = await import("./demo/demo.ts");
      process.exitCode = await demo(port === undefined ? {} : { port }, processIo());
    });
}

function addSchema(root: Command): void {
  root
    .command("schema")
    .description("print the JSON Schema of the config")
    .action(() => {
      process.stdout.write(readFileSync(new URL("../../schema/config.schema.json", import.meta.url)));
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError("not a port (0 to 65535)");
}
