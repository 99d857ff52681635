// Runs every block that the demo prints for pasting, exactly as it is printed.

import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demo } from "../../src/cli/demo/demo.ts";
import { demoConfig } from "../../src/cli/demo/demo-config.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { speak } from "../../src/mock/speech.ts";

const run = promisify(execFile);

interface Written {
  readonly io: Parameters<typeof demo>[1];
  readonly out: string[];
  readonly err: string[];
  /** Resolves with the first text on standard output. */
  readonly first: Promise<string>;
}

function writtenIo(): Written {
  const out: string[] = [];
  const err: string[] = [];
  let resolve: (text: string) => void;
  const first = new Promise<string>((done) => {
    resolve = done;
  });
  const io = {
    stdout(text: string) {
      out.push(text);
      resolve(text);
    },
    stderr: (text: string) => void err.push(text),
  };
  return { io, out, err, first };
}

/** Lines are in the ledger within a second. */
const POLL = { timeout: 5000 };

const BUDGET_TITLE = "A client with a budget of 20,000 tokens per day: it gets 429 when too few are left";

const written = writtenIo();
let stop: () => void;
let ended: Promise<number>;
let page: string;
const fact = (name: string) => new RegExp(`^ *${name} +(\\S+)`, "m").exec(page)?.[1] ?? "";
/** The lines under a title. */
const block = (title: string) => {
  const [, lines] = page.split(`# ${title}\n`);
  return lines?.split("\n\n")[0] ?? "";
};

beforeAll(async () => {
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  ended = demo({ port: 0 }, written.io, stopped);
  page = await Promise.race([written.first, ended.then((code) => `ended ${code}: ${written.err.join("")}`)]);
});
afterAll(async () => {
  stop();
  expect(await ended).toBe(0);
  await expect(fetch(fact("gateway"))).rejects.toThrow();
  await expect(fetch(fact("provider"))).rejects.toThrow();
});

const spoken = speak("Hello");
const shell = (title: string) => run("sh", ["-c", block(title)]);
const node = (title: string) => run(process.execPath, ["--input-type=module", "-e", block(title)]);

