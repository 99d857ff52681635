// Checks the guide on usage: its samples are true, its example is worked out by the real budgets, and both languages agree.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { runCommandLine } from "../src/cli/main.ts";
import { compile, sourceFromText } from "../src/compiler/index.ts";
import { sectionsWith } from "../src/compiler/schema/shape.ts";
import { ERROR_REPLIES, type ErrorCode } from "../src/plan/replies.ts";
import { TICKS_PER_USD } from "../src/plan/usage.ts";
import { createPriceList } from "../src/prices/price-list.ts";
import { priceTable } from "../src/prices/price-table.ts";
import { Budgets, type BudgetWarning } from "../src/runtime/limits/budgets.ts";
import { estimateTokens } from "../src/runtime/model/token-estimate.ts";
import { lineText } from "../src/runtime/usage/ledger/line-text.ts";
import { readBounds } from "../src/runtime/usage/ledger/read-bounds.ts";
import { sumLedger } from "../src/runtime/usage/ledger/read-ledger.ts";
import { usageEndpoint } from "../src/runtime/usage/ledger/usage-page.ts";
import type { LedgerLine } from "../src/runtime/usage/ledger-line.ts";
import { isNeverMetered } from "../src/runtime/usage/never-metered.ts";
import { recordingIo } from "./cli/recording-io.ts";

const ROOT = resolve(import.meta.dirname, "..");
const file = (path: string): string => readFileSync(resolve(ROOT, path), "utf8");
const PAGES = { en: file("docs/usage.md"), zh: file("docs/usage.zh-CN.md") };
const USAGE = file("config/usage.yaml");
/** The folder that stands for `usage` in the samples. */
const LEDGER = resolve(import.meta.dirname, "usage/sample");

/** The fenced blocks of a page in one language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
}

/** The words in backquotes, outside of fenced blocks. */
function quoted(page: string): string[] {
  return [...page.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
}

/** The cells of the rows that are between two lines of a page. */
function tableAfter(page: string, head: RegExp): string[][] {
  const [, rows = ""] = page.split(head);
  const table = rows.split("\n\n")[0] ?? "";
  return table
    .split("\n")
    .filter((row) => row.startsWith("| ") && !row.startsWith("| ---"))
    .map((row) =>
      row
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

/** What `check` reports about a sample that replaces keys of the config to copy. */
function problems(sample: string): string[] {
  const [whole, part] = [parse(USAGE), parse(sample)];
  const config = { ...whole, ...part, gateway_auth: { ...whole.gateway_auth, ...part.gateway_auth } };
  const host = {
    env: (name: string) => `value-of-${name}-0123456789`,
    readFile: () => ({ ok: false, reason: "none" }) as const,
  };
  const { diagnostics } = compile(sourceFromText("sample.yaml", stringify(config)), host);
  return diagnostics.map(({ code, path }) => `${code} ${path}`);
}

const [line, warning, page] = blocks(PAGES.en, "json").map((text) => JSON.parse(text));

describe("the guide on usage", () => {
  it("shows config/usage.yaml", () => {
    expect(blocks(PAGES.en, "yaml")[0]).toBe(USAGE.slice(USAGE.indexOf("listen:")));
  });

  const parts = blocks(PAGES.en, "yaml").slice(1);
  it.each(parts.map((sample, i) => [i + 2, sample] as const))("has a sample %i without a problem", (_n, sample) => {
    expect(problems(sample)).toEqual([]);
  });

  it("shows a line of the ledger, and explains its fields in their order", () => {
    const [first = ""] = readFileSync(resolve(LEDGER, "usage-2026-11-26.jsonl"), "utf8").split("\n");
    expect(line).toEqual(JSON.parse(first));
    expect(lineText(line as LedgerLine)).toBe(`${first}\n`);
    const explained = tableAfter(PAGES.en, /^\| field \| meaning \|\n/m).flatMap(([names = ""]) => quoted(names));
    expect(explained).toEqual(Object.keys(line));
  });

  it("shows what the command prints", async () => {
    const [, words = "", output] = /^\$ ai-gw-lite (.*)\n([^$]*)$/.exec(blocks(PAGES.en, "console")[0] ?? "") ?? [];
    const { io, printed } = recordingIo();
    const args = words.split(" ").map((word, i, all) => (all[i - 1] === "--dir" ? LEDGER : word));
    expect(await runCommandLine(args, io)).toBe(0);
    expect(printed.out + printed.err).toBe(output);
  });

  it("has a command for FOCUS that runs", async () => {
    const [command = ""] = blocks(PAGES.en, "sh").filter((text) => text.startsWith("ai-gw-lite usage"));
    const args = command.replace(/ >.*/s, "").replace("--dir usage", `--dir ${LEDGER}`).split(" ").slice(1);
    const { io, printed } = recordingIo();
    expect(await runCommandLine(args, io)).toBe(0);
    expect(printed.out).toContain("x_UnpricedRequests");
    expect(printed.out.split("\r\n").length).toBeGreaterThan(5);
  });

  it("shows what the endpoint answers", async () => {
    const [command = ""] = blocks(PAGES.en, "sh").filter((text) => text.startsWith("curl -G"));
    const query = [...command.matchAll(/-d '?([^\s']+)/g)].map(([, parameter = ""]) => parameter).join("&");
    const bounds = await readBounds(LEDGER);
    if (bounds === undefined) throw new Error("the sample ledger is missing");
    const ledger = { read: (sums: Parameters<typeof sumLedger>[1]) => sumLedger(LEDGER, sums, bounds) };
    const reply = await usageEndpoint(ledger, { now: () => 0 })(new URLSearchParams(query));
    expect(JSON.parse(reply.body)).toEqual(page);
  });

  it("shows which step refuses a model without a price", async () => {
    const [command = ""] = blocks(PAGES.en, "sh").filter((text) => text.startsWith("ai-gw-lite explain"));
    const names = [...USAGE.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, `value-of-${name}-0123456789`]);
    const { io, printed } = recordingIo({ files: { "config/usage.yaml": USAGE }, env: Object.fromEntries(names) });
    expect(await runCommandLine(command.trim().split(" ").slice(1), io)).toBe(0);
    const [shown = "nothing"] = blocks(PAGES.en, "text");
    expect(printed.out).toContain(shown);
  });

  it("names paths that are never metered", () => {
    const [, list = ""] = PAGES.en.split("**never metered**");
    const paths = quoted(list.split("They reserve nothing")[0] ?? "").filter((word) => /^[/:]/.test(word));
    expect(paths.length).toBeGreaterThan(5);
    const at = (path: string): string => (path.startsWith(":") ? `/v1beta/models/m${path}` : `/v1${path}`);
    expect(paths.filter((path) => !isNeverMetered("POST", at(path)))).toEqual([]);
  });

  it("has commands to refresh the prices that are those of prices/README.md", () => {
    const commands = blocks(file("prices/README.md"), "sh");
    expect(blocks(PAGES.en, "sh").filter((text) => text.includes("gen:prices"))).toEqual(commands);
  });
});

