// Tests the sums of the ledger by group and time: which lines count, which files are read, and what is not known.

import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineText } from "../../../src/runtime/usage/ledger/line-text.ts";
import { readBounds } from "../../../src/runtime/usage/ledger/read-bounds.ts";
import { GROUPS, type SumsRow, sumLedger } from "../../../src/runtime/usage/ledger/read-ledger.ts";
import type { LedgerLine } from "../../../src/runtime/usage/ledger-line.ts";
import { folder, handClock, line, NOON, opened, recordingParts } from "./ledger-folder.ts";

const DAY_MS = 86_400_000;
const ALL = { since: undefined, until: undefined };

function folderWith(files: Readonly<Record<string, readonly Partial<LedgerLine>[]>>): string {
  const dir = folder();
  for (const [day, lines] of Object.entries(files)) {
    writeFileSync(join(dir, `usage-${day}.jsonl`), lines.map((some) => lineText(line(some))).join(""));
  }
  return dir;
}

const brief = (rows: readonly SumsRow[]) => rows.map(({ group, requests }) => [...group, requests]);

describe("the sums", () => {
  it("are those of each group; what no line tells is not known, and not 0", async () => {
    const dir = folderWith({
      "2026-11-23": [
        { client: "ana", reasoning_tokens: null },
        { client: "ana", reasoning_tokens: null, input_tokens: null, cost_usd: null },
        { client: "bo", cost_usd: null, output_tokens: 0, cache_write_tokens: 7 },
        { client: "__proto__", model: null },
      ],
    });
    const { rows, skipped } = await sumLedger(dir, { ...ALL, by: ["client"] });
    const tokens = { input_tokens: 100, cache_read_tokens: 40, output_tokens: 10, reasoning_tokens: 0 };
    expect(skipped).toBe(0);
    expect(rows).toEqual([
      {
        group: ["__proto__"],
        requests: 1,
        tokens: { ...tokens, cache_write_tokens: null },
        costTicks: 12_500_000,
        unpriced: 0,
      },
      {
        group: ["ana"],
        requests: 2,
        tokens: {
          input_tokens: 100,
          cache_read_tokens: 80,
          cache_write_tokens: null,
          output_tokens: 20,
          reasoning_tokens: null,
        },
        costTicks: 12_500_000,
        unpriced: 1,
      },
      {
        group: ["bo"],
        requests: 1,
        tokens: { ...tokens, output_tokens: 0, cache_write_tokens: 7 },
        costTicks: null,
        unpriced: 1,
      },
    ]);
  });

  it("are exact in money", async () => {
    const dir = folderWith({ "2026-11-23": Array.from({ length: 10 }, () => ({ cost_usd: 0.1 })) });
    expect((await sumLedger(dir, { ...ALL, by: [] })).rows[0]?.costTicks).toBe(1e10);
  });

  it("are in the order of the groups, with the unknown last", async () => {
    const lines = [{ model: null }, { model: "b" }, { model: "a", route: "z" }, { model: "a", route: "y" }];
    const { rows } = await sumLedger(folderWith({ "2026-11-23": lines }), { ...ALL, by: ["model", "route"] });
    expect(brief(rows)).toEqual([
      ["a", "y", 1],
      ["a", "z", 1],
      ["b", "chat", 1],
      [null, "chat", 1],
    ]);
  });

  it("begin with since, and end before until", async () => {
    const at = (ms: number) => ({ at: new Date(NOON + ms).toISOString() });
    const dir = folderWith({ "2026-11-23": [at(-1), at(0), at(999), at(1000)] });
    const { rows } = await sumLedger(dir, { since: NOON, until: NOON + 1000, by: ["hour"] });
    expect(brief(rows)).toEqual([["2026-11-23T12:00:00Z", 2]]);
  });

  it("leave out a line that is being written, and count it when it is whole", async () => {
    const dir = folderWith({ "2026-11-23": [{}] });
    const file = join(dir, "usage-2026-11-23.jsonl");
    const next = lineText(line());
    appendFileSync(file, next.slice(0, 50));
    expect(await sumLedger(dir, { ...ALL, by: [] })).toMatchObject({ skipped: 0, rows: [{ requests: 1 }] });
    appendFileSync(file, `${next.slice(50)}nonsense\n`);
    expect(await sumLedger(dir, { ...ALL, by: [] })).toMatchObject({ skipped: 1, rows: [{ requests: 2 }] });
  });

  it("equal those of a plain loop over all lines, at any place where the pieces of reading meet", async () => {
    const some = fc.record({
      client: fc.oneof(fc.constantFrom("ana", "bo"), fc.string({ unit: "binary" })),
      model: fc.option(fc.constantFrom("m1", "\u00e9\ud83d\ude00".repeat(40_000)), { nil: null }),
      at: fc.integer({ min: -40, max: 40 }).map((hours) => new Date(NOON + hours * 3_600_000).toISOString()),
      output_tokens: fc.option(fc.nat(1000), { nil: null }),
    });
    const groups = fc.subarray([...GROUPS]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(some, { maxLength: 30 }),
        groups,
        fc.integer({ min: -40, max: 40 }),
        async (lines, by, h) => {
          const dir = folderWith({ "2026-11-25": lines });
          const since = NOON + h * 3_600_000;
          const { rows } = await sumLedger(dir, { since, until: since + DAY_MS, by });
          const expected = new Map<string, [number, number]>();
          for (const each of lines.map(line)) {
            const ms = Date.parse(each.at);
            if (ms < since || ms >= since + DAY_MS) continue;
            const names = { ...each, day: each.at.slice(0, 10), hour: `${each.at.slice(0, 13)}:00:00Z` };
            const key = JSON.stringify(by.map((name) => names[name]));
            const [requests, output] = expected.get(key) ?? [0, 0];
            expected.set(key, [requests + 1, output + (each.output_tokens ?? 0)]);
          }
          const found = rows.map(({ group, requests, tokens }) => [
            JSON.stringify(group),
            [requests, tokens.output_tokens ?? 0],
          ]);
          expect(new Map(found as [string, [number, number]][])).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("the files that are read", () => {
  /** The lines of this folder's files began on 23 November, and say in which file they are. */
  async function sumsOfDay(dir: string, bounds: Awaited<ReturnType<typeof readBounds>>) {
    const since = Date.UTC(2026, 10, 23);
    const { rows } = await sumLedger(dir, { since, until: since + DAY_MS - 1, by: ["client"] }, bounds);
    return rows.map(({ group: [client] }) => client);
  }

  const files = Object.fromEntries(
    ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"].map((day) => [day, [{ client: day }]]),
  );

  it("are those from the first day on, as far as lines can be late", async () => {
    const dir = folderWith(files);
    expect(await sumsOfDay(dir, { lagDays: 1, knownTo: "2026-11-26" })).toEqual([
      "2026-11-23",
      "2026-11-24",
      "2026-11-26",
    ]);
    expect(await sumsOfDay(dir, { lagDays: 0, knownTo: "2026-11-27" })).toEqual(["2026-11-23"]);
    expect(await sumsOfDay(dir, undefined)).toHaveLength(4);
  });

  it("include those of exchanges that lasted long, with and without a checkpoint", async () => {
    const dir = folder();
    const clock = handClock();
    const { ledger } = await opened(dir, recordingParts({ clock }).parts);
    const append = async (client: string, days: number) => {
      clock.time = NOON + days * DAY_MS;
      ledger.append(line({ client }));
      await ledger.flush();
    };
    await append("long", 5);
    // This one is in the file of the last day.
    ledger.append(line({ client: "other", at: new Date(NOON + 9 * DAY_MS).toISOString() }));
    await ledger.flush();
    expect(await readBounds(dir)).toBeDefined();
    const day = { since: NOON, until: NOON + 1, by: ["client"] as const };
    expect(brief((await ledger.read(day)).rows)).toEqual([["long", 1]]);
    expect(await sumsOfDay(dir, await readBounds(dir))).toEqual(["long"]);
    await append("longest", 12);
    expect(await sumsOfDay(dir, await readBounds(dir))).toEqual(["long", "longest"]);
    await ledger.close();
    expect(await readBounds(dir)).toEqual({ lagDays: 12, knownTo: "2026-12-05" });
  });

  it("include the lines that wait, when the ledger itself is asked", async () => {
    const { ledger } = await opened(folder(), recordingParts().parts);
    ledger.append(line());
    expect((await ledger.read({ ...ALL, by: [] })).rows[0]?.requests).toBe(1);
  });

  it("name no more models than fit into memory, and count all requests", async () => {
    const names = Array.from({ length: 1200 }, (_, i) => `${i} ${"x".repeat(8000)}`);
    const dir = folderWith({ "2026-11-23": [...names, ...names].map((model) => ({ client: "ana", model })) });
    const { ledger } = await opened(dir, recordingParts().parts);
    const { rows } = await ledger.read({ ...ALL, by: ["client", "model"] });
    const named = rows.filter(({ group }) => group[1] !== null);
    expect(named.reduce((sum, { group }) => sum + (group[1]?.length ?? 0), 0)).toBeLessThan(8 * 1024 * 1024);
    expect(named.length).toBeGreaterThan(1000);
    expect(named.every(({ requests }) => requests === 2)).toBe(true);
    expect(brief(rows).at(-1)).toEqual(["ana", null, 2400 - 2 * named.length]);
    // The command may take as much memory as it needs.
    expect((await sumLedger(dir, { ...ALL, by: ["client", "model"] })).rows).toHaveLength(1200);
  });
});
