// Checks when a worker reports, and that nothing secret is in a report.

import { serialize } from "node:v8";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import { Meters } from "../../src/runtime/observe/metrics/meters.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import type { Report } from "../../src/runtime/workers/report.ts";
import { WorkerReports } from "../../src/runtime/workers/worker-reports.ts";
import { WorkerTally } from "../../src/runtime/workers/worker-tally.ts";
import { meteredRecord, usageOf } from "../observe/usage-scene.ts";

const LINE = { request_id: "r" } as LedgerLine;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scene() {
  const sent: Report[] = [];
  const reports = new WorkerReports({ send: (report) => void sent.push(report) });
  return { sent, reports, record: meteredRecord() };
}

describe("a worker reports", () => {
  it("what has happened, after 20 ms", () => {
    const { sent, reports, record } = scene();
    reports.admitted(record);
    vi.advanceTimersByTime(15);
    reports.ended(record);
    vi.advanceTimersByTime(4);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
    reports.ended(record);
    vi.advanceTimersByTime(20);
    expect(sent).toHaveLength(2);
  });

  it("a line of the ledger after 5 ms, with all else that waits", () => {
    const { sent, reports, record } = scene();
    reports.ended(record);
    vi.advanceTimersByTime(10);
    reports.append(LINE);
    vi.advanceTimersByTime(3);
    reports.append(LINE);
    reports.metered(record, usageOf());
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent.map(({ lines, events }) => [lines.length, events.length > 20])).toEqual([[2, true]]);
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
    reports.append(LINE);
    vi.advanceTimersByTime(5);
    expect(sent).toHaveLength(2);
  });

  it("at once when it is told to, and nothing when nothing waits", () => {
    const { sent, reports, record } = scene();
    reports.flush();
    expect(sent).toEqual([]);
    reports.unparsed({ requestId: "x", outcome: "bad_request", status: 400, cause: "TLS" });
    reports.flush();
    reports.flush();
    expect(sent).toHaveLength(1);
    reports.append(LINE);
    reports.flush();
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(2);
    reports.admitted(record);
    vi.advanceTimersByTime(20);
    expect(sent).toHaveLength(3);
  });

  it("at once when very much waits", () => {
    const { sent, reports, record } = scene();
    for (let i = 0; i < 50_000; i++) reports.ended(record);
    expect(sent.length).toBeGreaterThan(2);
    for (const { events } of sent) expect(events.byteLength).toBeLessThan(2 ** 20 + 200);
    reports.flush();
    const meters = new Meters({ routes: [] } as unknown as Blueprint, { now: () => 1_800_000_000_000 });
    for (const report of sent) new WorkerTally(meters).apply(report);
    expect(meters.routes.get("chat")?.requestCounters()[0]?.byStatusClass[2]).toBe(50_000);
  });

  it("no header, no path and nothing that was made from a token", () => {
    const { sent, reports } = scene();
    const id = "7c1e".repeat(16);
    const record = meteredRecord({
      path: "/canary-path",
      facts: {
        rawHeaders: ["authorization", "Bearer canary-token"],
        client: { id, label: "can***en#7c1e7c1e", access: undefined },
        cause: "canary-cause",
      },
    });
    reports.admitted(record);
    reports.attempted(record, { upstream: "a", result: "429", status: 429, ms: 1 }, true);
    reports.ended(record);
    reports.metered(record, usageOf({ served: "canary-model" }));
    reports.flush();
    const bytes = serialize(sent).toString("latin1");
    expect(bytes).toContain("can***en#7c1e7c1e");
    expect(bytes).not.toMatch(/canary|authorization/);
    expect(bytes).not.toContain(id);
  });
});
