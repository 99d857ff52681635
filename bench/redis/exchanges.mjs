// Makes the calls of many gateways to a Redis: exchanges that begin at a steady rate and hold their slots for a while.

import { performance } from "node:perf_hooks";

const TICK_MS = 5;
const CLIENTS = 100;

/**
 * What the requests are limited by.
 * @typedef {"rate" | "inflight" | "everything"} Kind
 */

/** What limits are set, for each kind. None of them refuses anything. */
const RATE = { routeRate: { routeId: "chat", perMinute: 1e9 }, ratePerMinute: 1e9 };
const INFLIGHT = { downstreamMax: 1e9, subjectMax: 1e9, gate: { key: "bench-upstream-key", max: 1e9 } };
const USE = {
  estimate: { tokens: 4200, ticks: 420_000_000 },
  limits: {
    tokensPerMinute: 1e12,
    budgets: [
      { per: /** @type {const} */ ("day"), maxTicks: 1e15, maxTokens: undefined },
      { per: /** @type {const} */ ("month"), maxTicks: 1e15, maxTokens: 1e15 },
    ],
  },
};
const NO_LIMITS = {
  routeRate: undefined,
  ratePerMinute: undefined,
  use: undefined,
  downstreamMax: undefined,
  subjectMax: undefined,
  gate: undefined,
};

/** @type {Record<Kind, object>} */
const LIMITS = {
  rate: RATE,
  inflight: { ...RATE, ...INFLIGHT },
  everything: { ...RATE, ...INFLIGHT, use: USE },
};

/** How many scripts one admitted exchange runs. The client waits for the first one only. */
export const CALLS = { rate: 2, inflight: 3, everything: 3 };

export class Gateways {
  /** @type {readonly { link: import("../../src/runtime/limits/redis/redis-link.ts").RedisLink, counts: import("../../src/runtime/limits/redis/redis-counts.ts").RedisCounts }[]} */
  #members;
  #lastId = 0;
  #charged = 0;

  /** @param {readonly { link: import("../../src/runtime/limits/redis/redis-link.ts").RedisLink, counts: import("../../src/runtime/limits/redis/redis-counts.ts").RedisCounts }[]} members */
  constructor(members) {
    this.#members = members;
  }

  /**
   * Connects gateways to a Redis, with one connection each.
   * @param {import("./source.mjs").Source} source @param {string} url @param {number} count
   */
  static async open({ openRedisLink, RedisCounts, Secret }, url, count) {
    const spec = {
      url: new Secret(url),
      keyPrefix: "bench:",
      timeoutMs: 5000,
      onFailure: /** @type {const} */ ("closed"),
    };
    const told = (/** @type {string} */ cause) => {
      throw new Error(`redis: ${cause}`);
    };
    const members = [];
    for (let i = 0; i < count; i++) {
      const link = await openRedisLink(spec, { onUp: () => {}, onAway: told, onStillAway: told, onRefused: told });
      const owner = { ledger: `l${i}`, run: `r${i}`, process: `p${i}` };
      members.push({
        link,
        counts: new RedisCounts({ run: (...call) => link.run(...call), keyPrefix: spec.keyPrefix, owner }),
      });
    }
    return new Gateways(members);
  }

  async close() {
    for (const { link } of this.#members) await link.close();
  }

  /**
   * Begins exchanges at a steady rate, whether or not Redis keeps up.
   * @param {{ kind: Kind, perSecond: number, seconds: number, holdMs: number }} load
   * @returns {Promise<{ exchanges: number, waits: number[] }>} how long each admission took, ms
   */
  async run({ kind, perSecond, seconds, holdMs }) {
    /** @type {number[]} */
    const waits = [];
    /** @type {Set<Promise<void>>} */
    const open = new Set();
    const begin = performance.now();
    let sent = 0;
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const elapsed = performance.now() - begin;
        const due = Math.min(perSecond * seconds, Math.floor((elapsed / 1000) * perSecond));
        for (; sent < due; sent++) {
          const one = this.#exchange(kind, holdMs, waits).finally(() => open.delete(one));
          open.add(one);
        }
        if (elapsed < seconds * 1000) return;
        clearInterval(timer);
        resolve(undefined);
      }, TICK_MS);
    });
    await Promise.all(open);
    return { exchanges: sent, waits };
  }

  /**
   * Admits exchanges that stay in flight.
   * @param {Kind} kind @param {number} count @returns {Promise<{ id: string, subject: string }[]>}
   */
  async hold(kind, count) {
    const held = [];
    for (let i = 0; i < count; i++) {
      const { counts, id, subject } = this.#next();
      await counts.admit({ ...NO_LIMITS, ...LIMITS[kind], id, subject });
      held.push({ id, subject });
    }
    return held;
  }

  /** Renews slots of all requests, in calls of 200 as the gateway does. @param {readonly { id: string }[]} held */
  async renew(held) {
    const counts = this.#members[0]?.counts;
    for (let i = 0; i < held.length; i += 200) {
      const slots = held.slice(i, i + 200).map(({ id }) => ({ id, reserved: undefined }));
      await counts?.renew({ kind: "downstream" }, slots);
    }
  }

  /** Charges a client as several processes, on each of the last days. @param {string} subject @param {number} processes @param {number} days */
  async charge(subject, processes, days) {
    const today = Math.floor(Date.now() / 86_400_000);
    const each = Array.from({ length: days }, (_, i) => ({ day: today - i, tokens: 123_456, ticks: 1_234_567_890 }));
    for (let i = 0; i < processes; i++) await this.#members[0]?.counts.publish(subject, each, `process-${i}`);
  }

  /** Asks a full gate for a slot. @param {number} times */
  async probe(times) {
    const gate = { key: "bench-full-gate", max: 1 };
    const counts = this.#members[0]?.counts;
    for (let i = 0; i <= times; i++) await counts?.enter(gate, `probe-${i}`);
  }

  #next() {
    const number = ++this.#lastId;
    const member = this.#members[number % this.#members.length];
    if (member === undefined) throw new Error("no gateway");
    return { ...member, id: `0123456789ab-${number.toString(36)}`, subject: `client team-${number % CLIENTS}` };
  }

  /** @param {Kind} kind @param {number} holdMs @param {number[]} waits */
  async #exchange(kind, holdMs, waits) {
    const { counts, id, subject } = this.#next();
    const at = performance.now();
    const answer = await counts.admit({ ...NO_LIMITS, ...LIMITS[kind], id, subject });
    waits.push(performance.now() - at);
    if (answer.kind !== "admitted") throw new Error(`not admitted: ${JSON.stringify(answer)}`);
    if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
    const metered = kind === "everything";
    this.#charged += 1;
    const charged = {
      day: Math.floor(Date.now() / 86_400_000),
      tokens: this.#charged * 900,
      ticks: this.#charged * 90_000,
    };
    const ended = {
      id,
      subject,
      downstream: kind !== "rate",
      used: metered ? { tokens: 900, ticks: 90_000 } : undefined,
    };
    await Promise.all([
      counts.end({ ...ended, charged: metered ? charged : undefined }),
      ...(kind === "rate" ? [] : [counts.leave(INFLIGHT.gate.key, id)]),
    ]);
  }
}
