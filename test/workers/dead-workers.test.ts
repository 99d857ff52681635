// Checks that workers which die again and again leave their sums, and take a bounded memory.

import { expect, it } from "vitest";
import type { ProcessFigures } from "../../src/runtime/observe/metrics/process-figures.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { ChargesByWorker } from "../../src/runtime/workers/charges-by-worker.ts";
import type { Figures } from "../../src/runtime/workers/figures.ts";
import { FleetFigures } from "../../src/runtime/workers/fleet-figures.ts";
import { NO_FIGURES } from "./primary-scene.ts";

function figures(seconds: number): Figures {
  const samples = [
    { value: seconds, labels: {} },
    { value: 1, labels: { le: "1", kind: "major" }, metricName: "gc_bucket" },
    { value: 2, labels: { kind: "major", le: "2" }, metricName: "gc_bucket" },
  ];
  const counter = { name: "cpu", help: "", type: "counter", aggregator: "sum", values: samples };
  return { ...NO_FIGURES, process: [counter, { ...counter, name: "memory", type: "gauge" }] };
}

function seconds(all: readonly ProcessFigures[], name: string): number {
  const values = all.flatMap((each) => each.filter((figure) => figure.name === name));
  return values.reduce((sum, figure) => sum + (figure.values[0]?.value ?? 0), 0);
}

it("the counters of their processes become one", async () => {
  const live = new Map<number, () => Promise<Figures>>();
  const ask = (worker: number) => live.get(worker)?.() ?? Promise.reject(new Error("gone"));
  const fleet = new FleetFigures({ configured: 1, live: () => [...live.keys()], ask });
  for (let worker = 1; worker <= 20; worker++) {
    live.set(worker, async () => figures(worker));
    await fleet.refresh();
    live.delete(worker);
    fleet.gone(worker);
  }
  expect(fleet.processes()).toHaveLength(1);
  expect(fleet.processes()[0]).toMatchObject([
    { name: "cpu", values: [{ value: 210 }, { value: 20, metricName: "gc_bucket" }, { value: 40 }] },
  ]);
});

it("an answer that comes after the death of its worker is not counted beside what the worker left", async () => {
  const live = new Map([[1, async () => figures(5)]]);
  const ask = (worker: number) => live.get(worker)?.() ?? Promise.reject(new Error("gone"));
  const fleet = new FleetFigures({ configured: 1, live: () => [...live.keys()], ask });
  await fleet.refresh();
  let answer = (_: Figures): void => {};
  live.set(1, () => new Promise((resolve) => (answer = resolve)));
  const refreshed = fleet.refresh();
  live.delete(1);
  fleet.gone(1);
  answer(figures(6));
  await refreshed;
  expect([seconds(fleet.processes(), "cpu"), seconds(fleet.processes(), "memory")]).toEqual([5, 0]);
  expect(fleet.current).toEqual([]);
});

it("the charges of the last 64 are known", () => {
  const charges = new ChargesByWorker();
  const at = "2026-11-27T10:00:00.000Z";
  const line = { client: "intern", at, charged_tokens: 1, charged_usd: 0 } as LedgerLine;
  for (let worker = 1; worker <= 100; worker++) {
    charges.add(worker, [line]);
    if (worker > 1) charges.gone(worker);
  }
  const known = Array.from({ length: 101 }, (_, worker) => worker).filter((worker) => charges.of(worker).size > 0);
  // The first one is alive.
  expect(known).toEqual([1, ...Array.from({ length: 64 }, (_, i) => 37 + i)]);
});
