// Checks what a crew of workers does, with workers that the test plays: in which order they start, and what happens to silent ones.

import { expect, test } from "vitest";
import { Crew, type CrewTimes } from "../../src/cli/serve/workers/crew.ts";
import type { ProcessEvents } from "../../src/cli/serve/workers/member.ts";
import type { FromWorker, SentPlan, Start, ToWorker } from "../../src/cli/serve/workers/messages.ts";
import { until, within } from "../support/deadline.ts";

const LONG = 60_000;
const TIMES: CrewTimes = { firstMs: 1, longestMs: 8, steadyMs: LONG, startMs: LONG, answerMs: LONG, endMs: LONG };

/** A worker that does what the test says. */
class PlayedWorker {
  readonly id: number;
  readonly pid: number;
  /** What it was sent, by kind. */
  readonly sent: ToWorker[] = [];
  killed = false;
  /** The steps of a swap that it takes at once. */
  takes: readonly string[] = [];
  readonly #events: ProcessEvents;

  constructor(id: number, events: ProcessEvents) {
    this.id = id;
    this.pid = 1000 + id;
    this.#events = events;
  }

  send(message: ToWorker): void {
    this.sent.push(message);
    if (!this.takes.includes(message.kind)) return;
    if (message.kind === "prepare") this.says({ kind: "prepared", swap: message.swap, refusal: undefined });
    if (message.kind === "commit") this.says({ kind: "committed", swap: message.swap, ok: true });
  }

