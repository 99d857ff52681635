// Checks that what comments and pages cite exists, and that the tables of the contract match the program.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ERROR_REPLIES, type ErrorCode, replyFor } from "../src/plan/replies.ts";

const ROOT = resolve(import.meta.dirname, "..");
const FOLDERS = ["src", "test", "bench", "scripts", "docs"];
const TEXT = /\.(?:ts|mts|mjs|js|json|md|sh|yaml|css|html)$/;

interface TextFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Everything that may cite, except this file: it holds wrong citations on purpose. */
const files: readonly TextFile[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => TEXT.test(name))
    .map((name) => join(ROOT, folder, name)),
)
  .filter((path) => path !== import.meta.filename)
  .map((path) => ({ path: relative(ROOT, path).replaceAll("\\", "/"), text: readFileSync(path, "utf8") }));

const page = (name: string): string => readFileSync(join(ROOT, "docs", name), "utf8");

/** The codes that are headings of a page, such as F1 and R7. */
function headingCodes(name: string): string[] {
  return [...page(name).matchAll(/^##+ ([A-Z]\d+)\. /gm)].map((match) => match[1] ?? "");
}

const facts = headingCodes("facts.md");
const hazards = headingCodes("hazards.md");

/** The text of each section of the contract, by its number. */
const sections = new Map(
  page("contract.md")
    .split(/^## (?=\d+\. )/m)
    .slice(1)
    .map((text) => [Number.parseInt(text, 10), text] as const),
);

/** One line, so that a citation may continue on the next line of a comment. */
function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n[ \t]*(?:\/\/+|\*(?!\*)|#+(?= ))?[ \t]*/g, " ");
}

/** "R1 to R4" is R1, R2, R3, R4; "P5, R3" and "P5 and R3" are two codes. */
function codesOf(list: string): string[] {
  return list.split(/,? and |, /).flatMap((item) => {
    const [first = "", last] = item.split(" to ");
    if (last === undefined) return [first];
    const [from, to] = [Number(first.slice(1)), Number(last.slice(1))];
    return Array.from({ length: to - from + 1 }, (_, i) => `${first[0]}${from + i}`);
  });
}

/** The codes cited in a text as "fact F1" or "hazards P5, R3". */
function cited(kind: "fact" | "hazard", text: string): string[] {
  const lists = new RegExp(`\\b${kind}s? ([A-Z]\\d+(?:(?: to |,? and |, )[A-Z]\\d+)*)`, "gi");
  return [...inOneLine(text).matchAll(lists)].flatMap((match) => codesOf(match[1] ?? ""));
}

/** What is wrong with the citations of a text. */
function wrongCitations(text: string): string[] {
  const line = inOneLine(text);
  return [
    ...[...line.matchAll(/\bspec(?:ification)?,? sections? \d+/gi)].map(
      ([all]) => `"${all}": write "contract, section N"`,
    ),
    ...[...line.matchAll(/\b(?:(?:the|our|behaviour) contract,|contract)(?:'s)? \(?sections? \d+/gi)].map(
      ([all]) => `"${all}": write "contract, section N"`,
    ),
    ...wrongSections(line),
    ...cited("fact", line).flatMap((code) => (facts.includes(code) ? [] : [`fact ${code} is not in facts.md`])),
    ...cited("hazard", line).flatMap((code) => (hazards.includes(code) ? [] : [`hazard ${code} is not in hazards.md`])),
  ];
}

function wrongSections(line: string): string[] {
  const citations = line.matchAll(/\bcontract, sections? (\d+(?:(?:, | and )\d+)*)(?:, "([^"]+)")?/gi);
  return [...citations].flatMap(([, numbers = "", name]) =>
    numbers.split(/, | and /).flatMap((number) => {
      const section = sections.get(Number(number));
      if (section === undefined) return [`the contract has no section ${number}`];
      const known = name === undefined || inOneLine(section).toLowerCase().includes(name.toLowerCase());
      return known ? [] : [`section ${number} of the contract does not say "${name}"`];
    }),
  );
}

/** The rows of all tables in a section of the contract, as the texts of their cells. */
function rowsOf(section: number): string[][] {
  const lines = (sections.get(section) ?? "").split("\n").filter((line) => /^ *\| /.test(line));
  return lines.map((line) =>
    line
      .trim()
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

const code = (cell: string | undefined): string | undefined => /^`([^`]+)`$/.exec(cell ?? "")?.[1];

describe("citations", () => {
  it("name what exists", () => {
    const wrong = files.flatMap(({ path, text }) => wrongCitations(text).map((problem) => `${path}: ${problem}`));
    expect(wrong).toEqual([]);
  });

  it("are found at all", () => {
    const all = files.map(({ text }) => text).join("\n");
    expect(all.match(/contract, section \d/gi)?.length).toBeGreaterThan(50);
    expect(cited("fact", all).length).toBeGreaterThan(10);
    expect(cited("hazard", all).length).toBeGreaterThan(30);
  });

  it.each([
    ["// Keeps it (contract, section 99).", "the contract has no section 99"],
    ["// Keeps it (contract,\n// section 99).", "the contract has no section 99"],
    ["// Both (contract, sections 4 and 98)", "the contract has no section 98"],
    ['/** See contract, section 4, "For birds". */', 'section 4 of the contract does not say "For birds"'],
    ["// As in spec section 4", '"spec section 4": write "contract, section N"'],
    ["// As in the contract, section 4", '"the contract, section 4": write "contract, section N"'],
    ["// As in the contract (section 4)", '"contract (section 4": write "contract, section N"'],
    ["// Fact F99 again", "fact F99 is not in facts.md"],
    ["// fact R7 is none", "fact R7 is not in facts.md"],
    ["// hazards R1 to R12", "hazard R12 is not in hazards.md"],
    [" * hazards R6,\n * P99", "hazard P99 is not in hazards.md"],
  ])("that are wrong are reported: %j", (text, problem) => {
    expect(wrongCitations(text)).toEqual([problem]);
  });

  it("have one heading each to go to", () => {
    for (const codes of [facts, hazards]) expect(codes.length).toBe(new Set(codes).size);
    expect(facts.filter((fact) => !fact.startsWith("F"))).toEqual([]);
  });

  it("reach every hazard from the code", () => {
    const inCode = new Set(
      files.filter(({ path }) => /^(?:src|test)\/.*\.ts$/.test(path)).flatMap(({ text }) => cited("hazard", text)),
    );
    expect(hazards.filter((hazard) => !inCode.has(hazard))).toEqual([]);
  });

  it("name the hazard of each file in test/hazards", () => {
    const named = files.filter(({ path }) => /^test\/hazards\/.*\.test\.ts$/.test(path));
    expect(named.length).toBeGreaterThan(10);
    const silent = named.filter(({ path, text }) => {
      return !cited("hazard", text).includes(basename(path).split("-")[0]?.toUpperCase() ?? "");
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

interface SchemaNode {
  readonly $ref?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/**
 * Every key of the config schema with its default: a value, `undefined` for none, or "required". Keys that `upstream_defaults` and
 * the items of `upstreams` have from `upstream` are left out: they are in the tables once.
 */
function schemaKeys(): Map<string, { readonly default: unknown; readonly required: boolean }> {
  const schema = JSON.parse(readFileSync(join(ROOT, "schema/config.schema.json"), "utf8"));
  const found = new Map<string, { readonly default: unknown; readonly required: boolean }>();
  const follow = (node: SchemaNode): SchemaNode => {
    const mapping = node.$ref === undefined ? node.anyOf?.find(({ $ref }) => $ref !== undefined) : node;
    return mapping?.$ref === undefined ? node : schema.definitions[mapping.$ref.replace("#/definitions/", "")];
  };
  const visit = (node: SchemaNode, at: string): void => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      if (child.$ref?.includes("/properties/") === true) continue;
      const path = at === "" ? key : `${at}.${key}`;
      found.set(path, { default: child.default, required: node.required?.includes(key) === true });
      const whole = follow(child);
      if (whole.items !== undefined) visit(follow(whole.items), `${path}[]`);
      visit(whole, path);
    }
  };
  visit(schema, "");
  return found;
}

describe("the contract", () => {
  it("has each config key with its default, and no other", () => {
    const rows = rowsOf(2).filter((cells) => cells.length === 4 && code(cells[0]) !== undefined);
    const documented = new Map(rows.map(([key, , fallback]) => [code(key) ?? "", fallback]));
    expect(documented.size).toBe(rows.length);
    const keys = schemaKeys();
    expect([...documented.keys()].sort()).toEqual([...keys.keys()].sort());
    for (const [key, { default: value, required }] of keys) {
      const cell = documented.get(key);
      if (required) expect(cell, key).toBe("required");
      else if (value === undefined) expect(cell, key).toBe("none");
      else expect(parse(code(cell) ?? "no default"), key).toEqual(value);
    }
  });

  it("has each reply of the gateway with its status, and whether it closes the connection", () => {
    const documented = rowsOf(4).flatMap(([status = "", body = ""]) => {
      const error = /^`\{"error":"(\w+)"\}`/.exec(body)?.[1];
      return error === undefined ? [] : [`${status} ${error}${body.includes("`connection: close`") ? " close" : ""}`];
    });
    const replies = (Object.keys(ERROR_REPLIES) as ErrorCode[]).map((error) => {
      const { status, close } = replyFor(error, { message: "" });
      return `${status} ${error}${close ? " close" : ""}`;
    });
    expect([...new Set(documented)].sort()).toEqual(replies.sort());
  });

  it("has each metric of the gateway", () => {
    const documented = rowsOf(11).flatMap(([name]) => code(name)?.match(/^gateway_\w+$/)?.[0] ?? []);
    const emitted = files
      .filter(({ path }) => path.startsWith("src/runtime/"))
      .flatMap(({ text }) => [...text.matchAll(/"(gateway_[a-z_]+)"/g)].map((match) => match[1]));
    expect(documented.sort()).toEqual([...new Set(emitted)].sort());
  });
});
