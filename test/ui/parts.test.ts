// Checks the parts of the page that need no browser: formats, chart columns, languages, the summary, the refresher.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ERROR_REPLIES } from "../../src/plan/replies.ts";
import { hasContent, largestAt, latestAt } from "../../src/ui/charts/column-values.ts";
import { timeSteps } from "../../src/ui/charts/time-steps.ts";
import { formats } from "../../src/ui/formats.ts";
import { pickLanguage, TEXTS } from "../../src/ui/locale.ts";
import { Refresher, type RefreshResult } from "../../src/ui/refresher.ts";
import { readSummary, type SummaryResult } from "../../src/ui/summary.ts";
import { isSendable } from "../../src/ui/token-format.ts";
import { busySummary, NOW } from "./sample-summary.ts";

const en = formats("en", "UTC");
const zh = formats("zh", "UTC");

describe("formats", () => {
  it.each([
    [null, "–"],
    [0, "0 ms"],
    [0.734, "0.734 ms"],
    [12.34, "12.3 ms"],
    [999.4, "999 ms"],
    [1000, "1 s"],
    [61_499, "61.5 s"],
    [600_000, "10 min"],
  ])("writes %s ms as %s", (ms, text) => {
    expect(en.ms(ms).replace("\u202f", " ")).toBe(text);
  });

  it.each([
    [0, "0%"],
    [0.00001, "<0.1%"],
    [0.0224, "2.2%"],
    [1, "100%"],
  ])("writes the ratio %d as %s", (ratio, text) => {
    expect(en.share(ratio)).toBe(text);
  });

  it.each([
    [0, "0s", "0秒"],
    [59, "59s", "59秒"],
    [60, "1m", "1分钟"],
    [3725, "1h 2m", "1小时 2分钟"],
    [86_400 * 3 + 15_120, "3d 4h", "3天 4小时"],
  ])("writes a duration of %d s in two units", (seconds, english, chinese) => {
    expect([en.duration(seconds), zh.duration(seconds)]).toEqual([english, chinese]);
  });

  it.each([
    [0, "$0.00"],
    [0.00004, "<$0.01"],
    [0.01, "$0.01"],
    [1234.567, "$1,234.57"],
  ])("writes %d USD as %s", (value, text) => {
    expect([en.usd(value), zh.usd(value)]).toEqual([text, text]);
  });

  it.each([
    [12_600, "12.6K", "1.3万"],
    [41_000_000, "41M", "4100万"],
  ])("writes the count %d in short", (count, english, chinese) => {
    expect([en.shortCount(count), zh.shortCount(count)]).toEqual([english, chinese]);
  });

  it("writes the end of a period in UTC, wherever the reader is", () => {
    const inShanghai = formats("en", "Asia/Shanghai");
    expect([en.utc(NOW), inShanghai.utc(NOW)]).toEqual(Array(2).fill("14 Mar, 14:05 UTC"));
    expect(inShanghai.dayAndTime(NOW)).toBe("14 Mar, 22:05");
  });

  it("writes times on a 24 hour clock", () => {
    expect([en.time(NOW), en.timeOfDay(NOW), en.time(NOW - 14 * 3_600_000)]).toEqual(["14:05", "14:05:30", "00:05"]);
    expect([en.step(NOW, 60_000), en.step(NOW, 10_000)]).toEqual(["14:05", "14:05:30"]);
    expect([en.ago(47 * 60), en.ago(0.4), zh.ago(47 * 60)]).toEqual(["47 minutes ago", "now", "47分钟前"]);
  });
});

describe("a column", () => {
  it.each([
    [[], undefined, undefined],
    [[null, null], undefined, undefined],
    [[3, 7, 7, 1], 2, 3],
    [[null, 5, null], 1, 1],
    [[0, 0], 1, 1],
  ])("%j has its largest and latest value found", (values, largest, latest) => {
    expect([largestAt(values), latestAt(values)]).toEqual([largest, latest]);
  });

  it("has content if there is something to draw", () => {
    const column = (values: (number | null)[]) => [{ name: "", tone: "p50" as const, values }];
    expect([[], [0, null], [0, 2]].map((values) => hasContent(column(values)))).toEqual([false, false, true]);
  });
});

