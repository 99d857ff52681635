// Checks when an upstream of a pool cools, for how long, which attempt probes it, and what each end of an attempt changes.

import { describe, expect, it } from "vitest";
import type { CooldownSpec } from "../../src/plan/forward.ts";
import { HealthTicket, UpstreamHealth } from "../../src/runtime/limits/health.ts";

const T = 1_700_000_000_000;
const COOLDOWN: CooldownSpec = { afterFailures: 3, ms: 1_000, maxMs: 10_000 };
const HOUR = 3_600_000;

function begin(health: UpstreamHealth, now: number): HealthTicket {
  const ticket = new HealthTicket();
  health.begin(ticket, now);
  return ticket;
}

function fail(health: UpstreamHealth, now: number, times = 1): void {
  for (let i = 0; i < times; i++) health.failed(begin(health, now), now, "reset");
}

/** An upstream that cools from T to T + 1000, after failures. */
function cooling(): UpstreamHealth {
  const health = new UpstreamHealth(COOLDOWN);
  fail(health, T, 3);
  return health;
}

/** How long it cools from now on, ms. */
const left = (health: UpstreamHealth, now: number): number => health.wellAt(now) - now;

describe("failures in a row", () => {
  it("cool an upstream once there are enough of them", () => {
    const health = new UpstreamHealth(COOLDOWN);
    fail(health, T, 2);
    expect(health.state(T)).toEqual({ state: "well" });
    expect([health.isWell(T), health.wellAt(T)]).toEqual([true, T]);
    fail(health, T);
    expect(health.state(T)).toEqual({ state: "cooling", reason: "reset", until: T + 1_000 });
    expect([health.isWell(T), health.isWell(T + 999), health.isWell(T + 1_000)]).toEqual([false, false, true]);
    expect(health.wellAt(T)).toBe(T + 1_000);
  });

  it("are ended by a whole response, and not by a response head", () => {
    const health = new UpstreamHealth(COOLDOWN);
    fail(health, T, 2);
    health.succeeded(begin(health, T));
    fail(health, T, 2);
    expect(health.isWell(T)).toBe(true);
    const truncated = begin(health, T);
    health.answered(truncated);
    health.failed(truncated, T, "truncated");
    expect(health.state(T)).toMatchObject({ state: "cooling", reason: "truncated" });
  });

  it("cool for twice as long each time, up to the longest time, until a response is whole", () => {
    const health = cooling();
    let now = T;
    for (const length of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      expect(left(health, now)).toBe(length);
      now += length;
      // Its probe gets a response head, so it is well, but the response breaks.
      const probe = begin(health, now);
      health.answered(probe);
      expect(health.isWell(now)).toBe(true);
      health.failed(probe, now, "truncated");
    }
    now += 10_000;
    health.succeeded(begin(health, now));
    fail(health, now, 2);
    expect(health.isWell(now)).toBe(true);
    fail(health, now);
    expect(left(health, now)).toBe(1_000);
  });

  it("follow the settings of a reload, from the next cooling on", () => {
    const health = cooling();
    health.cooldown = { afterFailures: 1, ms: 5_000, maxMs: 7_000 };
    expect(left(health, T)).toBe(1_000);
    health.succeeded(begin(health, T + 1_000));
    fail(health, T + 1_000);
    expect(left(health, T + 1_000)).toBe(5_000);
    fail(health, T + 6_000);
    expect(left(health, T + 6_000)).toBe(7_000);
  });
});

describe("the probe", () => {
  it("is one attempt, and the others see an upstream that is not well", () => {
    const health = cooling();
    const now = T + 1_000;
    expect(health.state(now)).toEqual({ state: "probing", reason: "reset", until: now });
    const probe = begin(health, now);
    expect(health.isWell(now)).toBe(false);
    expect(health.isWell(now + HOUR)).toBe(false);
    expect(health.wellAt(now + 5)).toBe(now + 5);
    expect(health.state(now)).toMatchObject({ state: "probing" });
    health.answered(probe);
    expect(health.state(now)).toEqual({ state: "well" });
  });

  it("makes the upstream cool at once when it fails, for twice as long", () => {
    const health = cooling();
    fail(health, T + 1_000);
    expect(left(health, T + 1_000)).toBe(2_000);
    fail(health, T + 3_000);
    expect(left(health, T + 3_000)).toBe(4_000);
  });

  it("that fails after a told time makes the upstream cool for twice that time", () => {
    const health = new UpstreamHealth(COOLDOWN);
    health.cool(begin(health, T), T, 3_000, "429");
    fail(health, T + 3_000);
    expect(left(health, T + 3_000)).toBe(6_000);
  });

  it("that is given up leaves the upstream cooling for as long as before", () => {
    const health = cooling();
    health.abandoned(begin(health, T + 1_000), T + 1_500);
    expect(health.state(T + 1_500)).toEqual({ state: "cooling", reason: "reset", until: T + 2_500 });
    health.abandoned(begin(health, T + 2_500), T + 2_500);
    expect(left(health, T + 2_500)).toBe(1_000);
  });

  it("that is given up after its response head tells nothing more", () => {
    const health = cooling();
    const probe = begin(health, T + 1_000);
    health.answered(probe);
    health.abandoned(probe, T + 1_100);
    expect(health.isWell(T + 1_100)).toBe(true);
  });

  it("that is refused with a time makes the upstream cool for that time, not for twice as long", () => {
    const health = cooling();
    health.cool(begin(health, T + 1_000), T + 1_000, 700, "429");
    expect(left(health, T + 1_000)).toBe(700);
    expect(health.isWell(T + 1_700)).toBe(true);
  });
});

