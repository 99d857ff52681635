// Tests `usage`: what it prints in each format, what it takes for a time and a group, and what it refuses.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/main.ts";
import { lineText } from "../../src/runtime/usage/ledger/line-text.ts";
import { line } from "../usage/ledger/ledger-folder.ts";
import { recordingIo } from "./recording-io.ts";

let dir = "";

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "usage-"));
  const lines = [
    line({
      at: "2026-11-22T23:30:00.000Z",
      client: "bo",
      model: "claude-sonnet-5",
      cost_usd: 12.3,
      reasoning_tokens: null,
    }),
    line({ at: "2026-11-23T01:00:00.000Z" }),
    line({ at: "2026-11-23T01:59:59.999Z", cost_usd: 1e-9, input_tokens: 2_000_000 }),
    line({ at: "2026-11-23T02:00:00.000Z", model: null, upstream: 'spare, "EU"', cost_usd: null, output_tokens: null }),
  ];
  writeFileSync(join(dir, "usage-2026-11-23.jsonl"), lines.map(lineText).join(""));
});

afterAll(() => rmSync(dir, { recursive: true }));

async function usage(options: string, folder = dir) {
  const { io, printed } = recordingIo();
  const code = await runCommandLine(
    ["usage", "--dir", folder, ...options.split(" ").filter((word) => word !== "")],
    io,
  );
  return { code, ...printed };
}

const UNPRICED = "note: the cost of 1 of 4 requests is unknown and not in the sums\n";

describe("the formats", () => {
  it("table", async () => {
    expect(await usage("--by client,model")).toEqual({
      code: 0,
      err: UNPRICED,
      out: `client  model            requests  input_tokens  cache_read_tokens  cache_write_tokens  output_tokens  reasoning_tokens     cost_usd
ana     gpt-5                   2       2000100                 80                   -             20                 0  0.001250001
ana     -                       1           100                 40                   -              -                 0            -
bo      claude-sonnet-5         1           100                 40                   -             10                 -         12.3
`,
    });
  });

  it("table of all, without groups", async () => {
    expect((await usage("")).out).toBe(
      `requests  input_tokens  cache_read_tokens  cache_write_tokens  output_tokens  reasoning_tokens      cost_usd
       4       2000300                160                   -             30                 0  12.301250001
`,
    );
  });

  it("csv", async () => {
    expect(await usage("--by day,upstream --format csv")).toEqual({
      code: 0,
      err: UNPRICED,
      out: [
        "day,upstream,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost_usd\r\n",
        "2026-11-22,main,1,100,40,,10,,12.3\r\n",
        "2026-11-23,main,2,2000100,80,,20,0,0.001250001\r\n",
        '2026-11-23,"spare, ""EU""",1,100,40,,,0,\r\n',
      ].join(""),
    });
  });

  it("json", async () => {
    const { out, code } = await usage("--by hour --since 2026-11-23 --format json");
    expect(code).toBe(0);
    const tokens = { cache_write_tokens: null, reasoning_tokens: 0 };
    expect(JSON.parse(out)).toEqual({
      rows: [
        {
          hour: "2026-11-23T01:00:00Z",
          requests: 2,
          input_tokens: 2_000_100,
          cache_read_tokens: 80,
          output_tokens: 20,
          cost_usd: 0.001250001,
          ...tokens,
        },
        {
          hour: "2026-11-23T02:00:00Z",
          requests: 1,
          input_tokens: 100,
          cache_read_tokens: 40,
          output_tokens: null,
          cost_usd: null,
          ...tokens,
        },
      ],
    });
    expect(Object.keys(JSON.parse(out).rows[0])).toEqual([
      "hour",
      "requests",
      "input_tokens",
      "cache_read_tokens",
      "cache_write_tokens",
      "output_tokens",
      "reasoning_tokens",
      "cost_usd",
    ]);
  });

  it("focus: the 21 columns that FOCUS 1.2 requires, and ours", async () => {
    const { out } = await usage("--format focus --since 2026-11-22T23:00:00Z --until 2026-11-23T12:00:00Z");
    expect(out.split("\r\n")).toEqual([
      "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,ChargePeriodEnd,ChargePeriodStart,ContractedCost,EffectiveCost,InvoiceIssuerName,ListCost,PricingQuantity,PricingUnit,ProviderName,PublisherName,ServiceCategory,ServiceName,x_Client,x_Route,x_Upstream,x_Model,x_Requests,x_UnpricedRequests,x_InputTokens,x_CacheReadTokens,x_CacheWriteTokens,x_OutputTokens,x_ReasoningTokens",
      "0.001250001,ai-gw-lite,,USD,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,Usage,,Tokens of gpt-5,2026-11-23T12:00:00Z,2026-11-23T00:00:00Z,0.001250001,0.001250001,main,0.001250001,2000120,Tokens,main,main,AI and Machine Learning,gpt-5,ana,chat,main,gpt-5,2,0,2000100,80,,20,0",
      '0,ai-gw-lite,,USD,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,Usage,,Tokens of AI models,2026-11-23T12:00:00Z,2026-11-23T00:00:00Z,0,0,"spare, ""EU""",0,100,Tokens,"spare, ""EU""","spare, ""EU""",AI and Machine Learning,AI models,ana,chat,"spare, ""EU""",,1,1,100,40,,,0',
      "12.3,ai-gw-lite,,USD,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,Usage,,Tokens of claude-sonnet-5,2026-11-23T00:00:00Z,2026-11-22T23:00:00Z,12.3,12.3,main,12.3,110,Tokens,main,main,AI and Machine Learning,claude-sonnet-5,bo,chat,main,claude-sonnet-5,1,0,100,40,,10,",
      "",
    ]);
  });

  it("focus has a charge period, whatever the groups are", async () => {
    const { out } = await usage("--format focus --by client");
    expect(
      out
        .split("\r\n")
        .slice(1, -1)
        .map((row) => row.split(",").slice(9, 11)),
    ).toEqual([
      ["2026-11-24T00:00:00Z", "2026-11-23T00:00:00Z"],
      ["2026-11-23T00:00:00Z", "2026-11-22T00:00:00Z"],
    ]);
    const byHour = await usage("--format focus --by hour");
    expect(byHour.out.split("\r\n")[1]).toContain(",2026-11-23T00:00:00Z,2026-11-22T23:00:00Z,");
  });
});

