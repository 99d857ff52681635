// Tests `check`: exit codes, output formats, several files, standard input.

import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { type CheckOptions, check } from "../../src/cli/check/check.ts";
import type { FileRead } from "../../src/compiler/index.ts";
import { CLEAN, edited, hostOf } from "../compiler/compiling.ts";
import { FIXTURES, run as runFixture } from "../compiler/fixtures.ts";

const WARNS = edited("127.0.0.1", "0.0.0.0");
const FAILS = edited("upstream:", "upstrem:");
const FILES: Readonly<Record<string, string>> = { "clean.yaml": CLEAN, "warns.yaml": WARNS, "fails.yaml": FAILS };

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  config: string[],
  options: Partial<CheckOptions> & { color?: boolean; stdin?: string } = {},
): Promise<Ran> {
  let out = "";
  let err = "";
  const bytes = (text: string | undefined): FileRead =>
    text === undefined ? { ok: false, reason: "no such file" } : { ok: true, bytes: new TextEncoder().encode(text) };
  const code = await check(
    { format: "text", ...options, config },
    {
      stdout(text) {
        out += text;
      },
      stderr(text) {
        err += text;
      },
      host: { env: hostOf().env, readFile: (path) => bytes(FILES[path]) },
      readStdin: async () => bytes(options.stdin),
      color: options.color ?? false,
      version: "1.2.3",
    },
  );
  return { code, out, err };
}

describe("the exit code", () => {
  test.each([
    [["clean.yaml"], {}, 0],
    [["warns.yaml"], {}, 0],
    [["warns.yaml"], { strict: true }, 1],
    [["clean.yaml"], { strict: true }, 0],
    [["fails.yaml"], {}, 1],
    [["clean.yaml", "fails.yaml"], {}, 1],
    [["none.yaml"], {}, 2],
    [["fails.yaml", "none.yaml"], {}, 2],
    [[], {}, 2],
    [["-", "-"], { stdin: CLEAN }, 2],
    [["-"], { stdin: CLEAN }, 0],
    [["-"], { stdin: FAILS }, 1],
  ] as const)("%j %j: %i", async (config, options, code) => {
    expect((await run([...config], options)).code).toBe(code);
  });
});

