// Counts that note what they are told, and fail when the test says so.

import { vi } from "vitest";
import { RedisAway } from "../../src/runtime/limits/redis/redis-link.ts";
import type { AdmissionRequest, ChargeEffect, SharedCounts } from "../../src/runtime/limits/shared/shared-counts.ts";
import { SharedLimits, type SharedLimitsParts } from "../../src/runtime/limits/shared/shared-limits.ts";

export const AWAY = new RedisAway("away", true);

export class RecordedCounts implements SharedCounts {
  /** The calls that have ended well, such as `end x-1`. */
  readonly told: string[] = [];
  /** Called before each call. It may throw, or wait. */
  before: (call: string) => void | Promise<void> = () => {};
  entered = true;
  effect: ChargeEffect | undefined = undefined;
  /** Redis remembers what the process has written. */
  marked = true;

  admit: SharedCounts["admit"] = ({ id }) => this.#call(`admit ${id}`, { kind: "admitted", at: 0 } as const);
  undo: SharedCounts["undo"] = ({ id }) => this.#call(`undo ${id}`, undefined);
  enter: SharedCounts["enter"] = ({ key }, id) => this.#call(`enter ${key} ${id}`, this.entered);
  leave: SharedCounts["leave"] = (key, id) => this.#call(`leave ${key} ${id}`, undefined);
  end: SharedCounts["end"] = ({ id }) => this.#call(`end ${id}`, this.effect);
  publish: SharedCounts["publish"] = (subject) => this.#call(`publish ${subject}`, []);
  renew: SharedCounts["renew"] = async (set, slots) => {
    const key = set.kind === "downstream" ? "" : set.kind === "subject" ? set.subject : set.key;
    for (const { id } of slots) await this.#call(`renew ${set.kind} ${key} ${id}`, undefined);
  };
  restore: SharedCounts["restore"] = (subject) => this.#call(`restore ${subject}`, undefined);
  mark: SharedCounts["mark"] = async () => this.marked;
  used: SharedCounts["used"] = () => Promise.reject(new Error("not asked"));

  async #call<T>(call: string, answer: T): Promise<T> {
    await this.before(call);
    this.told.push(call);
    return answer;
  }
}

export interface Recorded {
  readonly counts: RecordedCounts;
  readonly limits: SharedLimits;
  readonly bugs: unknown[];
}

export function recordedLimits(parts: Partial<SharedLimitsParts> = {}): Recorded {
  const counts = new RecordedCounts();
  const bugs: unknown[] = [];
  const limits = new SharedLimits({
    counts,
    onFailure: "local",
    process: "p",
    earlier: new Map(),
    monotonic: () => performance.now(),
    onCharged: vi.fn(),
    onBug: (err) => bugs.push(err),
    ...parts,
  });
  return { counts, limits, bugs };
}

/** A request with one limit: the slots of its client. */
export function requestOf(id: string, subject = "client a"): AdmissionRequest {
  return {
    id,
    subject,
    routeRate: undefined,
    ratePerMinute: undefined,
    use: undefined,
    downstreamMax: undefined,
    subjectMax: 3,
    gate: undefined,
  };
}
