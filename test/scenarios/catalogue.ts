// The 16 scenarios of Failover-Bench (github.com/failoverbench/failoverbench, methodology v0.1) and what each one checks.

import {
  advisory,
  aliveAfter,
  attempts,
  attemptsInFirst,
  backWithin,
  type Check,
  complete,
  ends,
  fewProbes,
  firstGap,
  hasUsage,
  information,
  namesFallback,
  neverTruncated,
  noPrefillError,
  required,
  servedInOutage,
  usedFallback,
  within,
} from "./score.ts";

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** The model that the caller asks for. It selects the fault. */
  readonly model: string;
  /** The model that the last upstream of the pool is asked for. */
  readonly fallbackModel: string;
  readonly ideal: "success" | "error";
  /** Longest time of a call. Then it is a hang. */
  readonly maxS: number;
  /** Several calls, one each `everyS` seconds. */
  readonly sequence?: { readonly count: number; readonly everyS: number; readonly downS: number };
  readonly checks: readonly Check[];
  /** How many times faster the test runs it: the provider's times, those of the config, and those of the checks. */
  readonly speed: number;
}

/** The keys of a scenario that differ from most others. */
type Own = Pick<Scenario, "maxS" | "checks"> & Partial<Scenario>;

const scenario = (id: string, title: string, own: Own): Scenario => ({
  id,
  title,
  model: `fb-${id.toLowerCase()}`,
  fallbackModel: "fb-ok",
  ideal: "success",
  speed: 1,
  ...own,
});

const endsAtAll = required("ends", ends);
const notTruncated = required("no part of an answer as the whole", neverTruncated);
const boundedAttempts = required("at most 6 attempts", attempts(0, 6));
const askedOnce = required("asked once", attempts(1, 1));
const stillAlive = required("works afterwards", aliveAfter);

export const SCENARIOS: readonly Scenario[] = [
  scenario("S01", "429 with Retry-After", {
    maxS: 20,
    checks: [
      advisory("asked twice", attempts(2, Number.POSITIVE_INFINITY)),
      advisory("waits as told", firstGap(1.8)),
      required("at most 2 attempts in 1.5 s", attemptsInFirst(1.5, 2)),
    ],
  }),
  scenario("S02", "429 without Retry-After, for ever", {
    maxS: 40,
    checks: [required("at most 4 attempts in 3 s", attemptsInFirst(3, 4)), boundedAttempts, endsAtAll],
  }),
  scenario("S03", "500 once, then healthy", {
    maxS: 20,
    checks: [endsAtAll, advisory("asked twice", attempts(2, Number.POSITIVE_INFINITY))],
  }),
  scenario("S04", "503 for ever", { maxS: 40, checks: [boundedAttempts, endsAtAll] }),
  scenario("S05", "connection reset before the headers", { maxS: 20, checks: [endsAtAll] }),
  scenario("S06", "no response at all", {
    maxS: 130,
    checks: [
      required("within 100 s", within(100)),
      endsAtAll,
      advisory("the silent model is asked once", attempts(0, 1)),
    ],
    speed: 10,
  }),
  scenario("S07", "first token after 20 s", {
    maxS: 60,
    checks: [endsAtAll, advisory("within 15 s", within(15))],
    speed: 5,
  }),
  scenario("S08", "stream cut in the middle", { maxS: 40, checks: [notTruncated, endsAtAll] }),
  scenario("S09", "stream stalls", {
    maxS: 70,
    checks: [required("within 45 s", within(45)), notTruncated, stillAlive, endsAtAll],
    speed: 10,
  }),
  scenario("S10", "an event that is no JSON", {
    maxS: 30,
    checks: [stillAlive, notTruncated, endsAtAll, advisory("delivered whole", complete)],
  }),
  scenario("S11", "no [DONE] at the end", {
    maxS: 30,
    checks: [required("within 8 s", within(8)), advisory("usage", hasUsage)],
  }),
  scenario("S12", "context length exceeded", { maxS: 20, checks: [askedOnce, endsAtAll] }),
  scenario("S13", "content filter", {
    ideal: "error",
    maxS: 20,
    checks: [askedOnce, endsAtAll, information("goes to the fallback", usedFallback)],
  }),
  scenario("S14", "cut, and the fallback takes no prefill", {
    fallbackModel: "fb-ok-noprefill",
    maxS: 40,
    checks: [required("no prefill error for the caller", noPrefillError), notTruncated],
  }),
  scenario("S15", "down for 60 s, then healthy", {
    maxS: 30,
    sequence: { count: 20, everyS: 4, downS: 60 },
    checks: [
      endsAtAll,
      required("every call in the outage is answered", servedInOutage),
      required("back within 30 s", backWithin(30)),
      information("no more probes than calls", fewProbes),
    ],
    speed: 20,
  }),
  scenario("S16", "fallback is named, with its usage", {
    maxS: 40,
    checks: [required("the response names the fallback", namesFallback), advisory("usage", hasUsage), boundedAttempts],
  }),
];
