// Checks how the bench judges its targets, and that the pages with its figures list each of them.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { AIMS } from "../../bench/aims.mjs";
import { targetRows } from "../../bench/judge.mjs";
import { BEGIN, END, fillIn } from "../../bench/markdown.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGES = ["docs/performance.md", "docs/performance.zh-CN.md"];

const BARE = "bare http-proxy";

/** Windows of one figure. */
const windows = (figure: string, ...values: number[]) => values.map((value) => ({ [figure]: value }));

/** The row of a target, without the cells that say what it is. */
function judged(what: string, results: Parameters<typeof targetRows>[0]): string[] {
  const row = targetRows(results, { all: true }).find(([name]) => name === what) ?? [];
  return row.slice(2);
}

const cpu = (...values: number[]) => windows("cpuPerRequest", ...values);

/** What the bench measures, by the names that its results get. */
interface Parts {
  readonly WORKLOADS: readonly { readonly id: string; readonly figures: readonly { readonly key: string }[] }[];
  readonly COMPARISONS: readonly { readonly title: string }[];
  readonly POOLS: readonly { readonly title: string }[];
  readonly USAGE: readonly { readonly title: string }[];
  readonly REDIS_LIMITS: readonly { readonly title: string }[];
}

describe("each target", async () => {
  const file: string = resolve(ROOT, "bench/workloads.mjs");
  const { WORKLOADS, COMPARISONS, POOLS, USAGE, REDIS_LIMITS }: Parts = await import(file);
  const titles = (rows: readonly { readonly title: string }[]) => rows.map(({ title }) => title);
  const names: Readonly<Record<string, readonly string[]>> = {
    features: titles(COMPARISONS),
    pools: titles(POOLS),
    usage: titles(USAGE),
    redis: titles(REDIS_LIMITS).map((title) => `${title}, 1 connection`),
    workers: ["w1", "w2"],
    startup: ["gateway: check", "gateway: serve to listening"],
  };

  it.each(AIMS.map((aim) => [aim.what, aim] as const))(
    "is measured: %s",
    (_what, { from: [part = "", name], lane, figure }) => {
      const workload = WORKLOADS.find(({ id }) => id === part);
      if (workload === undefined) expect(names[part]).toContain(name ?? lane);
      else expect(workload.figures.map(({ key }) => key)).toContain(figure);
    },
  );

  it.each(COMPARISONS)("covers the comparison $title", ({ title }) => {
    expect(AIMS.map(({ from }) => from)).toContainEqual(["features", title]);
  });
});

