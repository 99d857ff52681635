// Parses the command line with commander and runs the command. The code of a command is loaded only when it is called.

import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { processIo, version } from "./io.ts";

const USAGE_ERROR = 2;

/** Options that are written instead of a command. */
const SETUP_OPTIONS: readonly string[] = ["--install", "--uninstall"];

/**
 * Runs one command line and sets the exit code (contract, section 1): 0 for success, 1 when the config has errors or the command
 * failed, 2 for wrong usage.
 *
 * `--install` and `--uninstall` are looked up here, before commander parses, because they can't be options of the root command:
 * where a default command exists (`serve`), commander runs it and never the root's own action.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const namesCommand = !(argv[2] ?? "").startsWith("-");
    const isSetup = !namesCommand && SETUP_OPTIONS.some((option) => argv.includes(option, 2));
    await (isSetup ? setupProgram() : program()).parseAsync([...argv]);
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
      "\nTo set up a systemd service (Linux, as root): --install or --uninstall. Add --dry-run to only show the steps.",
    )
    .exitOverride();
  addServe(root);
  addCheck(root);
  addExplain(root);
  addDemo(root);
  addSchema(root);
  return root;
}

/** Parses `--install` and `--uninstall` with the options that belong to them. */
function setupProgram(): Command {
  return new Command("ai-gw-lite")
    .description("Sets up the gateway as a systemd service, or removes that service.")
    .addOption(
      new Option("--install", "create or update the service; an existing config and env file are kept").conflicts(
        "uninstall",
      ),
    )
    .option("--uninstall", "stop and remove the service; config and env file are kept")
    .option("--dry-run", "show what would be done, but do nothing", false)
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
    .description("compile the config and print every diagnostic")
    .requiredOption("--config <file>", "a config file; may be given several times", collect, [])
    .addOption(
      new Option("--format <format>", "output format").choices(["text", "json", "sarif", "github"]).default("text"),
    )
    .option(
      "--allow-missing-env",
      "report a missing environment variable or file as a warning, to check without the secrets",
      false,
    )
    .option("--strict", "exit with 1 for warnings, too", false)
    .action(async (options) => {
      const { check } = await import("./check/check.ts");
      process.exitCode = await check(options, processIo());
    });
}

function addExplain(root: Command): void {
  root
    .command("explain")
    .description("show what the gateway would do with one request; sends nothing")
    .requiredOption("--config <file>", "the config file")
    .requiredOption("--method <method>", "the request's method")
    .requiredOption("--path <path>", "the request's path, query included")
    .option("--header <header>", "a header, 'Name: value'; may be given several times", collect, [])
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .action(async (options) => {
      const { explain } = await import("./explain/explain.ts");
      process.exitCode = await explain(options, processIo());
    });
}

function addDemo(root: Command): void {
  root
    .command("demo")
    .description("run a mock provider and a gateway in front of it, to try it out")
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
