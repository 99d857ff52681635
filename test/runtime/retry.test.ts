// Checks the decision about what follows an attempt, by tables and by rules that hold for all inputs.

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { RETRY_WORDS, type RetrySpec, type RetryWord } from "../../src/plan/forward.ts";
import {
  type Decision,
  decide,
  type Happened,
  OVERLOADED_EVENT,
  type Standing,
  type TimeLimit,
  unanswered,
} from "../../src/runtime/upstream/retry.ts";

/** The defaults of the contract. */
const SPEC: RetrySpec = {
  maxAttempts: 3,
  retryOn: ["connect_error", "429", "503", "529"],
  maxBodyBytes: 1_048_576,
  backoffMs: 200,
  maxBackoffMs: 5000,
  attemptTimeoutMs: undefined,
  tellClients: false,
};

/** The first attempt of a route with one upstream. */
const FIRST: Standing = {
  attempts: 1,
  timeLeftMs: 60_000,
  replayable: true,
  repeatable: true,
  other: false,
  againInMs: 0,
  draining: false,
};

const BUSY: Happened = { word: "429", status: 429, quota: false, reached: true, toldMs: undefined };
const QUOTA: Happened = { word: "quota", status: 429, quota: true, reached: true, toldMs: undefined };
const REFUSED: Happened = { word: "connect_error", status: undefined, quota: false, reached: false, toldMs: undefined };

const PASS_ON: Decision = { next: "pass on", spent: false };
const SPENT: Decision = { next: "pass on", spent: true };
const ANOTHER: Decision = { next: "ask another" };
const wait = (ms: number): Decision => ({ next: "wait", ms });

interface Case {
  readonly spec?: Partial<RetrySpec>;
  readonly happened?: Happened;
  readonly standing?: Partial<Standing>;
  readonly random?: number;
  readonly decision: Decision;
}

const LONG = 5001;