describe("the table of targets", () => {
  it("counts an aim as reached if the median and the best windows reach it", () => {
    const w1 = { gateway: cpu(80, 81, 82), [BARE]: cpu(100, 100, 100), caddy: cpu(90, 90, 90) };
    expect(judged("W1: CPU per request", { w1 })).toEqual([
      "0.81",
      "0.80",
      "reached",
      expect.any(String),
      "0.81, 0.90",
      "yes",
    ]);
  });

  it("counts a moonshot as missed if one of its peers is cheaper", () => {
    const w1 = { gateway: cpu(80, 80, 80), [BARE]: cpu(100, 100, 100), caddy: cpu(70, 70, 70) };
    expect(judged("W1: CPU per request", { w1 }).at(-1)).toBe("no");
  });

  it("does not know a moonshot whose peer was not measured", () => {
    const w1 = { gateway: cpu(80, 80, 80), [BARE]: cpu(100, 100, 100) };
    expect(judged("W1: CPU per request", { w1 }).at(-1)).toBe("not measured");
  });

  it("compares values as they are printed", () => {
    const w1 = { gateway: cpu(100.4), [BARE]: cpu(100) };
    expect(judged("W1: CPU per request", { w1 }).slice(0, 3)).toEqual(["1.00", "1.00", "reached"]);
  });

  it("is unsure if the median and the best windows disagree", () => {
    const w1 = { gateway: cpu(90, 120, 120), [BARE]: cpu(100, 100, 100) };
    expect(judged("W1: CPU per request", { w1 }).slice(0, 3)).toEqual(["1.20", "0.90", "unsure"]);
    const lucky = { gateway: cpu(95, 95, 95), [BARE]: cpu(100, 100, 50) };
    expect(judged("W1: CPU per request", { w1: lucky }).slice(0, 3)).toEqual(["0.95", "1.90", "unsure"]);
  });

  it("counts a clear miss as unsure only if the machine was busy", () => {
    const w1 = { gateway: cpu(120), [BARE]: cpu(100) };
    const busy = (percent: number) => ({ w1, "other work": { w1: [{ percent }] } });
    expect(judged("W1: CPU per request", busy(15))[2]).toBe("MISSED");
    expect(judged("W1: CPU per request", busy(16))[2]).toBe("unsure");
  });

  it("does not judge figures of windows that were too short", () => {
    const w1 = { gateway: cpu(80, 80), [BARE]: cpu(0, 0) };
    expect(judged("W1: CPU per request", { w1 })[2]).toBe("not measured");
  });

  it("takes the highest figure as the best one where more is better", () => {
    const mb = (...values: number[]) => windows("megabytesPerSecond", ...values);
    const w3 = { gateway: mb(200, 300, 300), [BARE]: mb(100, 100, 100) };
    expect(judged("W3: MB/s", { w3 }).slice(0, 3)).toEqual(["3.00", "3.00", "reached"]);
  });

  it("excuses joined events only if bare http-proxy has as many in its best window", () => {
    const joined = (...values: number[]) => windows("joined", ...values);
    const of = (own: number[], bare: number[]) =>
      judged("W2: events joined, of 20,000", { w2: { gateway: joined(...own), [BARE]: joined(...bare) } })[2];
    expect(of([7, 0], [5, 5])).toBe("reached");
    expect(of([7, 3], [5, 3])).toBe("reached");
    expect(of([7, 4], [5, 3])).toBe("MISSED");
  });

  it("takes the first bytes of all windows together", () => {
    const lane = (whole: number) => [{ firstByteP99: 10, firstByteP99OfAll: whole }];
    const w2 = { gateway: lane(24), [BARE]: lane(20) };
    expect(judged("W2: first byte p99", { w2 }).slice(0, 2)).toEqual(["1.20", "1.00"]);
  });

  it("says what two workers do from the CPU that they take", () => {
    const w1 = { "one process": cpu(100, 100), "two workers, two cores": cpu(105, 105) };
    expect(judged("two workers : one process, W1", { workers: { w1 } }).slice(0, 3)).toEqual([
      "1.90",
      "1.90",
      "reached",
    ]);
  });

  it("says what Redis adds in milliseconds", () => {
    const redis = {
      "rate, in flight, 1 connection": { Redis: windows("p50", 0.9, 1.1), "own memory": windows("p50", 0.5, 0.5) },
    };
    expect(judged("limits in Redis (rate, in flight): added p50", { redis }).slice(0, 3)).toEqual([
      "0.50",
      "0.40",
      "reached",
    ]);
  });

  it("leaves out what was not measured, if it is asked to", () => {
    const w1 = { gateway: cpu(80), [BARE]: cpu(100) };
    expect(targetRows({ w1 }, { all: false }).map(([what]) => what)).toEqual(["W1: CPU per request"]);
    expect(targetRows({}, { all: true })).toHaveLength(AIMS.length);
  });
});

describe.each(PAGES)("%s", (page) => {
  const text = readFileSync(resolve(ROOT, page), "utf8");
  const between = text.slice(text.indexOf(BEGIN), text.indexOf(END));
  const rows = between
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()));

  it.each(targetRows({}, { all: true }))("lists the target %s with its aim %s", (what, aim) => {
    expect(rows.filter((row) => row[1] === what).map((row) => row[2])).toEqual([aim]);
  });

  it("can be filled in again without a change around the tables", () => {
    const filled = fillIn(text, "new\n");
    expect(filled).toBe(`${text.slice(0, text.indexOf(BEGIN))}${BEGIN}\n\nnew\n\n${text.slice(text.indexOf(END))}`);
    expect(fillIn(filled, "new")).toBe(filled);
  });
});

it.each(["", BEGIN, END, `${END}\n${BEGIN}`])("a page without both marks in order is refused: %j", (page) => {
  expect(() => fillIn(page, "new")).toThrow("must contain");
});
