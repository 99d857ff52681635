// Checks that the reference pages match the schema and the table of codes. `npm run gen` writes the pages.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configReference, TRANSLATION } from "../../scripts/docs/config-reference.ts";
import { diagnosticsReference } from "../../scripts/docs/diagnostics-reference.ts";
import { readSamples } from "../../scripts/docs/samples.ts";
import { descriptions, objectPages, resolved } from "../../scripts/docs/schema-walk.ts";
import { CODES } from "../../src/compiler/index.ts";

const DOCS = new URL("../../docs/", import.meta.url);

describe("the reference pages are up to date", () => {
  test.each([
    ["config.md", () => configReference("en")],
    ["config.zh-CN.md", () => configReference("zh-CN")],
    ["diagnostics.md", () => diagnosticsReference(readSamples())],
  ])("%s", (page, make) => {
    const url = new URL(page, DOCS);
    expect(existsSync(url) ? readFileSync(url, "utf8") : undefined).toBe(make());
  });
});

describe("the reference pages are whole", () => {
  test("a key with a description of its own shows it, and not that of the mapping it takes", () => {
    const page = configReference("en");
    const missing = objectPages().flatMap(({ node }) =>
      Object.entries(node.properties ?? {})
        .filter(([, { $ref, description }]) => $ref === undefined && !page.includes(description ?? ""))
        .map(([key]) => key),
    );
    expect(missing).toEqual([]);
  });

  test("every code has a heading, and every heading is a code", () => {
    const headings = [...diagnosticsReference(readSamples()).matchAll(/^### (\S+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(Object.keys(CODES));
  });

  test("every key is described in both languages", () => {
    const described = descriptions();
    expect([...described.keys()].sort()).toEqual(Object.keys(TRANSLATION).sort());
    expect(Object.values(TRANSLATION).filter((text) => !/[\u4e00-\u9fff]/.test(text))).toEqual([]);
  });

  test("both config pages show what the schema and its translation say of every key", () => {
    const keys = [...descriptions()].filter(([name]) => /^\w+\.\w+$/.test(name));
    const english = configReference("en");
    const chinese = configReference("zh-CN");
    expect(keys.filter(([, text]) => !english.includes(text)).map(([name]) => name)).toEqual([]);
    expect(keys.filter(([name]) => !chinese.includes(TRANSLATION[name] ?? "")).map(([name]) => name)).toEqual([]);
  });

  test("every key has a description, and what is neither required nor has a default has an example", () => {
    const bare: string[] = [];
    for (const { path, node } of objectPages()) {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        const value = resolved(child);
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
