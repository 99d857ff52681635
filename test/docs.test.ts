// Checks the docs against the code: samples compile, links have targets, and both READMEs have the same content.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../src/cli/main.ts";
import { compile, sourceFromText } from "../src/compiler/index.ts";
import { ERROR_REPLIES } from "../src/plan/replies.ts";
import { STEP_ORDER } from "../src/plan/steps.ts";
import { recordingIo } from "./cli/recording-io.ts";
import { makePair } from "./support/certificates.ts";

const ROOT = resolve(import.meta.dirname, "..");
const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const READMES = ["README.md", "README.zh-CN.md"];
const text = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** The contents of the certificate and key files that samples name, by file extension. */
const pair = await makePair();
const FILES: Readonly<Record<string, string>> = { ".crt": pair.cert, ".pem": pair.cert, ".key": pair.key };

/** The fenced blocks of a page in one language. */
function blocks(page: string, language: string): string[] {
  return [...text(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    (match) => match[1] ?? "",
  );
}

/** Samples that are whole configs. The pages on diagnostics also show wrong ones, and another test checks those. */
const samples = pages
  .filter((page) => !page.startsWith("docs/diagnostics"))
  .flatMap((page) => blocks(page, "yaml").map((yaml, i) => ({ page, number: i + 1, yaml })))
  .filter(({ yaml }) => /^listen:/m.test(yaml) && /^routes:/m.test(yaml));

describe("in the docs,", () => {
  it.each(samples)("sample $number of $page compiles without a diagnostic", ({ page, yaml }) => {
    const { diagnostics } = compile(sourceFromText(page, yaml), {
      env: (name) => `value-of-${name}`,
      readFile: (path) => ({ ok: true, bytes: Buffer.from(FILES[path.slice(-4)] ?? "value-of-a-file\n") }),
    });
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });

  it("the lifecycle shows each step of a request in its order", () => {
    const shown = [...text("docs/lifecycle.md").matchAll(/^ {3}├─ (\w+)/gm)].map((match) => match[1] ?? "");
    const steps: readonly string[] = STEP_ORDER;
    expect(shown.filter((name) => steps.includes(name))).toEqual(steps);
  });

  it("the README has samples to check", () => {
    expect(samples.filter(({ page }) => page === "README.md").length).toBeGreaterThan(1);
  });

  it.each(READMES)("%s shows what check prints for its first sample with a misspelt key", async (page) => {
    const [config = ""] = blocks(page, "yaml");
    const files = { "config.yaml": config.replace("upstream:", "upstrem:") };
    const { io, printed } = recordingIo({
      files,
      env: { GATEWAY_TOKEN: "a-token-of-a-client", OPENAI_API_KEY: "a-key" },
    });
    const [shown = ""] = blocks(page, "console");
    const [, words = "", output] = /^\$ ai-gw-lite (.*)\n([^$]*)$/.exec(shown) ?? [];
    expect(await runCommandLine(words.split(" "), io)).toBe(1);
    expect(output).toBe(printed.out);
  });

  it.each(READMES)("%s makes the command before its lines use it", (page) => {
    const first = text(page).search(/^(?:\$ )?ai-gw-lite /m);
    expect(first).toBeGreaterThan(-1);
    expect(text(page).slice(0, first)).toContain("\nnpm link\n");
  });

  it("samples in Python read the token from the environment: the name alone is no variable there", () => {
    const python = pages.flatMap((page) => blocks(page, "python"));
    expect(python.length).toBeGreaterThan(2);
    expect(python.filter((code) => /(?<!")\bGATEWAY_TOKEN\b(?!")/.test(code))).toEqual([]);
  });

  it("nobody is told to install the package by its name: it is in no registry", () => {
    const byName = /\b(?:npx(?: -y| --yes)?|npm (?:i|install)(?: -g| --global)?) ai-gateway-lite(?![\w.-])/;
    expect(pages.filter((page) => byName.test(text(page)))).toEqual([]);
  });

  it.each(pages)("%s links only to files that exist", (page) => {
    const links = [...text(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
    const missing = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !existsSync(join(ROOT, dirname(page), link)));
    expect(missing).toEqual([]);
  });

  it("both READMEs have the same samples, sections and table rows", () => {
    const bare = (yaml: string): string => yaml.replaceAll(/\s*#.*$/gm, "");
    expect(blocks("README.zh-CN.md", "yaml").map(bare)).toEqual(blocks("README.md", "yaml").map(bare));
    const commands = (page: string): string[] =>
      blocks(page, "sh")
        .join("\n")
        .split("\n")
        .filter((line) => /^(npm|node|npx|curl|docker|ai-gw-lite)\b/.test(line));
    expect(commands("README.zh-CN.md")).toEqual(commands("README.md"));
    const count = (page: string, pattern: RegExp): number => text(page).match(pattern)?.length ?? 0;
    for (const pattern of [/^## /gm, /^\| /gm]) {
      expect(count("README.zh-CN.md", pattern)).toBe(count("README.md", pattern));
    }
  });

  it("the README names every error code of the gateway", () => {
    const readme = text("README.md");
    expect(
      Object.keys(ERROR_REPLIES).filter((code) => code !== "internal_error" && !readme.includes(`\`${code}\``)),
    ).toEqual([]);
  });
});
