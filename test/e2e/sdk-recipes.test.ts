// Runs the recipes of docs/clients.md: its configs compile and serve, its curl lines and the samples of the SDKs at hand get an answer.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { expectSilentLogs, TOKEN, UPSTREAM_KEY } from "./sdk-setup.ts";

const run = promisify(execFile);
const GATEWAY = "http://127.0.0.1:8080";

interface Sample {
  readonly section: string;
  readonly language: string;
  readonly code: string;
}

function samplesOf(name: string): Sample[] {
  const page = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  return page.split(/^## /m).flatMap((part) => {
    const section = part.split("\n", 1)[0] ?? "";
    const fences = part.matchAll(/^```(?<language>\w+)\n(?<code>.*?)^```/gms);
    return Array.from(fences, ({ groups }) => ({ section, language: "", code: "", ...groups }));
  });
}

const samples = samplesOf("clients.md");
const inLanguage = (language: string) => samples.filter((sample) => sample.language === language);
const yaml = inLanguage("yaml").map(({ section, code }) => ({ section, code }));
const whole = yaml.find(({ code }) => code.startsWith("listen:"))?.code ?? "";
const routes = yaml.filter(({ code }) => code.startsWith("routes:\n"));
/** The first config with these routes in place of its own. */
const withRoutes = (...lists: string[]) =>
  whole.replace(
    /^routes:\n(?: .*\n)*/m,
    () => `routes:\n${lists.map((list) => list.slice("routes:\n".length)).join("")}`,
  );
const ownRoutes = /^routes:\n(?: .*\n)*/m.exec(whole)?.[0] ?? "";

let mock: Mock;
let gateway: TestGateway;
beforeAll(async () => {
  mock = await startMock({ key: UPSTREAM_KEY, paceMs: 0 });
  const text = withRoutes(ownRoutes, ...routes.map(({ code }) => code))
    .replace("127.0.0.1:8080", "127.0.0.1:0")
    .replaceAll(/base_url: .*/g, `base_url: ${mock.url}`);
  const keys = Object.fromEntries([...text.matchAll(/\$\{(\w+_API_KEY)\}/g)].map(([, name]) => [name, UPSTREAM_KEY]));
  gateway = await startGateway(text, { env: { ...keys, GATEWAY_TOKEN: TOKEN } });
});
afterAll(async () => {
  await gateway.close();
  await mock.close();
  expectSilentLogs({ gateway });
});

const env = () => ({ PATH: process.env["PATH"], GATEWAY_TOKEN: TOKEN });
const atTest = (code: string) => code.replaceAll(GATEWAY, gateway.url);

describe("a config", () => {
  it("is there for each provider", () => {
    expect(whole).not.toBe("");
    expect(routes.map(({ section }) => section)).toEqual(["Azure OpenAI", "Ollama", "vLLM", "OpenRouter"]);
    expect(yaml.length).toBe(routes.length + 1);
  });

  it.each(routes)("for $section compiles without a diagnostic", ({ code }) => {
    const { diagnostics } = compile(sourceFromText("clients.md", withRoutes(code)), {
      env: (name) => `value-of-${name}`,
      readFile: () => ({ ok: false, reason: "no such file" }),
    });
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });
});

describe.concurrent("a sample", () => {
  it.each(inLanguage("sh").filter(({ section }) => section === "curl"))("of curl, $code", async ({ code }) => {
    const { stdout } = await run("sh", ["-c", atTest(code)], { env: env() });
    expect(stdout).toMatch(/^(data|event): /);
    expect(stdout).toContain("Hello");
    expect(stdout).not.toMatch(/"error"/);
  });

  const SDKS = /from "(openai|@anthropic-ai\/sdk)"/;
  it.each(inLanguage("js").filter(({ code }) => SDKS.test(code)))("in JavaScript for $section", async ({ code }) => {
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", atTest(code)], { env: env() });
    expect(stdout).toContain("You said: “Hello”");
  });

  // The dev dependencies do not contain these SDKs, so only the syntax is checked. The page says which versions were tried.
  it.each(inLanguage("js").filter(({ code }) => !SDKS.test(code)))(
    "in JavaScript for $section parses",
    async ({ code }) => {
      const child = run(process.execPath, ["--input-type=module", "--check"]);
      child.child.stdin?.end(code);
      await child;
    },
  );

  it.each(inLanguage("python"))("in Python for $section parses", async ({ code }) => {
    await run("python3", ["-c", "import ast, sys; ast.parse(sys.argv[1])", code]).catch((err) => {
      if (err.code !== "ENOENT") throw err;
    });
  });

  it.each(inLanguage("json"))("in JSON for $section parses", ({ code }) => {
    expect(() => JSON.parse(code)).not.toThrow();
  });
});

it("names only routes that it shows", () => {
  const prefixes = [ownRoutes, ...routes.map(({ code }) => code)].flatMap((list) =>
    Array.from(list.matchAll(/prefix: \/(\w+)/g), ([, prefix]) => prefix),
  );
  const page = readFileSync(new URL("../../docs/clients.md", import.meta.url), "utf8");
  const used = Array.from(page.matchAll(/http:\/\/[\w.]+:8080\/(\w+)/g), ([, prefix]) => prefix);
  // The table of mistakes shows one URL without a prefix.
  expect(new Set(used.filter((prefix) => prefix !== "v1"))).toEqual(new Set(prefixes));
});

it("has the same samples and table rows in Chinese", () => {
  const code = (name: string) =>
    samplesOf(name).map(({ language, code }) => `${language}\n${code.replaceAll(/ # .*$/gm, "")}`);
  expect(code("clients.zh-CN.md")).toEqual(code("clients.md"));
  const count = (name: string, pattern: RegExp) =>
    readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8").match(pattern)?.length;
  for (const pattern of [/^## /gm, /^\| /gm]) {
    expect(count("clients.zh-CN.md", pattern)).toBe(count("clients.md", pattern));
  }
});