describe("the text format", () => {
  test("shows location, code, source line, underline and help", async () => {
    expect((await run(["fails.yaml"])).out).toBe(
      [
        'fails.yaml:8:5: error schema/unknown-key: unknown key "upstrem" in route "openai"',
        "    8 |     upstrem:",
        "      |     ^^^^^^^",
        '      = help: did you mean "upstream"?',
        "1 error, 0 warnings",
        "",
      ].join("\n"),
    );
  });

  test("reports the other files when one is unreadable", async () => {
    const { out } = await run(["none.yaml", "fails.yaml"]);
    expect(out).toContain("none.yaml:1:1: error file/unreadable: the file can't be read: no such file");
    expect(out).toContain("fails.yaml:8:5: error schema/unknown-key");
    expect(out).toMatch(/2 errors, 0 warnings\n$/);
  });

  test("shows standard input under a name of its own", async () => {
    expect((await run(["-"], { stdin: FAILS })).out).toContain("<stdin>:8:5: error");
  });

  test("has colours on a terminal only, and the same text", async () => {
    const plain = (await run(["fails.yaml"])).out;
    const colored = (await run(["fails.yaml"], { color: true })).out;
    expect(colored).toContain("\u001b[31;1merror\u001b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes contain them.
    expect(colored.replace(/\u001b\[[0-9;]*m/g, "")).toBe(plain);
  });

  test("shows only the part of a long line around the finding", async () => {
    const long = edited(
      "remove",
      "remove",
      edited(
        "      inject_headers:",
        `      remove_headers: [${Array.from({ length: 40 }, (_, n) => `x-a-${n}`).join(", ")}, connection]\n      inject_headers:`,
      ),
    );
    const { out } = await run(["-"], { stdin: long });
    const lines = out.split("\n").filter((line) => line.includes("|"));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(220);
    const at = lines.findIndex((line) => line.includes("connection]"));
    const caret = lines[at + 1] ?? "";
    expect((lines[at] ?? "").slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("connection");
  });
});

describe("a config without errors and warnings", () => {
  const pool = (id: string, size: number): string => {
    const upstreams = Array.from({ length: size }, (_, n) => `{id: u${n}, base_url: "http://127.0.0.1:${9000 + n}"}`);
    return `  - {id: ${id}, prefix: /${id}, upstreams: [${upstreams.join(", ")}]}\n`;
  };
  const TESTS = `tests: [{name: it, request: {method: GET, path: /openai/x}, expect: {status: 401}}]\n`;
  const METRICS = `observability: {metrics: {enabled: true, path: /m, token: "\${KEY}-m"}}\n`;
  const APART = METRICS.replace("/m,", "/m, listen: 127.0.0.1:9464,");

  test.each([
    ["", "ok: 1 route, 1 token, listens on 127.0.0.1:8080\n"],
    [METRICS, "ok: 1 route, 1 token, listens on 127.0.0.1:8080, metrics at /m\n"],
    [APART, "ok: 1 route, 1 token, listens on 127.0.0.1:8080, metrics at 127.0.0.1:9464/m\n"],
    ["inbound_tls: {}\n", "ok: 1 route, 1 token, listens on 127.0.0.1:8080 with TLS\n"],
    [TESTS, "ok: 1 route, 1 token, listens on 127.0.0.1:8080, 1 test passed\n"],
    ["  - {id: two, prefix: /two, upstream: {base_url: http://127.0.0.1:9}}\n", /^ok: 2 routes, 1 token, /],
    [pool("two", 3), /^ok: 2 routes, 1 pool of 3 upstreams, 1 token, /],
    [pool("two", 3) + pool("three", 2), /^ok: 3 routes, 2 pools with 5 upstreams, 1 token, /],
    [pool("two", 1), /^ok: 2 routes, 1 token, /],
  ])("has one line that says what it means: %s", async (more, line) => {
    const { code, out } = await run(["-"], { stdin: `${CLEAN}${more}` });
    expect({ code, out }).toEqual({ code: 0, out: typeof line === "string" ? line : expect.stringMatching(line) });
  });

  test("counts the clients, and the tokens of all", async () => {
    const tokens = `  tokens:\n    - \${TOKEN}\n`;
    const hash = (digit: string) => `"sha256:${digit.repeat(64)}"`;
    const client = (id: string, ...hashes: string[]) => `    - {id: ${id}, tokens: [${hashes.join(", ")}]}\n`;
    const alice = client("alice", hash("1"), hash("2"));
    const one = await run(["-"], { stdin: edited(tokens, `  clients:\n${alice}`) });
    expect(one.out).toBe("ok: 1 route, 1 client, 2 tokens, listens on 127.0.0.1:8080\n");
    const two = await run(["-"], { stdin: edited(tokens, `${tokens}  clients:\n${alice}${client("bob", hash("3"))}`) });
    expect(two.out).toBe("ok: 1 route, 2 clients, 4 tokens, listens on 127.0.0.1:8080\n");
  });

  test("counts the budgets of clients, and names the folder of the ledger", async () => {
    const client = `{id: alice, tokens: ["\${TOKEN}"], budgets: [{per: day, usd: 5}, {per: month, usd: 50}]}`;
    const text = edited(`  tokens:\n    - \${TOKEN}\n`, `  clients: [${client}]\n`);
    const { out } = await run(["-"], { stdin: `${text}usage: {enabled: true, ledger: {dir: /var/usage}}\n` });
    expect(out).toBe("ok: 1 route, 1 client, 2 budgets, 1 token, listens on 127.0.0.1:8080, ledger in /var/usage\n");
  });

  test("shows an IPv6 address in brackets", async () => {
    const { out } = await run(["-"], { stdin: edited("127.0.0.1:8080", '"[::1]:8080"') });
    expect(out).toBe("ok: 1 route, 1 token, listens on [::1]:8080\n");
  });

  test("is named when others have findings, which are counted", async () => {
    const { out } = await run(["clean.yaml", "warns.yaml"]);
    expect(out).toMatch(/\nclean\.yaml: ok: 1 route, [^\n]*\n0 errors, 1 warning\n$/);
  });

  test.each(["json", "sarif", "github"] as const)("has no such line in %s", async (format) => {
    expect((await run(["clean.yaml"], { format })).out).not.toContain("ok: ");
  });
});

describe("the JSON format", () => {
  test("is that of contract, section 2", async () => {
    expect(JSON.parse((await run(["fails.yaml", "clean.yaml"], { format: "json" })).out)).toEqual({
      ok: false,
      files: [
        {
          file: "fails.yaml",
          diagnostics: [
            {
              code: "schema/unknown-key",
              severity: "error",
              message: 'unknown key "upstrem" in route "openai"',
              path: "/routes/0/upstrem",
              range: { start: { line: 8, column: 5 }, end: { line: 8, column: 12 } },
              help: 'did you mean "upstream"?',
            },
          ],
        },
        { file: "clean.yaml", diagnostics: [] },
      ],
      summary: { errors: 1, warnings: 0 },
    });
  });

  test("of warnings alone is ok", async () => {
    expect(JSON.parse((await run(["warns.yaml"], { format: "json" })).out)).toMatchObject({
      ok: true,
      summary: { errors: 0, warnings: 1 },
    });
  });
});

describe("the GitHub format", () => {
  test("is a workflow command a finding", async () => {
    expect((await run(["fails.yaml", "warns.yaml"], { format: "github" })).out).toBe(
      '::error file=fails.yaml,line=8,col=5,endColumn=12,title=schema/unknown-key::unknown key "upstrem" in route "openai"%0Adid you mean "upstream"?\n' +
        "::warning file=warns.yaml,line=1,col=9,endColumn=21,title=rule/open-listen::other machines can connect, and without inbound_tls their tokens travel in clear text%0Alisten on 127.0.0.1, or put TLS in front\n",
    );
  });

  test("escapes what would end a command", async () => {
    const { out } = await run(["-"], { format: "github", stdin: `${CLEAN}"a%b": 1\n` });
    expect(out).toMatch(/^::error file=<stdin>,[^\n]*::unknown key "a%25b"[^\n]*\n$/);
  });
});

describe("the SARIF format", () => {
  // The schema calls itself draft-04, but everything that it uses is the same in draft-07.
  const { $schema, id, ...draft } = schema;
  const ajv = new Ajv({
    strict: false,
    // A pattern of the official schema is invalid with the `u` flag.
    unicodeRegExp: false,
    allErrors: true,
    formats: {
      uri: (text: string) => URL.canParse(text),
      "uri-reference": (text: string) => URL.canParse(text, "file:///x/"),
      "date-time": true,
    },
  });
  const valid = ajv.compile(draft);

  test("validates, whatever is found", async () => {
    expect([$schema, id].every((one) => typeof one === "string")).toBe(true);
    for (const fixture of FIXTURES) {
      const log = JSON.parse(await runFixture(fixture, "config.yaml", "sarif"));
      expect(valid(log) ? [] : valid.errors, `${fixture.code} ${fixture.name}`).toEqual([]);
    }
  });

  test("is also valid with unusual file names, and names its rules", async () => {
    const log = JSON.parse((await run(["-", "none yaml%.yaml"], { format: "sarif", stdin: FAILS })).out);
    expect(valid(log) ? [] : valid.errors).toEqual([]);
    const [{ tool, results, columnKind }] = log.runs;
    expect(columnKind).toBe("unicodeCodePoints");
    expect(tool.driver).toMatchObject({ name: "ai-gw-lite", version: "1.2.3" });
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "%3Cstdin%3E" },
      region: { startLine: 8, startColumn: 5, endLine: 8, endColumn: 12 },
    });
  });

  test("is checked by a schema that refuses something else", () => {
    expect(valid({ version: "2.1.0", runs: [{ results: [] }] })).toBe(false);
  });
});