describe("its example of a budget", () => {
  const MTOK = { input: 1, output: 4 };
  const [requestBytes, maxTokens] = [4000, 1500];
  const pattern = { pattern: "m", prices: { ...MTOK, cachedInput: 1, cacheWrite: 1, cacheWrite1h: 1 } };
  const prices = createPriceList([pattern]);
  const maxTicks = 0.01 * TICKS_PER_USD;
  const limits = { tokensPerMinute: undefined, budgets: [{ per: "day", maxTicks, maxTokens: undefined }] } as const;
  const now = Date.UTC(2026, 10, 27, 12);
  const query = { model: undefined, requestedModel: "m", host: undefined };

  /** What the rows say, by running them. */
  function run(): string[][] {
    const budgets = new Budgets({ onPassed: () => {} });
    const ask = (outputLimit: number) => {
      const { input, output } = estimateTokens({ bodyBytes: requestBytes, outputLimit });
      const charge = { tokens: input + output, ticks: prices.estimate(query, input, output) ?? Number.NaN };
      return budgets.reserve("c", limits, charge, now);
    };
    const settle = (answer: ReturnType<typeof ask>, input: number, output: number): string => {
      if (answer.kind !== "admitted") throw new Error(answer.kind);
      answer.reservation.settle({ tokens: input + output, ticks: prices.estimate(query, input, output) ?? Number.NaN });
      return "";
    };
    const status = { admitted: "admitted", budget_exceeded: "429", too_large: "403", rate_limited: "429" };
    const row = (answer: string): string[] => {
      const [{ used, reserved, max } = { used: 0, reserved: 0, max: 0 }] = budgets.shown(now, [["c", limits]]);
      return [answer, ...[reserved, used, max - used - reserved].map((ticks) => `${ticks / TICKS_PER_USD}`)];
    };
    const rows: string[][] = [];
    const a = ask(maxTokens);
    rows.push(row(status[a.kind]), row(status[ask(maxTokens).kind]), row(settle(a, 900, 400)));
    const b = ask(maxTokens);
    rows.push(row(status[b.kind]), row(settle(b, 6000, 1500)));
    rows.push(row(status[ask(maxTokens).kind]), row(status[ask(5000).kind]));
    return rows;
  }

  it.each([
    ["en", PAGES.en, /^\| what happens .*\n/m, "admitted"],
    ["zh", PAGES.zh, /^\| 发生了什么 .*\n/m, "放行"],
  ])("is what happens, %s", (_language, text, head, admitted) => {
    const shown = tableAfter(text, head).map(([, ...cells]) => cells);
    expect(shown).toEqual(run().map((row) => row.map((cell) => (cell === "admitted" ? admitted : cell))));
  });

  it("has a warning like those that are given", () => {
    const passed: BudgetWarning[] = [];
    const budgets = new Budgets({ onPassed: (told) => passed.push(told) });
    const usd = [{ per: "day", maxTicks: 2 * TICKS_PER_USD, maxTokens: undefined }] as const;
    budgets.charge("intern", { tokensPerMinute: undefined, budgets: usd }, { tokens: 1, ticks: 1.6e10 }, now);
    expect(warning).toEqual({ level: "warn", ...passed[0], msg: "budget used" });
  });
});