describe("the time steps of a chart", () => {
  const { quarter } = busySummary().series;
  const { start_unix_ms: start, requests } = quarter;
  const STEP = 10_000;

  it.each([
    ["an old process", start - 86_400_000, 0, 90],
    ["a process as old as the first step", start, 0, 90],
    ["a process that started within the fifth step", start + 4.5 * STEP, 4, 86],
    ["a process that started in the current step", start + 89.9 * STEP, 89, 1],
    ["a clock that was set back after the start", start + 500 * STEP, 89, 1],
  ])("are those since the start of %s", (_, startedAt, first, count) => {
    const steps = timeSteps(quarter, startedAt);
    expect([steps.first, steps.starts.length]).toEqual([first, count]);
    expect(steps.starts[0]).toBe(start + first * STEP);
    expect(steps.starts.at(-1)).toBe(start + (requests.length - 1) * STEP);
  });

  it("fill the axis, or at least 18 of its steps", () => {
    const axis = (startedAt: number) => {
      const { axisEnd, starts } = timeSteps(quarter, startedAt);
      return (axisEnd - (starts[0] ?? 0)) / STEP;
    };
    expect([axis(0), axis(start + 60 * STEP), axis(start + 88 * STEP)]).toEqual([90, 30, 18]);
  });
});

describe("languages", () => {
  it.each([
    [[], "en"],
    [["de-DE", "fr"], "en"],
    [["zh-TW"], "zh"],
    [["de", "zh-Hans-CN", "en"], "zh"],
    [["en-US", "zh"], "en"],
    [["EN"], "en"],
  ])("%j become %s", (wanted, language) => {
    expect(pickLanguage(wanted)).toBe(language);
  });

  it("have no empty text", () => {
    const textsOf = (value: unknown): unknown[] => {
      if (typeof value === "function") return [value("1", "2", "3", "4")];
      return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [value];
    };
    for (const texts of Object.values(TEXTS)) {
      expect(textsOf(texts).every((text) => typeof text === "string" && text !== "")).toBe(true);
    }
  });
});

describe("outcomes", () => {
  it.each(Object.entries(TEXTS))("of the gateway all have a meaning in words in %s", (_, { results }) => {
    const codes = [...Object.keys(ERROR_REPLIES), "preflight", "client_closed"];
    expect(codes.filter((code) => results.outcomes[code] === undefined)).toEqual([]);
  });

  it("have a meaning in the same cases in all languages", () => {
    const keys = Object.values(TEXTS).map(({ results: { statuses, outcomes, brokenOff }, upstreams }) =>
      [statuses, outcomes, brokenOff, upstreams.reasons].map((meanings) => Object.keys(meanings)),
    );
    expect(keys[1]).toEqual(keys[0]);
  });
});

describe("a summary", () => {
  it("is distinguished from other JSON", () => {
    expect(readSummary(JSON.parse(JSON.stringify(busySummary())))).toEqual(busySummary());
    for (const other of [
      undefined,
      null,
      "",
      7,
      [],
      {},
      { error: "x" },
      { ...busySummary(), series: {} },
      { ...busySummary(), results_1h: 7 },
    ]) {
      expect(readSummary(other)).toBeUndefined();
    }
  });
});

describe("a token", () => {
  it.each([
    ["a", true],
    ["with space", true],
    ["!~", true],
    ["", false],
    [" a", false],
    ["é", false],
    ["a\nb", false],
  ])("%j can be sent: %s", (token, sendable) => {
    expect(isSendable(token)).toBe(sendable);
  });
});

describe("the refresher", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const UNAVAILABLE: SummaryResult = { kind: "unavailable" };
  const GOOD: SummaryResult = { kind: "summary", summary: busySummary() };

  function testRefresher(results: readonly SummaryResult[]) {
    const refreshed: RefreshResult[] = [];
    let requests = 0;
    const refresher = new Refresher(
      () => Promise.resolve(results[Math.min(requests++, results.length - 1)] ?? UNAVAILABLE),
      (result) => void refreshed.push(result),
    );
    return { refresher, waits: () => refreshed.map(({ waitMs }) => waitMs / 1000), requests: () => requests };
  }

  it("fetches every five seconds, less often while the gateway is unavailable, and every five seconds again after that", async () => {
    const { refresher, waits } = testRefresher([GOOD, ...Array.from({ length: 6 }, () => UNAVAILABLE), GOOD]);
    refresher.start();
    await vi.advanceTimersByTimeAsync((5 + 5 + 10 + 20 + 40 + 60 + 60) * 1000);
    expect(waits()).toEqual([5, 5, 10, 20, 40, 60, 60, 5]);
  });

  it("has one request in flight however often it is started, and none while it is stopped", async () => {
    const { refresher, requests, waits } = testRefresher([GOOD]);
    refresher.start();
    refresher.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(requests()).toBe(1);
    refresher.start();
    await vi.advanceTimersByTimeAsync(4999);
    expect(requests()).toBe(2);
    refresher.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests()).toBe(2);
    refresher.start();
    refresher.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect([requests(), waits().length]).toEqual([3, 2]);
  });
});
