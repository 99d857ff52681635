// Tests the command line itself: where the config file may stand, which error a misspelt word gets, and what the help names.

import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import { recordingIo } from "./recording-io.ts";

// The real one would handle the signals of the test's own process from then on.
vi.mock("../../src/cli/serve/serve.ts", () => ({
  serve: async ({ config }: { config: string }, io: Io) => {
    io.stdout(`serves ${config}`);
    return 1;
  },
}));

const CONFIG = `
listen: 127.0.0.1:8080
gateway_auth: {tokens: ["\${TOKEN}"]}
routes: [{id: all, prefix: /, upstream: {base_url: "http://127.0.0.1:9"}}]
`;

/** Runs a command line: a text that is split at its spaces, or its words. */
async function run(line: string | readonly string[], stdin?: string) {
  const env = { TOKEN: "canary-token-0001" };
  const files = { "a.yaml": CONFIG, "b.yaml": CONFIG };
  const { io, printed } = recordingIo({ files, env, ...(stdin !== undefined && { stdin }) });
  const words = typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line;
  const code = await runCommandLine(words, io);
  return { code, ...printed };
}

describe("the config file", () => {
  const OK = "ok: 1 route, 1 token, listens on 127.0.0.1:8080\n";

  test.each([
    ["check a.yaml", OK],
    ["check --config a.yaml", OK],
    ["check a.yaml b.yaml", `a.yaml: ${OK}b.yaml: ${OK}`],
    ["check a.yaml --config b.yaml", `a.yaml: ${OK}b.yaml: ${OK}`],
    ["check --config a.yaml --config b.yaml", `a.yaml: ${OK}b.yaml: ${OK}`],
    ["check --strict a.yaml", OK],
  ])("may be a word or an option: %s", async (line, out) => {
    expect(await run(line)).toEqual({ code: 0, out, err: "" });
  });

  test("may be standard input", async () => {
    expect(await run("check -", CONFIG)).toEqual({ code: 0, out: OK, err: "" });
  });

  test.each(["serve a.yaml", "serve --config a.yaml", "--config a.yaml", "--config=a.yaml"])(
    "of %s, whose exit code is passed on",
    async (line) => {
      expect(await run(line)).toEqual({ code: 1, out: "serves a.yaml", err: "" });
    },
  );

  test.each(["explain a.yaml --path /x", "explain --config a.yaml --path /x", "explain --path /x a.yaml"])(
    "of %s, too",
    async (line) => {
      const { code, out } = await run(line);
      expect({ code, out: out.slice(0, 40) }).toMatchObject({ code: 0, out: expect.stringContaining("all (/)") });
    },
  );

  test.each([
    ["serve", 2, "the config file is missing: ai-gw-lite serve FILE"],
    ["check", 2, "the config file is missing: ai-gw-lite check FILE"],
    ["explain --path /x", 2, "the config file is missing: ai-gw-lite explain FILE"],
    ["serve a.yaml --config b.yaml", 2, "only one config file can be given: 'a.yaml' or 'b.yaml'"],
    ["serve --config a.yaml --config b.yaml", 2, "only one config file can be given"],
    ["serve a.yaml b.yaml", 2, "too many arguments for 'serve'"],
    ["a.yaml", 2, "'a.yaml' is not a command. To serve this file: ai-gw-lite serve a.yaml"],
    ["--config a.yaml check", 2, "--config must come after the command 'check'"],
    ["explain a.yaml", 2, "--path is missing"],
  ])("%s: exit code %i", async (line, code, err) => {
    const ran = await run(line);
    expect(ran).toMatchObject({ code, out: "" });
    expect(ran.err).toContain(err);
  });
});

test.each([
  ["chek a.yaml", "unknown command 'chek'\n(Did you mean check?)"],
  ["chek --config a.yaml", "unknown command 'chek'\n(Did you mean check?)"],
  ["serv", "unknown command 'serv'\n(Did you mean serve?)"],
  ["helthcheck a.yaml", "(Did you mean healthcheck?)"],
  ["serve --confg a.yaml", "unknown option '--confg'\n(Did you mean --config?)"],
  ["check --confg a.yaml", "(Did you mean --config?)"],
  ["--confg a.yaml", "(Did you mean --config?)"],
  ["--instal", "(Did you mean --install?)"],
  ["explain a.yaml --pth /x", "(Did you mean --path?)"],
  ["token --hsh x", "(Did you mean --hash?)"],
  ["check a.yaml --format txt", "Allowed choices are text, json, sarif, github"],
  ["--dry-run", "--dry-run needs --install or --uninstall"],
  ["--root /x", "--root needs --install or --uninstall"],
  ["--install --uninstall", "cannot be used with"],
  ["--install --config a.yaml", "cannot be used with"],
  ["--config a.yaml --dry-run", "--dry-run needs --install or --uninstall"],
])("the error suggests what was meant: %s", async (line, says) => {
  const { code, out, err } = await run(line);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(says);
  expect(err).toContain("--help shows all commands and options");
});

describe("the help", () => {
  test.each(["", "--help", "-h", "help"])("names everything: '%s'", async (line) => {
    const { code, out, err } = await run(line);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const names = ["serve", "check", "explain", "token", "healthcheck", "demo", "schema", "usage"];
    for (const name of names) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
    for (const option of [
      "--config <file>",
      "--install ",
      "--uninstall ",
      "--dry-run ",
      "--root <dir>",
      "--version ",
    ]) {
      expect(out).toMatch(new RegExp(`^  (-., )?${option}`, "m"));
    }
    expect(out).toContain("ai-gw-lite --config FILE       the same as: ai-gw-lite serve FILE");
  });

  test.each(["check --help", "help check"])("of one command: %s", async (line) => {
    const { code, out } = await run(line);
    expect(code).toBe(0);
    expect(out).toContain("Usage: ai-gw-lite check [options] [files...]");
  });
});

test("--version prints the version", async () => {
  expect(await run("--version")).toEqual({ code: 0, out: "1.2.3\n", err: "" });
});

test("schema prints the file's own bytes", async () => {
  const schema = readFileSync(new URL("../../schema/config.schema.json", import.meta.url), "utf8");
  expect(await run("schema")).toEqual({ code: 0, out: schema, err: "" });
});

test("explain uses POST by default, and any other method as it is written", async () => {
  const explained = async (...method: string[]) => {
    const header = "authorization: Bearer canary-token-0001";
    const { out } = await run(["explain", "a.yaml", "--path", "/x", "--header", header, "--format", "json", ...method]);
    return JSON.parse(out);
  };
  expect((await explained()).upstream.method).toBe("POST");
  expect((await explained("--method", "GET")).upstream.method).toBe("GET");
  const refused = [{ step: "message", verdict: "refuse", detail: "bad_request" }];
  expect((await explained("--method", "get")).steps).toEqual(refused);
});
