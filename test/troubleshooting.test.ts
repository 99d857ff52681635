// Checks the troubleshooting pages: every error that a client can see is explained, every key exists, both languages are in step.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { sectionsWith } from "../src/compiler/schema/shape.ts";
import { ERROR_REPLIES } from "../src/plan/replies.ts";

const DOCS = resolve(import.meta.dirname, "../docs");
const PAGES = { en: "troubleshooting.md", zh: "troubleshooting.zh-CN.md" };
const text = (page: string): string => readFileSync(join(DOCS, page), "utf8");

/** The words in backquotes, outside of fenced blocks. */
function quoted(page: string): readonly string[] {
  const prose = text(page).replaceAll(/^```.*?^```/gms, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
}

/** Whether a dotted path of the docs is a key of the config: `cors.enabled`, `request_timeout_ms`. */
function isKey(path: string): boolean {
  const steps = path.split(".");
  const sections = sectionsWith(steps.at(-1) ?? "");
  const parent = steps.slice(0, -1).join(".");
  return sections.some((section) => section === parent || section.endsWith(`.${parent}`) || parent === "");
}

describe.each(Object.values(PAGES))("%s", (page) => {
  it("has a heading for each error code with its status", () => {
    const headings = text(page).match(/^### .*$/gm) ?? [];
    const missing = Object.entries(ERROR_REPLIES).filter(
      ([code, { status }]) =>
        !headings.some((heading) => heading.includes(`\`${code}\``) && heading.includes(String(status))),
    );
    expect(missing.map(([code]) => code)).toEqual([]);
  });

  it("names only keys that the config has", () => {
    const keys = quoted(page)
      .map((word) => word.replace(/: ?.*$/, ""))
      .filter((word) => /^[a-z_]+(?:\.[a-z_]+)+$/.test(word) || /_ms$|_path$/.test(word))
      .filter((word) => !Object.hasOwn(ERROR_REPLIES, word))
      .filter((word) => !/^(?:host\.docker\.internal|config\.yaml)$/.test(word));
    expect(keys.length).toBeGreaterThan(15);
    expect([...new Set(keys)].filter((key) => !isKey(key))).toEqual([]);
  });
});

it("both pages name the same things, in the same order", () => {
  const things = (page: string): readonly string[] => quoted(page).map((word) => word.replace("zh-CN.", ""));
  expect([...new Set(things(PAGES.zh))].sort()).toEqual([...new Set(things(PAGES.en))].sort());
  const outline = (page: string): readonly string[] => (text(page).match(/^#+ /gm) ?? []).map(String);
  expect(outline(PAGES.zh)).toEqual(outline(PAGES.en));
});