describe("a told time", () => {
  it.each([
    ["as told", 25_000, 25_000],
    ["for an hour at most", 90 * 60_000, HOUR],
    ["for an hour at most, whatever is told", Number.POSITIVE_INFINITY, HOUR],
  ])("makes an upstream cool %s", (_, told, length) => {
    const health = new UpstreamHealth(COOLDOWN);
    health.cool(begin(health, T), T, told, "429");
    expect(health.state(T)).toEqual({ state: "cooling", reason: "429", until: T + length });
  });

  it.each([0, -5, Number.NaN])("of %d ms is none: the attempt counts as a failure", (told) => {
    const health = new UpstreamHealth(COOLDOWN);
    fail(health, T, 2);
    const refused = begin(health, T);
    health.cool(refused, T, told, "429");
    expect(health.state(T)).toEqual({ state: "cooling", reason: "429", until: T + 1_000 });
  });

  it("lengthens a cooling and never shortens it", () => {
    const health = new UpstreamHealth(COOLDOWN);
    const tickets = [begin(health, T), begin(health, T), begin(health, T)] as const;
    health.cool(tickets[0], T, 5_000, "429");
    health.cool(tickets[1], T + 1, 1_000, "503");
    expect(health.state(T + 1)).toEqual({ state: "cooling", reason: "429", until: T + 5_000 });
    health.cool(tickets[2], T + 1, 6_000, "529");
    expect(health.state(T + 1)).toEqual({ state: "cooling", reason: "529", until: T + 6_001 });
  });

  it("is the longest time for what does not pass soon", () => {
    const health = new UpstreamHealth(COOLDOWN);
    health.coolLongest(begin(health, T), T, "quota");
    expect(health.state(T)).toEqual({ state: "cooling", reason: "quota", until: T + 10_000 });
  });

  it("does not count as a failure", () => {
    const health = new UpstreamHealth(COOLDOWN);
    fail(health, T, 2);
    health.cool(begin(health, T), T, 10, "429");
    health.answered(begin(health, T + 10));
    expect(health.isWell(T + 10)).toBe(true);
    fail(health, T + 10);
    expect(left(health, T + 10)).toBe(1_000);
  });
});

describe("a good answer that announces a pause", () => {
  it("makes the upstream cool, and still ends the failures in a row when it is whole", () => {
    const health = new UpstreamHealth(COOLDOWN);
    fail(health, T, 2);
    const last = begin(health, T);
    health.answeredWithPause(last, T, 2_000, "spent");
    expect(health.state(T)).toEqual({ state: "cooling", reason: "spent", until: T + 2_000 });
    health.succeeded(last);
    expect(left(health, T)).toBe(2_000);
    health.answered(begin(health, T + 2_000));
    fail(health, T + 2_000, 2);
    expect(health.isWell(T + 2_000)).toBe(true);
  });

  it("ends a probe first", () => {
    const health = cooling();
    health.answeredWithPause(begin(health, T + 1_000), T + 1_000, 500, "spent");
    expect(health.state(T + 1_000)).toEqual({ state: "cooling", reason: "spent", until: T + 1_500 });
    expect(health.isWell(T + 1_500)).toBe(true);
  });

  it("without a time is a good answer like others", () => {
    const health = cooling();
    health.answeredWithPause(begin(health, T + 1_000), T + 1_000, 0, "spent");
    expect(health.state(T + 1_000)).toEqual({ state: "well" });
  });
});

