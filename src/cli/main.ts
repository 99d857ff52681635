// What was asked on the command line? Commander's door. Each command's code is loaded only when it is called.

import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { processIo } from "./io.ts";
import { version } from "./version.ts";

const USAGE_ERROR = 2;

/** Runs one command line; sets the exit code (spec section 1): 0 fine, 1 config or serving failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
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
    .exitOverride();
  addServe(root);
  addCheck(root);
  addExplain(root);
  addDemo(root);
  addSchema(root);
  return root;
}

function addServe(root: Command): void {
  root
    .command("serve", { isDefault: true })
    .description("compile the config, then serve")
    .requiredOption("--config <file>", "the config file")
    .action(async ({ config }: { config: string }) => {
      const { serve } = await import("./serve.ts");
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
      const { check } = await import("./check.ts");
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
      const { explain } = await import("./explain.ts");
      process.exitCode = await explain(options, processIo());
    });
}

function addDemo(root: Command): void {
  root
    .command("demo")
    .description("a mock provider and a gateway in front of it, ready to be tried")
    .addOption(new Option("--port <n>", "the gateway's port; 0 takes a free one").argParser(portNumber))
    .action(async ({ port }: { port?: number }) => {
      const { demo } = await import("./demo.ts");
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