  kill(): void {
    if (this.killed) return;
    this.killed = true;
    setImmediate(() => this.#events.gone({ code: null, signal: "SIGKILL" }));
  }

  says(message: FromWorker): void {
    this.#events.message(message);
  }

  dies(): void {
    this.#events.gone({ code: 1, signal: null });
  }

  listens(port = 4000): void {
    const address = { address: "127.0.0.1", family: "IPv4", port };
    this.says({ kind: "listening", address, metricsAddress: undefined });
  }

  get kinds(): string[] {
    return this.sent.map(({ kind }) => kind);
  }

  /** The number of the last swap that it was asked to prepare. */
  get swap(): number {
    return this.sent.reduce((swap, message) => (message.kind === "prepare" ? message.swap : swap), 0);
  }
}

const plan = (name: string): SentPlan => ({ blueprint: { encoded: name }, pair: undefined });

function played(times: Partial<CrewTimes> = {}, count = 2) {
  const workers: PlayedWorker[] = [];
  const told: string[] = [];
  const crew = new Crew({
    count,
    fork(events) {
      const worker = new PlayedWorker(workers.length + 1, events);
      workers.push(worker);
      return worker;
    },
    start: { ...plan("first"), version: "0" } as Start,
    events: {
      lost: ({ id }, pauseMs) => void told.push(`lost ${id} ${pauseMs}`),
      replaced: ({ id }) => void told.push(`replaced ${id}`),
      gone: (worker) => void told.push(`gone ${worker}`),
      reported: () => {},
      redis: () => {},
      asked: () => new Promise(() => {}),
    },
    times: { ...TIMES, ...times },
  });
  const worker = (id: number): PlayedWorker => workers[id - 1] ?? expect.fail(`no worker ${id}`);
  return { crew, workers, worker, told };
}

const BOTH_STEPS = ["prepare", "commit"];

/** A crew whose two workers serve. */
async function serving(times: Partial<CrewTimes> = {}) {
  const scene = played(times);
  const begun = scene.crew.begin();
  for (const one of scene.workers) one.says({ kind: "hello" });
  for (const one of scene.workers) one.listens();
  expect(await begun).toMatchObject({ ok: true });
  return scene;
}

const planOf = (worker: PlayedWorker) =>
  worker.sent.flatMap((message) => (message.kind === "start" ? [message.start.blueprint.encoded] : []));

test("while none listens, only one begins to: node:cluster would leave the second without an answer when the address is taken", async () => {
  const { crew, worker } = played();
  const begun = crew.begin();
  worker(2).says({ kind: "hello" });
  worker(1).says({ kind: "hello" });
  expect([worker(1).kinds, worker(2).kinds]).toEqual([[], ["start"]]);
  worker(2).listens();
  expect(worker(1).kinds).toEqual(["start"]);
  worker(1).listens();
  expect(await begun).toMatchObject({ ok: true, listening: { address: { port: 4000 } } });
});

test("when one can't listen, its reason is given, and all others have ended by then", async () => {
  const { crew, worker, told } = played();
  const begun = crew.begin();
  worker(1).says({ kind: "hello" });
  worker(1).says({ kind: "failed", error: "the address is taken" });
  worker(1).dies();
  expect(await begun).toMatchObject({ ok: false, error: "the address is taken", end: { code: 1 } });
  expect(worker(2).killed).toBe(true);
  expect(told).toEqual(["gone 1", "gone 2"]);
});

test("one that never runs, or never listens, is ended", async () => {
  const { crew, worker } = played({ startMs: 20 });
  const begun = crew.begin();
  worker(1).says({ kind: "hello" });
  expect(await within("the end of the start", begun)).toMatchObject({
    ok: false,
    error: undefined,
    end: { signal: "SIGKILL" },
  });
});

test("one that is lost is replaced after a pause that doubles, with the plan in use", async () => {
  const { crew, worker, workers, told } = await serving();
  for (const one of workers) one.takes = BOTH_STEPS;
  expect(await crew.swap(plan("second"))).toEqual({ ok: true });
  worker(1).dies();
  await until("the next worker", () => workers.length === 3);
  worker(3).dies();
  await until("the one after it", () => workers.length === 4);
  worker(4).says({ kind: "hello" });
  worker(4).listens();
  expect(planOf(worker(4))).toEqual(["second"]);
  expect(told).toEqual(["gone 1", "lost 1 1", "gone 3", "lost 3 2", "replaced 4"]);
  expect(crew.live()).toEqual([2, 4]);
});

test("a swap waits for a worker that is starting, and a worker that comes meanwhile waits for the swap", async () => {
  const { crew, worker, workers } = await serving();
  worker(1).dies();
  await until("the next worker", () => workers.length === 3);
  worker(3).says({ kind: "hello" });
  const swapped = crew.swap(plan("second"));
  expect([planOf(worker(3)), worker(2).kinds]).toEqual([["first"], ["start"]]);
  worker(3).listens();
  await until("the first step", () => worker(3).kinds.includes("prepare"));
  // Another one is lost. The one that comes for it must not start with the old plan.
  worker(2).dies();
  await until("the next worker", () => workers.length === 4);
  worker(4).says({ kind: "hello" });
  expect(worker(4).kinds).toEqual([]);
  worker(3).says({ kind: "prepared", swap: 1, refusal: undefined });
  expect([worker(3).kinds.at(-1), worker(4).kinds]).toEqual(["commit", []]);
  worker(3).says({ kind: "committed", swap: 1, ok: true });
  expect(await swapped).toEqual({ ok: true });
  expect(planOf(worker(4))).toEqual(["second"]);
});

test("a worker that comes during a swap that is refused gets the old plan", async () => {
  const { crew, worker, workers } = await serving();
  const swapped = crew.swap(plan("second"));
  await until("the first step", () => worker(2).kinds.includes("prepare"));
  worker(1).dies();
  await until("the next worker", () => workers.length === 3);
  worker(3).says({ kind: "hello" });
  worker(2).says({ kind: "prepared", swap: 1, refusal: "linking failed" });
  expect(await swapped).toEqual({ ok: false, reason: "worker 2: linking failed" });
  expect(worker(2).kinds.at(-1)).toBe("forget");
  expect(planOf(worker(3))).toEqual(["first"]);
});

test("one that is silent in the first step makes the swap fail, and its late answer is not taken for the next one", async () => {
  const { crew, worker } = await serving({ answerMs: 20 });
  worker(2).takes = BOTH_STEPS;
  expect(await crew.swap(plan("second"))).toEqual({ ok: false, reason: "worker 1 did not answer within 20 ms" });
  expect([worker(1).kinds.at(-1), worker(2).kinds.at(-1)]).toEqual(["forget", "forget"]);
  const second = crew.swap(plan("third"));
  await until("the first step", () => worker(1).swap === 2);
  worker(1).says({ kind: "prepared", swap: 1, refusal: undefined });
  expect(await second).toMatchObject({ ok: false });
  expect(worker(2).kinds).not.toContain("commit");
});

test("one that is silent in the second step is ended and replaced, with the new plan", async () => {
  const { crew, worker, workers } = await serving({ answerMs: 20 });
  worker(1).takes = ["prepare"];
  worker(2).takes = BOTH_STEPS;
  expect(await crew.swap(plan("second"))).toEqual({ ok: true });
  expect([worker(1).killed, worker(2).killed]).toEqual([true, false]);
  await until("the next worker", () => workers.length === 3);
  worker(3).says({ kind: "hello" });
  expect(planOf(worker(3))).toEqual(["second"]);
});

test("without a worker left, the plan is taken by those that come", async () => {
  const { crew, worker, workers } = await serving({ firstMs: 20 });
  worker(1).dies();
  worker(2).dies();
  expect(await crew.swap(plan("second"))).toEqual({ ok: true });
  await until("the next workers", () => workers.length === 4);
  for (const id of [3, 4]) worker(id).says({ kind: "hello" });
  // The port of those before them is asked for by its number.
  expect(worker(3).sent).toMatchObject([{ kind: "start", start: { at: { address: { port: 4000 } } } }]);
  worker(3).listens();
  expect(planOf(worker(4))).toEqual(["second"]);
});

test("one that listens at another port than the others is ended and replaced", async () => {
  const { crew, worker, workers, told } = await serving();
  worker(1).dies();
  await until("the next worker", () => workers.length === 3);
  worker(3).says({ kind: "hello" });
  worker(3).listens(4001);
  expect(worker(3).killed).toBe(true);
  await until("the next worker", () => workers.length === 4);
  expect(told).toEqual(["gone 1", "lost 1 1", "gone 3", "lost 3 2"]);
  await within("the end of all", crew.drained(0));
});

test("a drain adds up what is in flight, ends what has not begun, replaces nobody, and waits for all", async () => {
  const { crew, worker, workers } = await serving();
  worker(1).dies();
  await until("the next worker", () => workers.length === 3);
  const inFlight = crew.drain(LONG);
  expect([worker(2).kinds.at(-1), worker(3).killed]).toEqual(["stop", true]);
  worker(2).says({ kind: "draining", inFlight: 7 });
  expect(await inFlight).toBe(7);
  const drained = crew.drained(LONG);
  worker(2).says({ kind: "stopped", whole: true });
  worker(2).dies();
  expect(await drained).toBe(true);
  expect(workers).toHaveLength(3);
});

test.each([
  ["breaks exchanges", (one: PlayedWorker) => one.says({ kind: "stopped", whole: false })],
  ["dies before it has drained", () => {}],
])("a worker that %s makes the drain not whole", async (_what, act) => {
  const { crew, worker } = await serving();
  await crew.drain(0);
  worker(1).says({ kind: "stopped", whole: true });
  act(worker(2));
  worker(1).dies();
  worker(2).dies();
  expect(await crew.drained(LONG)).toBe(false);
});

test("workers that take too long to drain are ended", async () => {
  const { crew, worker } = await serving();
  expect(await crew.drain(5)).toBe(0);
  expect(await crew.drained(5)).toBe(false);
  expect([worker(1).killed, worker(2).killed]).toEqual([true, true]);
});

test("a worker that has drained, but whose process does not end, is ended, and that breaks nothing", async () => {
  const { crew, worker } = await serving({ endMs: 5 });
  await crew.drain(0);
  for (const id of [1, 2]) worker(id).says({ kind: "stopped", whole: true });
  expect(await within("the end of all", crew.drained(LONG))).toBe(true);
});
