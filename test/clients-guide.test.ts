// Checks the guide on clients: its samples compile and their tests pass, its table of refusals is true, and both languages agree.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { runConfigTests } from "../src/cli/check/run-config-tests.ts";
import { runCommandLine } from "../src/cli/main.ts";
import { compile, sourceFromText } from "../src/compiler/index.ts";
import { sectionsWith } from "../src/compiler/schema/shape.ts";
import { ERROR_REPLIES, type ErrorCode } from "../src/plan/replies.ts";
import { recordingIo } from "./cli/recording-io.ts";

const ROOT = resolve(import.meta.dirname, "..");
const file = (path: string): string => readFileSync(resolve(ROOT, path), "utf8");
const PAGES = { en: file("docs/clients-and-limits.md"), zh: file("docs/clients-and-limits.zh-CN.md") };
const TEAM = file("config/team.yaml");

const env = (name: string): string => `value-of-${name}-0123456789`;

/** The fenced blocks of a page in one language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
}

/** The words in backquotes, outside of fenced blocks. */
function quoted(page: string): string[] {
  return [...page.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
}

interface Config {
  gateway_auth: { clients: { id: string; routes?: unknown; models?: unknown }[] };
  tests?: { name: string }[];
}

/** A sample as a whole config: it replaces these keys of the config to copy. */
function whole(sample: string): Config {
  const [team, part] = [parse(TEAM) as Config, parse(sample) as Partial<Config>];
  return { ...team, ...part, gateway_auth: { ...team.gateway_auth, ...part.gateway_auth } };
}

/** What `check` reports about a config. */
function problems(config: Config): string[] {
  const source = sourceFromText("sample.yaml", stringify(config));
  const host = { env, readFile: () => ({ ok: false, reason: "none" }) as const };
  const { diagnostics } = compile(source, host, { runConfigTests });
  return diagnostics.map(({ code, path }) => `${code} ${path}`);
}

const parts = blocks(PAGES.en, "yaml").slice(1);

describe("the guide on clients", () => {
  it("shows config/team.yaml", () => {
    expect(blocks(PAGES.en, "yaml")[0]).toBe(TEAM.slice(TEAM.indexOf("listen:")));
  });

  it.each(parts.map((sample, i) => [i + 2, sample] as const))(
    "has a sample %i without a problem",
    (_number, sample) => {
      expect(problems(whole(sample))).toEqual([]);
    },
  );

  it("has tests of scopes that fail when the scopes are gone", () => {
    const sample = parts.find((text) => text.startsWith("tests:")) ?? "";
    const config = whole(sample);
    for (const client of config.gateway_auth.clients) {
      delete client.routes;
      delete client.models;
    }
    expect(problems(config)).toEqual(["test/failed /tests/1/expect/status", "test/failed /tests/2/expect/status"]);
  });

  it("has a command that shows which check refuses the intern", async () => {
    const [command = ""] = blocks(PAGES.en, "sh").filter((text) => text.startsWith("ai-gw-lite explain"));
    const words = command.replace("$TOKEN_INTERN", env("TOKEN_INTERN")).match(/"[^"]*"|\S+/g) ?? [];
    const args = words.slice(1).map((word) => word.replaceAll('"', ""));
    const names = [...TEAM.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, env(name)]);
    const { io, printed } = recordingIo({ files: { "config/team.yaml": TEAM }, env: Object.fromEntries(names) });
    expect(await runCommandLine(args, io)).toBe(0);
    expect(printed.out).toMatch(/refuse modelScope: model_not_allowed/);
  });
});

/** The refusals that the page names: status, code, and whether an SDK gives up at once. */
function refusals(page: string): string[] {
  const rows = [...page.matchAll(/^\| (\d{3}) \| `(\w+)` \| .* \| (.*) \|$/gm)];
  return rows.map(([, status, code, sdks = ""]) => `${status} ${code} ${/at once|立即/.test(sdks)}`);
}

const CODES: readonly ErrorCode[] = [
  "unauthorized",
  "route_not_allowed",
  "model_not_allowed",
  "model_unreadable",
  "rate_limited",
  "client_concurrency_exceeded",
  "budget_exceeded",
  "request_exceeds_budget",
];

describe.each(Object.entries(PAGES))("the guide on clients, %s,", (_language, page) => {
  it("has each refusal with its status, and whether SDKs try again", () => {
    const replies = CODES.map((code) => {
      const reply: { status: number; final?: boolean } = ERROR_REPLIES[code];
      return `${reply.status} ${code} ${reply.final === true}`;
    });
    expect(refusals(page)).toEqual(replies);
  });

  it("names only keys that the config has", () => {
    const keys = quoted(page).filter((word) => /^[a-z]+_[a-z_]+$|^[a-z_]+\.[a-z_]+$/.test(word));
    const others = new Set<string>([...CODES, "max_retries", "gateway.token"]);
    const isKey = (key: string): boolean => sectionsWith(key.split(".").at(-1) ?? "").length > 0;
    expect([...new Set(keys)].filter((key) => !others.has(key) && !isKey(key))).toEqual([]);
    expect(new Set(keys).size).toBeGreaterThan(12);
  });
});

it("both pages of the guide on clients have the same samples, headings, tables and names", () => {
  const bare = (text: string): string => text.replaceAll(/ *#.*\n/g, "\n").replaceAll(/\n{2,}/g, "\n");
  for (const language of ["yaml", "json", "sh"]) {
    expect(blocks(PAGES.zh, language).map(bare)).toEqual(blocks(PAGES.en, language).map(bare));
  }
  const outline = (page: string): string[] => [...page.matchAll(/^(#+ |\| |- |\d\. |\*\*)/gm)].map(([mark]) => mark);
  expect(outline(PAGES.zh)).toEqual(outline(PAGES.en));
  expect([...new Set(quoted(PAGES.zh))].sort()).toEqual([...new Set(quoted(PAGES.en))].sort());
});
