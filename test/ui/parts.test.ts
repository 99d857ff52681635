// Do the page's parts that need no browser do as they say? Figures in words, readings of a column, the rhythm of asking.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../../src/ui/answer.ts";
import { hasContent, largestAt, latestAt } from "../../src/ui/charts/reading.ts";
import { formats } from "../../src/ui/formats.ts";
import { Refresher, type Told } from "../../src/ui/refresher.ts";
import { readSummary } from "../../src/ui/summary.ts";
import { isSendable } from "../../src/ui/token-text.ts";
import { pickLanguage, WORDS } from "../../src/ui/words/index.ts";
import { busySummary, NOW } from "./sample-summary.ts";

const en = formats("en", "UTC");
const zh = formats("zh", "UTC");

describe("figures", () => {
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
  ])("writes a span of %d s in two units", (seconds, english, chinese) => {
    expect([en.span(seconds), zh.span(seconds)]).toEqual([english, chinese]);
  });

  it("writes times on a 24 hour clock", () => {
    expect([en.time(NOW), en.timeOfDay(NOW), en.time(NOW - 14 * 3_600_000)]).toEqual(["14:05", "14:05:30", "00:05"]);
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
  ])("%j has its largest and latest value where they are", (values, largest, latest) => {
    expect([largestAt(values), latestAt(values)]).toEqual([largest, latest]);
  });

  it("has content when there is something to draw", () => {
    const column = (values: (number | null)[]) => [{ name: "", tone: "p50" as const, values }];
    expect([[], [0, null], [0, 2]].map((values) => hasContent(column(values)))).toEqual([false, false, true]);
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
  ])("of %j are read as %s", (wanted, language) => {
    expect(pickLanguage(wanted)).toBe(language);
  });

  it("leave no text empty", () => {
    const texts = (value: unknown): unknown[] => {
      if (typeof value === "function") return [value("1", "2", "3", "4")];
      return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [value];
    };
    for (const words of Object.values(WORDS)) {
      expect(texts(words).every((text) => typeof text === "string" && text !== "")).toBe(true);
    }
  });
});

describe("a summary", () => {
  it("is told from what is none", () => {
    expect(readSummary(JSON.parse(JSON.stringify(busySummary())))).toEqual(busySummary());
    for (const other of [undefined, null, "", 7, [], {}, { error: "x" }, { ...busySummary(), series: {} }]) {
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

describe("the rhythm", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const GONE: Answer = { kind: "gone" };
  const GOOD: Answer = { kind: "summary", summary: busySummary() };

  function rhythm(answers: readonly Answer[]) {
    const told: Told[] = [];
    let asked = 0;
    const refresher = new Refresher(
      () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? GONE),
      (what) => void told.push(what),
    );
    return { refresher, waits: () => told.map(({ waitMs }) => waitMs / 1000), asked: () => asked };
  }

  it("is every five seconds, slower while the gateway is gone, and itself again after", async () => {
    const { refresher, waits } = rhythm([GOOD, GONE, GONE, GONE, GONE, GONE, GONE, GOOD]);
    refresher.wake();
    await vi.advanceTimersByTimeAsync((5 + 5 + 10 + 20 + 40 + 60 + 60) * 1000);
    expect(waits()).toEqual([5, 5, 10, 20, 40, 60, 60, 5]);
  });

  it("asks once however often it is woken, and not at all while asleep", async () => {
    const { refresher, asked, waits } = rhythm([GOOD]);
    refresher.wake();
    refresher.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked()).toBe(1);
    refresher.wake();
    await vi.advanceTimersByTimeAsync(4999);
    expect(asked()).toBe(2);
    refresher.sleep();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBe(2);
    refresher.wake();
    refresher.sleep();
    await vi.advanceTimersByTimeAsync(0);
    expect([asked(), waits().length]).toEqual([3, 2]);
  });
});
