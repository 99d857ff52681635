// Checks the guide on pools: its table of verdicts, its tables of words and metrics, its samples, and its Chinese twin.

import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { sectionsWith } from "../../src/compiler/schema/shape.ts";
import { RETRY_WORDS } from "../../src/plan/forward.ts";
import { sampleBelow } from "./guide.ts";
import { SCORED_CONFIGS } from "./verdicts.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const file = (path: string): string => readFileSync(resolve(ROOT, path), "utf8");
const PAGES = { en: file("docs/pools.md"), zh: file("docs/pools.zh-CN.md") };

/** The cells of each table row whose first cell matches. */
function rows(page: string, first: RegExp): string[][] {
  const lines = page.split("\n").filter((line) => line.startsWith("| "));
  const cells = lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  return cells.filter(([cell = ""]) => first.test(cell));
}

/** The table that has a row with this first cell: the rows around it. */
function tableWith(page: string, first: string): string[][] {
  const table = page.split(/\n(?!\| )/).find((part) => part.includes(`\n| ${first} |`)) ?? "";
  return rows(table, /^`\w+`$/);
}

/** Every metric of the gateway. */
const metrics = new Set(
  readdirSync(resolve(ROOT, "src/runtime/observe"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...file(`src/runtime/observe/${name}`).matchAll(/"(gateway_[a-z_]+)"/g)])
    .map(([, name]) => name),
);

const withoutComments = (yaml: string): string => yaml.replaceAll(/^ *#.*\n/gm, "").replaceAll(/\n{2,}/g, "\n");

const samples = (page: string): string[] =>
  [...page.matchAll(/^```(?:yaml|json|sh)\n.*?^```/gms)].map(([sample]) => withoutComments(sample));

describe.each(Object.entries(PAGES))("the guide, %s,", (_language, page) => {
  it("has the verdict of each scenario", () => {
    const shown = rows(page, /^S\d\d$/).map(([id, , ...verdicts]) => [id, ...verdicts]);
    const ids = Object.keys(SCORED_CONFIGS[0]?.verdicts ?? {}).sort();
    expect(shown).toEqual(ids.map((id) => [id, ...SCORED_CONFIGS.map(({ verdicts }) => verdicts[id]?.[0])]));
  });

  it("sums the verdicts up", () => {
    const [sums] = rows(page, /^$/).filter((cells) => cells.some((cell) => cell.includes("**pass / partial")));
    const counted = SCORED_CONFIGS.map(({ verdicts }) => {
      const all = Object.values(verdicts).map(([verdict]) => verdict);
      return ["pass", "partial", "safe", "fail"]
        .map((one) => all.filter((verdict) => verdict === one).length)
        .join(" / ");
    });
    expect(sums?.slice(2)).toEqual(counted);
  });

  it("explains each word of retry_on", () => {
    const words = tableWith(page, "`connect_error`");
    expect(words.map(([word = ""]) => word.slice(1, -1))).toEqual([...RETRY_WORDS]);
  });

  it("names only metrics that exist", () => {
    const named = new Set(page.match(/gateway_[a-z_]+/g)?.filter((name) => name !== "gateway_auth"));
    expect([...named].filter((name) => !metrics.has(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(3);
  });

  it("names only keys that exist", () => {
    const named = [...page.matchAll(/`([a-z]+(?:[._][a-z]+)*)`/g)].map(([, word = ""]) => word);
    const keys = named.filter((word) => /_ms$|_bytes$|_attempts$|_failures$|_models$|^retry\.|^cooldown\./.test(word));
    const exists = (key: string): boolean => sectionsWith(key.split(".").at(-1) ?? "").length > 0;
    expect([...new Set(keys)].filter((key) => !exists(key))).toEqual([]);
    expect(new Set(keys).size).toBeGreaterThan(8);
  });
});

describe("the guide", () => {
  it("shows config/pool.yaml", () => {
    const shipped = file("config/pool.yaml");
    expect(sampleBelow("## A config to copy")).toBe(shipped.slice(shipped.indexOf("listen:")));
  });

  it("marks the words that may be paid twice, as the second config lists them", () => {
    const marked = tableWith(PAGES.en, "`connect_error`")
      .filter(([, , twice]) => twice === "**yes**")
      .map(([word = ""]) => word.slice(1, -1));
    const listed = [...sampleBelow("### Rather pay twice than see an error").matchAll(/- "?(\w+)"?$/gm)];
    const words = listed.map(([, word = ""]) => word);
    expect(marked.filter((word) => !words.includes(word))).toEqual([]);
    expect([...new Set(words)].sort()).toEqual([...words].sort());
  });

  it("has the same samples, headings and tables in both languages", () => {
    expect(samples(PAGES.zh)).toEqual(samples(PAGES.en));
    const outline = (page: string): string[] => [...page.matchAll(/^(#+ |\| |- |\*\*)/gm)].map(([mark]) => mark);
    expect(outline(PAGES.zh)).toEqual(outline(PAGES.en));
    const quoted = (page: string): string[] =>
      [...page.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
    expect([...new Set(quoted(PAGES.zh))].sort()).toEqual([...new Set(quoted(PAGES.en))].sort());
  });
});