const CASES: Readonly<Record<string, Case>> = {
  "waits, and asks again": { decision: wait(100) },
  "asks another at once": { standing: { other: true }, decision: ANOTHER },
  "asks another at once, though this one asks for a wait": {
    happened: { ...BUSY, toldMs: 60_000 },
    standing: { other: true },
    decision: ANOTHER,
  },
  "asks another at once while draining": { standing: { other: true, draining: true }, decision: ANOTHER },

  "passes on what has no word": { happened: { ...BUSY, word: undefined, status: 400 }, decision: PASS_ON },
  "passes on what is not listed": { happened: { ...BUSY, word: "500", status: 500 }, decision: PASS_ON },
  "passes on what is not listed, after the last attempt, too": {
    happened: { ...BUSY, word: "500", status: 500 },
    standing: { attempts: 3 },
    decision: PASS_ON,
  },
  "retries what is listed": { spec: { retryOn: ["500"] }, happened: { ...BUSY, word: "500" }, decision: wait(100) },

  "stops after the last attempt": { standing: { attempts: 3, other: true }, decision: SPENT },
  "makes the last attempt": { standing: { attempts: 2, other: true }, decision: ANOTHER },
  "makes one attempt": { spec: { maxAttempts: 1 }, standing: { other: true }, decision: SPENT },

  "passes on when the body is gone": { standing: { replayable: false, other: true }, decision: PASS_ON },
  "passes on a PUT that was sent": { standing: { repeatable: false, other: true }, decision: PASS_ON },
  "sends a PUT elsewhere when no connection was made": {
    happened: REFUSED,
    standing: { repeatable: false, other: true },
    decision: ANOTHER,
  },
  "sends a PUT again when no connection was made": {
    happened: REFUSED,
    standing: { repeatable: false },
    decision: wait(100),
  },

  "jitter: the least": { random: 0, decision: wait(0) },
  "jitter: nearly the most": { random: 0.999_999, decision: wait(200) },
  "jitter: doubles": { standing: { attempts: 2 }, decision: wait(200) },
  "jitter: doubles again": { spec: { maxAttempts: 5 }, standing: { attempts: 4 }, decision: wait(800) },
  "jitter: is bounded": { spec: { backoffMs: 4000 }, standing: { attempts: 2 }, decision: wait(2500) },
  "jitter: none": { spec: { backoffMs: 0 }, decision: wait(0) },
  "jitter: bounded to nothing": { spec: { maxBackoffMs: 0 }, decision: wait(0) },

  "obeys the upstream": { happened: { ...BUSY, toldMs: 4000 }, decision: wait(4000) },
  "obeys the longest wait that is allowed": { happened: { ...BUSY, toldMs: 5000 }, decision: wait(5000) },
  "never asks earlier than told": { happened: { ...BUSY, toldMs: 4000.2 }, decision: wait(4001) },
  "waits longer than told": { happened: { ...BUSY, toldMs: 50 }, decision: wait(100) },
  "passes on a wait that is too long": { happened: { ...BUSY, toldMs: LONG }, decision: SPENT },
  "waits for an upstream that cools": { standing: { againInMs: 3000 }, decision: wait(3000) },
  "passes on when it cools for too long": { standing: { againInMs: LONG }, decision: SPENT },
  "waits for the longer of both": {
    happened: { ...BUSY, toldMs: 2000 },
    standing: { againInMs: 3000 },
    decision: wait(3000),
  },
  "passes on when none may be asked again": { standing: { againInMs: undefined }, decision: PASS_ON },
  "passes on when none may be asked again, after several": {
    standing: { attempts: 2, againInMs: undefined },
    decision: SPENT,
  },

  "does not begin a wait that outlasts the time": { standing: { timeLeftMs: 100 }, decision: SPENT },
  "begins a wait that leaves time": { standing: { timeLeftMs: 101 }, decision: wait(100) },
  "does not begin a told wait that outlasts the time": {
    happened: { ...BUSY, toldMs: 3000 },
    standing: { timeLeftMs: 2000 },
    decision: SPENT,
  },
  "asks no other without time": { standing: { timeLeftMs: 0, other: true }, decision: SPENT },
  "waits while the time has not begun": {
    standing: { timeLeftMs: Number.POSITIVE_INFINITY },
    decision: wait(100),
  },
  "does not wait while draining": { standing: { draining: true }, decision: PASS_ON },

  "quota: the status is listed, another": { happened: QUOTA, standing: { other: true }, decision: ANOTHER },
  "quota: the word is listed, another": {
    spec: { retryOn: ["quota"] },
    happened: QUOTA,
    standing: { other: true },
    decision: ANOTHER,
  },
  "quota: neither is listed": {
    spec: { retryOn: ["503", "402"] },
    happened: QUOTA,
    standing: { other: true },
    decision: PASS_ON,
  },
  "quota: not the same again": { spec: { retryOn: ["quota", "429"] }, happened: QUOTA, decision: PASS_ON },
  "quota: all were asked": { happened: QUOTA, standing: { attempts: 2 }, decision: SPENT },
  "quota: with a status that has no word": {
    spec: { retryOn: ["quota"] },
    happened: { ...QUOTA, status: 422 },
    standing: { other: true },
    decision: ANOTHER,
  },
  "quota: a 400 is never tried again": {
    spec: { retryOn: RETRY_WORDS },
    happened: { ...QUOTA, word: undefined, status: 400 },
    standing: { other: true },
    decision: PASS_ON,
  },
};

test.each(Object.entries(CASES))("%s", (_, { spec, happened = BUSY, standing, random = 0.5, decision }) => {
  expect(decide({ ...SPEC, ...spec }, happened, { ...FIRST, ...standing }, () => random)).toEqual(decision);
});