describe("names that would do harm", () => {
  let bad = "";

  beforeAll(() => {
    bad = mkdtempSync(join(tmpdir(), "usage-"));
    const names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "a\nb", "__proto__", "\u001b[2J\u202e"];
    const text = names.map((model) => lineText(line({ model }))).join("");
    writeFileSync(join(bad, "usage-2026-11-23.jsonl"), text);
  });

  afterAll(() => rmSync(bad, { recursive: true }));

  it("are no formulas in a spreadsheet, and no rows of their own", async () => {
    const { out } = await usage("--by model --format csv", bad);
    const names = out
      .split("\r\n")
      .slice(1, -1)
      .map((row) => row.replace(/,1,100,.*$/s, ""));
    expect(names).toEqual([
      "'\tx",
      '"\'\rx"',
      "\u001b[2J\u202e",
      "'+1",
      "'-1",
      "'=1+1",
      "'@SUM(A1)",
      "__proto__",
      '"a\nb"',
    ]);
  });

  it("don't steer the terminal", async () => {
    const { out } = await usage("--by model", bad);
    expect(out.split("\n")).toHaveLength(11);
    expect(out).toContain("\ufffd[2J\ufffd");
    expect(out).toMatch(/^(?:[^\p{Cc}\p{Cf}]|\n)*$/u);
  });

  it("are keys like any other in JSON", async () => {
    const { out } = await usage("--by model --format json", bad);
    expect(JSON.parse(out).rows.map(({ model }: { model: string }) => model)).toContain("__proto__");
  });
});

describe("what is refused, with exit code 2", () => {
  it.each([
    [
      "--by client,user",
      "error: --by: 'user' is not a group. The groups are client, route, upstream, model, day, hour\n",
    ],
    ["--by toString", "error: --by: 'toString' is not a group"],
    ["--format xml", "error: option '--format <format>' argument 'xml' is invalid"],
    [
      "--since yesterday",
      "error: --since: 'yesterday' is neither a date nor an RFC 3339 time, such as 2026-11-23T00:00:00Z\n",
    ],
    ["--since 2026-02-30", "error: --since: '2026-02-30' is neither a date nor an RFC 3339 time"],
    ["--since 2026-11-24 --until 2026-11-24", "error: --until must be later than --since\n"],
    ["--until 2026-11-23T00:00:00", "error: --until: '2026-11-23T00:00:00' is neither a date nor an RFC 3339 time"],
  ])("%s", async (options, message) => {
    const { code, out, err } = await usage(options);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });

  it("a folder that is missing, that is a file, or that has no ledger", async () => {
    expect(await usage("", join(dir, "none"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("/none: no such folder\n"),
    });
    const file = join(dir, "usage-2026-11-23.jsonl");
    expect(await usage("", file)).toMatchObject({ code: 2, err: expect.stringContaining(": it is not a folder\n") });
    const empty = mkdtempSync(join(tmpdir(), "usage-"));
    expect(await usage("", empty)).toMatchObject({ code: 2, out: "", err: expect.stringContaining("has no ledger") });
    rmSync(empty, { recursive: true });
  });

  it("no folder at all", async () => {
    const { io, printed } = recordingIo();
    expect(await runCommandLine(["usage"], io)).toBe(2);
    expect(printed.err).toContain("--dir");
  });
});

describe("times", () => {
  it.each([
    ["--since 2026-11-23", "3"],
    ["--since 2026-11-23T02:00:00+01:00", "3"],
    ["--until 2026-11-23T01:00:00Z", "1"],
    ["--until 2026-11-23T01:00:00.001Z", "2"],
    ["--since 2026-11-24", "none"],
  ])("%s", async (options, requests) => {
    const { out, code, err } = await usage(`${options} --format csv`);
    expect([code, out.split("\r\n")[1]?.split(",")[0] || "none"]).toEqual([0, requests]);
    expect(err.includes("note: the ledger has no requests in this range\n")).toBe(requests === "none");
  });
});
