// Do the reference pages say what the schema and the table of codes say? `UPDATE_GOLDEN=1` writes them anew.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configReference, TRANSLATION } from "../../scripts/docs/config-reference.ts";
import { diagnosticsReference, type Sample } from "../../scripts/docs/diagnostics-reference.ts";
import { descriptions, objectPages, settled } from "../../scripts/docs/schema-walk.ts";
import { CODES } from "../../src/compiler/index.ts";
import { FIXTURES } from "./fixtures.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const UPDATE = process.env["UPDATE_GOLDEN"] === "1";

function samples(): Map<string, Sample> {
  const read = (folder: string, file: string): string =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  return new Map(
    FIXTURES.filter(({ sample }) => sample).map(({ code, folder }) => [
      code,
      {
        wrong: code.startsWith("file/") ? "" : read(folder, "config.yaml"),
        right: read(folder, "right.yaml"),
        printed: read(folder, "expected.txt"),
      },
    ]),
  );
}

describe("the reference pages are up to date", () => {
  test.each([
    ["config.md", () => configReference("en")],
    ["config.zh-CN.md", () => configReference("zh-CN")],
    ["diagnostics.md", () => diagnosticsReference(samples())],
  ])("%s", (page, make) => {
    const url = new URL(page, DOCS);
    const made = make();
    if (UPDATE) writeFileSync(url, made);
    expect(existsSync(url) ? readFileSync(url, "utf8") : undefined).toBe(made);
  });
});

describe("the reference pages are whole", () => {
  test("every code has a heading, and every heading is a code", () => {
    const headings = [...diagnosticsReference(samples()).matchAll(/^### (\S+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(Object.keys(CODES));
  });

  test("every key is described in both languages", () => {
    const described = descriptions();
    expect([...described.keys()].sort()).toEqual(Object.keys(TRANSLATION).sort());
    expect(Object.values(TRANSLATION).filter((text) => !/[\u4e00-\u9fff]/.test(text))).toEqual([]);
  });

  test("every key has a description, and what is neither required nor has a default has an example", () => {
    const bare: string[] = [];
    for (const { path, node } of objectPages()) {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        const value = settled(child);
        const explained =
          value.default !== undefined ||
          value.examples !== undefined ||
          value.type === "object" ||
          value.items?.$ref !== undefined;
        if (value.description === undefined || !explained) bare.push(`${path}.${key}`);
      }
    }
    expect(bare).toEqual([]);
  });
});