describe("for all inputs", () => {
  const ms = (max: number): fc.Arbitrary<number> => fc.oneof(fc.nat({ max }), fc.double({ min: 0, max, noNaN: true }));
  const words = fc.oneof(fc.constant(RETRY_WORDS), fc.subarray([...RETRY_WORDS], { minLength: 1 }));
  /** True three times of four, so that enough cases get past all conditions. */
  const mostly = fc.constantFrom(true, true, true, false);
  const spec = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 5 }),
    retryOn: words,
    maxBodyBytes: fc.nat(),
    backoffMs: fc.nat({ max: 20_000 }),
    maxBackoffMs: fc.nat({ max: 20_000 }),
    attemptTimeoutMs: fc.constant(undefined),
    tellClients: fc.boolean(),
  });
  const happened: fc.Arbitrary<Happened> = fc.record({
    word: fc.option(fc.constantFrom<RetryWord>(...RETRY_WORDS), { nil: undefined }),
    status: fc.option(fc.constantFrom(200, 400, 401, 402, 403, 429, 503, 529), { nil: undefined }),
    quota: mostly.map((it) => !it),
    reached: fc.boolean(),
    toldMs: fc.option(ms(10_000), { nil: undefined }),
  });
  const standing: fc.Arbitrary<Standing> = fc.record({
    attempts: fc.integer({ min: 1, max: 5 }),
    timeLeftMs: fc.oneof(ms(20_000), fc.constant(Number.POSITIVE_INFINITY)),
    replayable: mostly,
    repeatable: mostly,
    other: fc.boolean(),
    againInMs: fc.option(ms(10_000), { nil: undefined }),
    draining: mostly.map((it) => !it),
  });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it("never breaks a bound", () => {
    let waits = 0;
    let others = 0;
    fc.assert(
      fc.property(spec, happened, standing, random, (aSpec, it, at, luck) => {
        const decision = decide(aSpec, it, at, () => luck);
        if (decision.next === "pass on") return;
        expect(at.attempts).toBeLessThan(aSpec.maxAttempts);
        expect(at.replayable).toBe(true);
        expect(at.repeatable || !it.reached).toBe(true);
        expect(at.timeLeftMs).toBeGreaterThan(0);
        const names: readonly (string | undefined)[] = aSpec.retryOn;
        expect(names.includes(it.word) || (it.quota && names.includes(String(it.status)))).toBe(true);
        expect(it.word).toBeDefined();
        if (decision.next === "ask another") {
          others += 1;
          expect(at.other).toBe(true);
          return;
        }
        waits += 1;
        expect(at.other).toBe(false);
        expect(at.draining).toBe(false);
        expect(it.quota).toBe(false);
        expect(decision.ms).toBeLessThanOrEqual(aSpec.maxBackoffMs);
        expect(decision.ms).toBeLessThan(at.timeLeftMs);
        expect(decision.ms).toBeGreaterThanOrEqual(it.toldMs ?? 0);
        expect(decision.ms).toBeGreaterThanOrEqual(at.againInMs ?? 0);
        expect(at.againInMs).toBeDefined();
      }),
      { numRuns: 20_000 },
    );
    expect(waits).toBeGreaterThan(50);
    expect(others).toBeGreaterThan(50);
  });

  it("comes to an end", () => {
    fc.assert(
      fc.property(spec, happened, standing, random, (aSpec, it, at, luck) => {
        let attempts = 1;
        while (decide(aSpec, it, { ...at, attempts }, () => luck).next !== "pass on") attempts += 1;
        expect(attempts).toBeLessThanOrEqual(aSpec.maxAttempts);
      }),
    );
  });
});

describe("unanswered", () => {
  it.each<
    [
      outcome: Parameters<typeof unanswered>[0],
      connected: boolean,
      limit: TimeLimit | undefined,
      word: RetryWord | undefined,
      reached: boolean,
    ]
  >([
    ["upstream_connect_error", false, undefined, "connect_error", false],
    // The outbound proxy answered 407: the upstream saw nothing.
    ["upstream_connect_error", true, undefined, "connect_error", false],
    ["upstream_request_failed", true, undefined, "reset", true],
    ["upstream_aborted", true, undefined, "reset", true],
    ["upstream_timeout", false, "connect", "timeout", false],
    ["upstream_timeout", true, "connect", "timeout", false],
    ["upstream_timeout", true, "attempt", "timeout", true],
    ["upstream_timeout", false, "attempt", "timeout", false],
    ["upstream_timeout", true, "first_byte", "first_byte_timeout", true],
    ["upstream_timeout", false, "first_byte", "first_byte_timeout", false],
    ["upstream_timeout", true, "request", undefined, true],
    ["upstream_timeout", true, undefined, undefined, true],
    ["request_timeout", true, undefined, undefined, true],
    ["bad_request", false, undefined, undefined, false],
  ])("%s, connected %s, limit %s: %s, reached %s", (outcome, connected, limit, word, reached) => {
    expect(unanswered(outcome, connected, limit)).toEqual({
      word,
      status: undefined,
      quota: false,
      reached,
      toldMs: undefined,
    });
  });

  it("has a like for an error event", () => {
    expect(decide({ ...SPEC, retryOn: ["overloaded_event"] }, OVERLOADED_EVENT, FIRST, () => 0.5)).toEqual(wait(100));
    expect(decide(SPEC, OVERLOADED_EVENT, FIRST, () => 0.5)).toEqual(PASS_ON);
  });
});