const CODES: readonly ErrorCode[] = [
  "budget_exceeded",
  "rate_limited",
  "request_exceeds_budget",
  "model_not_allowed",
  "model_unreadable",
];

/** What a page may quote that looks like a key and is none: columns, parameters, metrics, members of APIs. */
const NO_KEYS = new Set<string>([
  ...CODES,
  ...Object.keys(line),
  ...["max_tokens", "include_usage", "stream_options", "client_closed", "count_tokens"],
  ...["start_time", "end_time", "bucket_width", "group_by", "has_more", "next_page", "cache_read", "cache_write"],
  ...["cost_in_usd_ticks"],
]);

describe.each(Object.entries(PAGES))("the guide on usage, %s,", (_language, text) => {
  it("says where the table of prices comes from, as the table does", () => {
    const { source, release, date } = JSON.parse(file("prices/table.json"));
    const rows = tableAfter(text, /^\| \| \|\n/m);
    expect(rows[0]?.[1]).toContain(`\`${source.split(", ")[1]}\``);
    expect(rows[0]?.[1]).toContain(release);
    expect(rows[1]?.[1]).toBe(date);
    expect(rows[2]?.[1]).toMatch(/^MIT/);
    expect(date).toBe(priceTable().date);
  });

  it("has each refusal with its status, and whether SDKs try again", () => {
    const rows = [...text.matchAll(/^\| (\d{3}) \| `(\w+)` \| .* \| (.*) \|$/gm)];
    const shown = rows.map(([, status, code, sdks = ""]) => `${status} ${code} ${/at once|立即/.test(sdks)}`);
    const replies = CODES.map((code) => {
      const reply: { status: number; final?: boolean } = ERROR_REPLIES[code];
      return `${reply.status} ${code} ${reply.final === true}`;
    });
    expect(shown).toEqual(replies);
  });

  it("names only keys that the config has", () => {
    const keys = quoted(text).filter((word) => /^[a-z]+_[a-z_]+$|^[a-z_]+(?:\.[a-z_]+)+$/.test(word));
    const isKey = (key: string): boolean => sectionsWith(key.split(".").at(-1) ?? "").length > 0;
    const others = [...new Set(keys)].filter((key) => !NO_KEYS.has(key) && !isKey(key));
    expect(others.filter((key) => !/^gateway_|\.json$/.test(key))).toEqual([]);
    expect(new Set(keys).size).toBeGreaterThan(20);
  });

  it("quotes messages of the log as they are", () => {
    const sources = ["src/runtime/open-books.ts", "src/cli/serve/reload.ts", "src/runtime/guards/budget.ts"]
      .map(file)
      .join();
    for (const message of [
      "these changes need a restart and are not applied",
      "the ledger can't be written",
      "the sums of the ledger were rebuilt from its files",
      "is used by another process",
    ]) {
      expect(text).toContain(message);
      expect(sources).toContain(message);
    }
  });
});

it.each(["docs/troubleshooting.md", "docs/troubleshooting.zh-CN.md"])(
  "%s has messages of the ledger as they are",
  (name) => {
    const headings = [...file(name).matchAll(/^### "(the .*(?:ledger).*)"$/gm)].map(([, text = ""]) => text);
    expect(headings.length).toBe(4);
    const source = file("src/runtime/open-books.ts");
    expect(headings.flatMap((text) => text.split(" … ")).filter((part) => !source.includes(part))).toEqual([]);
  },
);

it("both pages of the guide on usage have the same samples, headings, tables and names", () => {
  const bare = (text: string): string => text.replaceAll(/ *#.*\n/g, "\n").replaceAll(/\n{2,}/g, "\n");
  for (const language of ["yaml", "json", "sh", "console", "text"]) {
    expect(blocks(PAGES.zh, language).map(bare)).toEqual(blocks(PAGES.en, language).map(bare));
  }
  const outline = (text: string): string[] => [...text.matchAll(/^(#+ |\| |- |\d\. )/gm)].map(([mark]) => mark);
  expect(outline(PAGES.zh)).toEqual(outline(PAGES.en));
  expect([...new Set(quoted(PAGES.zh))].sort()).toEqual([...new Set(quoted(PAGES.en))].sort());
});