describe("an attempt that began before the present cooling", () => {
  const ends: readonly [string, (health: UpstreamHealth, ticket: HealthTicket, now: number) => void][] = [
    ["a response head", (health, ticket) => health.answered(ticket)],
    ["a whole response", (health, ticket) => health.succeeded(ticket)],
    ["a failure", (health, ticket, now) => health.failed(ticket, now, "late")],
    ["its client's leaving", (health, ticket, now) => health.abandoned(ticket, now)],
  ];

  it.each(ends)("changes nothing by %s while the upstream cools", (_, end) => {
    const health = new UpstreamHealth(COOLDOWN);
    const old = begin(health, T);
    fail(health, T, 3);
    end(health, old, T + 500);
    expect(health.state(T)).toEqual({ state: "cooling", reason: "reset", until: T + 1_000 });
  });

  it.each(ends)("changes nothing by %s while the probe is in flight", (_, end) => {
    const health = new UpstreamHealth(COOLDOWN);
    const old = begin(health, T);
    fail(health, T, 3);
    const probe = begin(health, T + 1_000);
    end(health, old, T + 1_500);
    expect(health.isWell(T + 1_500)).toBe(false);
    health.failed(probe, T + 1_600, "reset");
    expect(left(health, T + 1_600)).toBe(2_000);
  });

  it("does not reset the doubling, nor counts, when the upstream is well again", () => {
    const health = new UpstreamHealth(COOLDOWN);
    const old = [begin(health, T), begin(health, T)] as const;
    fail(health, T, 3);
    health.answered(begin(health, T + 1_000));
    health.failed(old[0], T + 1_000, "late");
    expect(health.isWell(T + 1_000)).toBe(true);
    health.succeeded(old[1]);
    fail(health, T + 1_000);
    expect(left(health, T + 1_000)).toBe(2_000);
  });

  it("can lengthen the cooling by a told time", () => {
    const health = new UpstreamHealth(COOLDOWN);
    const old = begin(health, T);
    fail(health, T, 3);
    health.cool(old, T + 500, 4_000, "429");
    expect(health.state(T + 500)).toEqual({ state: "cooling", reason: "429", until: T + 4_500 });
  });
});

describe("an attempt that is forced onto an upstream that cools", () => {
  it("ends the cooling by a good answer", () => {
    const health = cooling();
    const forced = begin(health, T + 100);
    health.answered(forced);
    expect(health.isWell(T + 100)).toBe(true);
    health.failed(forced, T + 200, "truncated");
    expect(left(health, T + 200)).toBe(2_000);
  });

  it("changes nothing by a failure, also when the upstream is well before that", () => {
    const health = cooling();
    const late = begin(health, T + 100);
    fail(health, T + 100, 5);
    expect(left(health, T + 100)).toBe(900);
    health.succeeded(begin(health, T + 1_000));
    fail(health, T + 1_000, 2);
    health.failed(late, T + 1_000, "reset");
    expect(health.isWell(T + 1_000)).toBe(true);
  });

  it("is no probe: the upstream is still probed when its time is over", () => {
    const health = cooling();
    const forced = begin(health, T + 100);
    expect(health.isWell(T + 1_000)).toBe(true);
    const probe = begin(health, T + 1_000);
    health.abandoned(forced, T + 1_000);
    expect(health.isWell(T + 1_000)).toBe(false);
    health.failed(probe, T + 1_000, "reset");
    expect(left(health, T + 1_000)).toBe(2_000);
  });

  it("that answers while the probe is in flight makes the upstream well, whatever the probe brings", () => {
    const health = cooling();
    const probe = begin(health, T + 1_000);
    health.answered(begin(health, T + 1_100));
    expect(health.isWell(T + 1_100)).toBe(true);
    health.failed(probe, T + 1_200, "reset");
    expect(health.isWell(T + 1_200)).toBe(true);
  });
});

describe("the number of attempts in flight", () => {
  it("is exact, also when an attempt is ended twice", () => {
    const health = new UpstreamHealth(COOLDOWN);
    const tickets = Array.from({ length: 6 }, () => begin(health, T));
    expect(health.inUse).toBe(6);
    health.answered(tickets[0] as HealthTicket);
    expect(health.inUse).toBe(6);
    const ends: ((ticket: HealthTicket) => void)[] = [
      (ticket) => health.succeeded(ticket),
      (ticket) => health.failed(ticket, T, "reset"),
      (ticket) => health.cool(ticket, T, 5, "429"),
      (ticket) => health.cool(ticket, T, 0, "429"),
      (ticket) => health.coolLongest(ticket, T, "quota"),
      (ticket) => health.abandoned(ticket, T),
    ];
    for (const [i, end] of ends.entries()) {
      end(tickets[i] as HealthTicket);
      expect(health.inUse).toBe(5 - i);
      const before = health.state(T);
      for (const again of ends) again(tickets[i] as HealthTicket);
      health.answered(tickets[i] as HealthTicket);
      health.answeredWithPause(tickets[i] as HealthTicket, T, HOUR, "spent");
      expect([health.inUse, health.state(T)]).toEqual([5 - i, before]);
    }
  });

  it("allows a ticket to be used again after its end", () => {
    const health = cooling();
    const ticket = begin(health, T);
    health.abandoned(ticket, T);
    health.begin(ticket, T + 1_000);
    expect([health.inUse, health.isWell(T + 1_000)]).toEqual([1, false]);
    health.succeeded(ticket);
    expect([health.inUse, health.isWell(T + 1_000)]).toEqual([0, true]);
  });
});

describe("a clock that is set back", () => {
  it("does not make a cooling time longer than it was", () => {
    const health = cooling();
    expect(left(health, T - 24 * HOUR)).toBe(1_000);
    expect(health.isWell(T - 24 * HOUR + 1_000)).toBe(true);
  });

  it("does not keep a later told time from counting", () => {
    const health = new UpstreamHealth(COOLDOWN);
    const old = begin(health, T);
    fail(health, T, 3);
    health.cool(old, T - HOUR, 5_000, "429");
    expect(left(health, T - HOUR)).toBe(5_000);
  });
});