describe.concurrent("the pasted lines", () => {
  it("curl, streamed", async () => {
    const { stdout } = await shell("A chat, streamed");
    const data = stdout.trimEnd().split("\n\n");
    expect(data.at(-1)).toBe("data: [DONE]");
    const texts = data.slice(0, -1).map((line) => JSON.parse(line.slice("data: ".length)).choices[0].delta.content);
    expect(texts.join("")).toBe(spoken.text);
  });

  it("curl, JSON", async () => {
    const { stdout } = await shell("The same as JSON");
    expect(JSON.parse(stdout).choices[0].message.content).toBe(spoken.text);
  });

  it("curl, what the provider saw", async () => {
    const { stdout } = await shell("What the provider saw: its own key, never your token");
    const { authorization } = JSON.parse(stdout).headers;
    expect(authorization).toMatch(/^Bearer sk-mock-\*\*\*$/);
    expect(fact("its key")).toContain("sk-mock-");
    expect(stdout).not.toContain(fact("token").slice(0, 12));
  });

  it("curl, usage told in an odd way", async () => {
    const { stdout } = await shell(
      "Usage reported in an unusual way: cached input, reasoning, and a running total in each event",
    );
    const chunks = stdout.trimEnd().split("\n\n").slice(0, -1);
    const counts = chunks.map((line) => JSON.parse(line.slice("data: ".length)).usage);
    expect(counts.at(-1)).toMatchObject({ prompt_tokens: 2000, completion_tokens: 200 + spoken.pieces.length });
    expect(counts.every((usage) => usage.prompt_tokens_details.cached_tokens === 1500)).toBe(true);
  });

  it("curl, the mock's books", async () => {
    const { stdout } = await shell("What the mock provider has billed");
    expect(JSON.parse(stdout)).toHaveProperty("by_model");
    expect(stdout).not.toContain(fact("its key"));
  });

  it("curl, without the token", async () => {
    const { stdout } = await shell("Without the token");
    expect(stdout).toMatch(/^HTTP\/1\.1 401 /);
    expect(stdout).toContain('"code":"unauthorized"');
  });

  it("curl, Gemini", async () => {
    const { stdout } = await shell("Gemini with curl, streamed");
    const chunks = stdout.trimEnd().split("\n\n");
    const texts = chunks.map((line) => JSON.parse(line.slice("data: ".length)).candidates[0].content.parts[0].text);
    expect(texts.join("")).toBe(spoken.text);
  });

  // The agents are too large for a test, so programs of the same names tell how they were called. docs/clients.md says which
  // versions of the real ones were tried.
  it.each([
    ["Codex", "codex", { DEMO_TOKEN: "TOKEN" }, 'base_url="GATEWAY/openai/v1", env_key="DEMO_TOKEN"'],
    [
      "Codex over WebSocket",
      "codex",
      { DEMO_TOKEN: "TOKEN" },
      'base_url="GATEWAY/openai/v1", env_key="DEMO_TOKEN", supports_websockets=true',
    ],
    ["Claude Code", "claude", { ANTHROPIC_BASE_URL: "GATEWAY/anthropic", ANTHROPIC_AUTH_TOKEN: "TOKEN" }, "-p Hello"],
    ["Gemini CLI", "gemini", { GOOGLE_GEMINI_BASE_URL: "GATEWAY/gemini", GEMINI_API_KEY: "TOKEN" }, "-p Hello"],
  ])("%s gets the gateway's URL and token", async (title, program, variables, args) => {
    const folder = await mkdtemp(join(tmpdir(), "ai-gw-lite-"));
    const filled = (text: string) => text.replace("TOKEN", fact("token")).replace("GATEWAY", fact("gateway"));
    try {
      await writeFile(join(folder, program), '#!/bin/sh\necho "$@"\nenv\n');
      await chmod(join(folder, program), 0o755);
      const env = { PATH: `${folder}:${process.env["PATH"]}` };
      const { stdout } = await run("sh", ["-c", block(title)], { env });
      expect(stdout).toContain(args.replace("GATEWAY", fact("gateway")));
      for (const [name, value] of Object.entries(variables)) expect(stdout).toContain(`\n${name}=${filled(value)}\n`);
      if (program === "gemini") {
        const home = /^GEMINI_CLI_HOME=(.*)$/m.exec(stdout)?.[1] ?? "";
        expect(JSON.parse(await readFile(join(home, ".gemini/settings.json"), "utf8"))).toEqual({
          security: { auth: { selectedType: "gemini-api-key" } },
        });
        await rm(home, { recursive: true });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const OURS = [
    "OpenAI SDK, JavaScript",
    "OpenAI's Realtime API over WebSocket, JavaScript",
    "Anthropic SDK, JavaScript",
  ];
  it.each(OURS)("%s", async (title) => {
    expect((await node(title)).stdout).toBe(spoken.text);
  });

  it("Google's SDK, JavaScript, is JavaScript with the token in it", async () => {
    const code = block("Google Gen AI SDK, JavaScript");
    expect(code).toContain(`apiKey: "${fact("token")}", httpOptions: { baseUrl: "${fact("gateway")}/gemini" }`);
    // The dev dependencies do not contain this SDK, so only the syntax is checked.
    const folder = await mkdtemp(join(tmpdir(), "ai-gw-lite-"));
    await writeFile(join(folder, "a.mjs"), code);
    await run(process.execPath, ["--check", join(folder, "a.mjs")]).finally(() => rm(folder, { recursive: true }));
  });

  it.each(["OpenAI SDK, Python", "Anthropic SDK, Python", "Google Gen AI SDK, Python"])(
    "%s is Python with the token in it",
    async (title) => {
      const code = block(title);
      expect(code).toContain(`api_key="${fact("token")}"`);
      expect(code).toContain(`"${fact("gateway")}/`);
      // The dev dependencies contain no Python SDK, so only the syntax is checked.
      await run("python3", ["-c", "import ast, sys; ast.parse(sys.argv[1])", code]).catch((err) => {
        if (err.code !== "ENOENT") throw err;
      });
    },
  );

  it("curl, a client with a budget", async () => {
    const { stdout } = await run("bash", ["-c", block(BUDGET_TITLE)]);
    expect(stdout.trim()).toMatch(/^200 200 200( 200)? 429( 429)*$/);
  });

  it("curl, what was used", async () => {
    const { stdout } = await run("bash", ["-c", block("What was used since yesterday, by client")]);
    const { data } = JSON.parse(stdout) as { data: { results: { client: string; output_tokens: number }[] }[] };
    const clients = data.flatMap(({ results }) => results.map(({ client }) => client));
    expect(clients).toContain("team-b");
  });

  it("meters a streamed chat whose client does not ask for its usage", async ({ expect }) => {
    await shell("A chat, streamed");
    await expect
      .poll(async () => {
        const folder = fact("ledger");
        const files = (await readdir(folder)).filter((name) => name.endsWith(".jsonl"));
        const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
        const lines = texts.join("").trimEnd().split("\n");
        const entries = lines.map((line) => JSON.parse(line || "{}"));
        return entries.find(({ route, stream, input_tokens: input }) => route === "openai" && stream && input === 2);
      }, POLL)
      .toMatchObject({ usage: "reported", model: "mock-1" });
    expect(page).toContain(`ai-gw-lite usage --dir ${fact("ledger")} --by client,model\n`);
  });

  it("curl, the mock's own page", async () => {
    const { stdout } = await run("curl", ["-sS", `${fact("provider")}/`]);
    expect(stdout).toContain("x-mock-pace-ms");
  });
});

it("runs a config for which check reports nothing", () => {
  const source = sourceFromText("demo.yaml", demoConfig(8787, "http://127.0.0.1:1", "/tmp/ledger"));
  const { diagnostics } = compile(source, {
    env: (name) => `value-of-${name}`,
    readFile: () => ({ ok: false, reason: "none" }),
  });
  expect(diagnostics).toEqual([]);
});

it("logs to standard error, never the token or the key", () => {
  const log = written.err.join("");
  expect(log).toContain('"msg":"listening"');
  expect(log).not.toContain(fact("token"));
  expect(log).not.toContain(fact("its key"));
});

it("ends with 1 and says why when the port is in use", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { io, out, err } = writtenIo();
  expect(await demo({ port: (taken.address() as AddressInfo).port }, io, new Promise(() => {}))).toBe(1);
  expect(err.join("")).toContain("EADDRINUSE");
  expect(out).toEqual([]);
  taken.close();
});
