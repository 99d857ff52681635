// Checks which upstream of a pool is chosen: the order, the weights, the load, stickiness, cooling and free slots, and that the
// slot of an exchange moves with it.

import { describe, expect, it } from "vitest";
import type { PoolSpec, StickySpec } from "../../src/plan/forward.ts";
import { HealthTicket, UpstreamHealth } from "../../src/runtime/limits/health.ts";
import { UpstreamGate } from "../../src/runtime/limits/upstream-gate.ts";
import { Place } from "../../src/runtime/upstream/place.ts";
import { type Ask, Pool, type PoolMember } from "../../src/runtime/upstream/pool.ts";
import { stickyKeyReader } from "../../src/runtime/upstream/sticky.ts";

const T = 1_700_000_000_000;
const COOLDOWN = { afterFailures: 1, ms: 1_000, maxMs: 10_000 };
const ANY: Ask<PoolMember> = { sticky: undefined, takes: undefined };

function member(id: string, { weight = 1, gate }: { weight?: number; gate?: UpstreamGate } = {}): PoolMember {
  return { id, weight, health: new UpstreamHealth(COOLDOWN), gate };
}

function pool(
  members: readonly PoolMember[],
  balance: PoolSpec["balance"] = "in_order",
  sticky?: StickySpec,
): Pool<PoolMember> {
  return new Pool(members, { balance, sticky, cooldown: COOLDOWN });
}

const CLIENT: StickySpec = { by: "client" };
const place = (): Place<PoolMember> => new Place<PoolMember>();
const full = (): UpstreamGate => new UpstreamGate(0, 5);
const keyed = (sticky: string): Ask<PoolMember> => ({ sticky, takes: undefined });

function begin({ health }: PoolMember, now = T): HealthTicket {
  const ticket = new HealthTicket();
  health.begin(ticket, now);
  return ticket;
}

function cool(member: PoolMember, ms: number, now = T): void {
  member.health.cool(begin(member, now), now, ms, "429");
}

/** What was chosen, in short: the id, `+` with a slot, `!` when it was forced. */
function chosen(choice: { member: PoolMember; hasSlot: boolean; forced: boolean } | undefined): string {
  return choice === undefined ? "none" : choice.member.id + (choice.hasSlot ? "+" : "") + (choice.forced ? "!" : "");
}

const choose = (from: Pool<PoolMember>, ask = ANY, now = T): string => chosen(from.choose(ask, place(), now));

describe("the choice", () => {
  const [a, b, c] = [member("a"), member("b"), member("c")];
  const abc = [a, b, c];

  it("is the first in order", () => {
    expect(choose(pool(abc))).toBe("a+");
  });

  it("is one that takes the request, and nothing if none does", () => {
    expect(choose(pool(abc), { sticky: undefined, takes: ({ id }) => id !== "a" })).toBe("b+");
    expect(choose(pool(abc), { sticky: undefined, takes: () => false })).toBe("none");
    expect(choose(pool(abc, "in_order", CLIENT), { sticky: "k", takes: () => false })).toBe("none");
  });

  it("passes over those that cool and those without a free slot", () => {
    const members = [member("a"), member("b", { gate: full() }), member("c")];
    cool(members[0] as PoolMember, 500);
    expect(choose(pool(members))).toBe("c+");
    expect(choose(pool(members), ANY, T + 500)).toBe("a+");
  });

  it("takes a slot, and no second one", () => {
    const gate = new UpstreamGate(2, 0);
    const from = pool([member("a", { gate }), member("b")]);
    const places = [place(), place(), place()];
    expect(places.map((at) => chosen(from.choose(ANY, at, T)))).toEqual(["a+", "a+", "b+"]);
    expect(gate.inUse).toBe(2);
    for (const at of places) at.release();
    for (const at of places) at.release();
    expect(gate.inUse).toBe(0);
  });

  it.each<[PoolSpec["balance"], StickySpec | undefined]>([
    ["in_order", undefined],
    ["round_robin", undefined],
    ["least_inflight", undefined],
    ["in_order", CLIENT],
  ])("by %s is one to wait for when none that is well has a free slot", (balance, sticky) => {
    const members = ["a", "b", "c"].map((id) => member(id, { gate: full() }));
    cool(members[0] as PoolMember, 500);
    begin(members[1] as PoolMember);
    const from = pool(members, balance, sticky);
    const at = place();
    const choice = from.choose(keyed("k"), at, T);
    expect(["b", "c"]).toContain(choice?.member.id);
    expect(choice).toMatchObject({ hasSlot: false, forced: false });
    if (balance === "in_order" && sticky === undefined) expect(choice?.member.id).toBe("b");
    if (balance === "least_inflight") expect(choice?.member.id).toBe("c");
    expect(at.member).toBeUndefined();
  });

  it("is the one that is well soonest when all cool", () => {
    const members = [member("a"), member("b", { gate: new UpstreamGate(1, 5) }), member("c")];
    for (const [i, ms] of [900, 300, 600].entries()) cool(members[i] as PoolMember, ms);
    const from = pool(members);
    expect(choose(from)).toBe("b+!");
    expect(choose(from)).toBe("b!");
    expect(choose(from, { sticky: undefined, takes: ({ id }) => id !== "b" })).toBe("c+!");
  });

  it("counts one whose probe is in flight as the soonest of those that are not well", () => {
    const members = [member("a"), member("b")];
    cool(members[0] as PoolMember, 900);
    cool(members[1] as PoolMember, 300);
    begin(members[1] as PoolMember, T + 300);
    expect(choose(pool(members), ANY, T + 300)).toBe("b+!");
  });

  it("by round robin skips members without distorting the rest", () => {
    const members = [member("a", { weight: 5 }), member("b", { weight: 2 }), member("c", { weight: 1 })];
    const from = pool(members, "round_robin");
    cool(members[0] as PoolMember, 1_000);
    const away = Array.from({ length: 9 }, () => choose(from)).join(" ");
    expect(away).toBe("b+ c+ b+ b+ c+ b+ b+ c+ b+");
    const back = Array.from({ length: 8 }, () => choose(from, ANY, T + 1_000)).join(" ");
    expect([...back.matchAll(/a/g)]).toHaveLength(5);
  });

  it.each([[[1, 1, 1]], [[3, 2, 1]], [[5, 1, 1]], [[7, 3]], [[1, 100]], [[2, 2, 3, 4, 9]]])(
    "by round robin is in the proportions %j exactly, and spread evenly",
    (weights) => {
      const members = weights.map((weight, i) => member(String(i), { weight }));
      const from = pool(members, "round_robin");
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = weights.map(() => 0);
      for (let turn = 1; turn <= 3 * total; turn++) {
        const index = Number.parseInt(choose(from), 10);
        counts[index] = (counts[index] ?? 0) + 1;
        for (const [i, weight] of weights.entries())
          expect(Math.abs((counts[i] ?? 0) - (turn * weight) / total)).toBeLessThan(2);
      }
      expect(counts).toEqual(weights.map((weight) => 3 * weight));
    },
  );

  it("by load is the least busy one by weight", () => {
    const members = [member("a", { weight: 2 }), member("b")];
    const from = pool(members, "least_inflight");
    const order = Array.from({ length: 6 }, () => {
      const choice = from.choose(ANY, place(), T);
      if (choice !== undefined) begin(choice.member);
      return chosen(choice);
    });
    expect(order.filter((id) => id === "a+")).toHaveLength(4);
    expect(order.slice(0, 3).sort()).toEqual(["a+", "a+", "b+"]);
  });

  it("by load takes turns by weight while all are equally busy", () => {
    const from = pool([member("a", { weight: 3 }), member("b")], "least_inflight");
    expect(Array.from({ length: 8 }, () => choose(from)).join(" ")).toBe("a+ a+ b+ a+ a+ a+ b+ a+");
  });
});

describe("a sticky choice", () => {
  const KEYS = Array.from({ length: 20_000 }, (_, i) => `client-${i}`);
  const homes = (from: Pool<PoolMember>, now = T): string[] => KEYS.map((key) => choose(from, keyed(key), now));

  it.each([[[1, 1]], [[1, 1, 1]], [[3, 1]], [[5, 3, 2]], [[1, 1, 1, 1, 1, 1, 1, 10]]])(
    "spreads keys by the weights %j",
    (weights) => {
      const members = weights.map((weight, i) => member(`m${i}`, { weight }));
      const got = homes(pool(members, "in_order", CLIENT));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [i, weight] of weights.entries()) {
        const share = weight / total;
        const deviation = Math.sqrt(KEYS.length * share * (1 - share));
        const count = got.filter((id) => id === `m${i}+`).length;
        expect(Math.abs(count - KEYS.length * share)).toBeLessThan(5 * deviation);
      }
    },
  );

  it("does not depend on the order of the members", () => {
    const members = [member("a", { weight: 2 }), member("b"), member("c")];
    expect(homes(pool(members, "in_order", CLIENT))).toEqual(homes(pool(members.toReversed(), "round_robin", CLIENT)));
  });

  it("moves only the keys that a new member gets", () => {
    const members = [member("a"), member("b"), member("c")];
    const before = homes(pool(members, "in_order", CLIENT));
    const after = homes(pool([...members, member("d")], "in_order", CLIENT));
    const moved = after.filter((id, i) => id !== before[i]);
    expect(new Set(moved)).toEqual(new Set(["d+"]));
    expect(Math.abs(moved.length - KEYS.length / 4)).toBeLessThan(5 * Math.sqrt(KEYS.length * (1 / 4) * (3 / 4)));
  });

  it("moves only the keys of a member that cools, to all others, and back", () => {
    const members = [member("a"), member("b"), member("c")];
    const from = pool(members, "in_order", CLIENT);
    const before = homes(from);
    cool(members[1] as PoolMember, 1_000);
    const during = homes(from);
    expect(during.every((id, i) => (before[i] === "b+" ? id !== "b+" : id === before[i]))).toBe(true);
    const moved = during.filter((id, i) => id !== before[i]);
    const toA = moved.filter((id) => id === "a+").length;
    expect(Math.abs(toA - moved.length / 2)).toBeLessThan(5 * Math.sqrt(moved.length / 4));
    expect(homes(from, T + 1_000)).toEqual(before);
  });

  it("passes over a member without a free slot, for this request", () => {
    const gate = new UpstreamGate(1, 5);
    const members = ["a", "b"].map((id) => member(id, { gate: id === "a" ? gate : new UpstreamGate(1, 5) }));
    const from = pool(members, "in_order", CLIENT);
    const ofA = KEYS.find((key) => chosen(from.home(keyed(key), place(), T)).startsWith("a")) ?? "";
    for (const { gate } of members) while ((gate?.inUse ?? 0) > 0) gate?.leave();
    const at = place();
    expect(chosen(from.choose(keyed(ofA), at, T))).toBe("a+");
    expect(choose(from, keyed(ofA))).toBe("b+");
    expect(choose(from, keyed(ofA))).toBe("a");
    at.release();
    expect(choose(from, keyed(ofA))).toBe("a+");
  });

  it("balances requests without a key", () => {
    const from = pool([member("a"), member("b")], "round_robin", CLIENT);
    expect([choose(from), choose(from), choose(from)]).toEqual(["a+", "b+", "a+"]);
  });

  it.each<[string, StickySpec, string | undefined]>([
    ["the client", CLIENT, "digest"],
    ["a header", { by: "header", name: "x-session-id" }, "s1"],
    ["a header that is not there", { by: "header", name: "x-other" }, undefined],
    ["a header that is empty", { by: "header", name: "x-empty" }, undefined],
    ["a header that is sent twice", { by: "header", name: "x-twice" }, undefined],
  ])("has its key from %s", (_, spec, key) => {
    const rawHeaders = ["X-Session-Id", "s1", "X-Empty", "", "X-Twice", "1", "x-twice", "1"];
    expect(stickyKeyReader(spec)({ client: { id: "digest", label: "l", access: undefined }, rawHeaders })).toBe(key);
  });

  it("has no key without a client", () => {
    expect(stickyKeyReader(CLIENT)({ client: undefined, rawHeaders: [] })).toBeUndefined();
  });
});

describe("the next attempt", () => {
  it("goes to the next well upstream that was not asked, and the slot moves with it", () => {
    const members = ["a", "b", "c", "d"].map((id) => member(id, { gate: new UpstreamGate(1, 5) }));
    const [a, b, c, d] = members as [PoolMember, PoolMember, PoolMember, PoolMember];
    b.gate?.tryEnter();
    cool(c, 1_000);
    const from = pool(members);
    const at = place();
    expect(chosen(from.choose(ANY, at, T))).toBe("a+");
    expect(from.next(ANY, [a], at, T)).toBe(d);
    expect(members.map(({ gate }) => gate?.inUse)).toEqual([0, 1, 0, 1]);
    expect(at.member).toBe(d);
    expect(from.next(ANY, [a, d], at, T)).toBeUndefined();
    expect([at.member, d.gate?.inUse]).toEqual([d, 1]);
    expect(from.next(ANY, [a, d], at, T + 1_000)).toBe(c);
    at.release();
    expect(members.map(({ gate }) => gate?.inUse)).toEqual([0, 1, 0, 0]);
  });

  it("goes only to an upstream that takes the request, and by the sticky key's order", () => {
    const members = ["a", "b", "c"].map((id) => member(id));
    const from = pool(members, "in_order", CLIENT);
    const orders = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const asked: PoolMember[] = [];
      const at = place();
      const first = from.choose(keyed(`k${i}`), at, T)?.member;
      for (let next = first; next !== undefined; next = from.next(keyed(`k${i}`), asked, at, T)) asked.push(next);
      orders.add(asked.map(({ id }) => id).join(""));
    }
    expect([...orders].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
    const notB: Ask<PoolMember> = { sticky: undefined, takes: ({ id }) => id !== "b" };
    expect(pool(members).next(notB, [members[0] as PoolMember], place(), T)?.id).toBe("c");
  });

  it("needs no second slot where both upstreams share one limit", () => {
    const gate = new UpstreamGate(1, 0);
    const members = [member("a", { gate }), member("b", { gate })];
    const from = pool(members);
    const at = place();
    from.choose(ANY, at, T);
    expect(from.next(ANY, members.slice(0, 1), at, T)?.id).toBe("b");
    expect([gate.inUse, at.member?.id]).toEqual([1, "b"]);
    at.release();
    expect(gate.inUse).toBe(0);
  });
});

describe("asking again", () => {
  it("waits for the upstream that can be asked soonest, of those that may be", () => {
    const members = [member("a"), member("b"), member("c")];
    const from = pool(members);
    for (const [i, ms] of [900, 300, 600].entries()) cool(members[i] as PoolMember, ms);
    expect(from.waitMs(ANY, () => true, T)).toBe(300);
    expect(from.waitMs(ANY, () => true, T + 400)).toBe(0);
    expect(from.waitMs(ANY, ({ id }) => id !== "b", T)).toBe(600);
    expect(from.waitMs({ sticky: undefined, takes: ({ id }) => id === "a" }, () => true, T)).toBe(900);
    expect(from.waitMs(ANY, () => false, T)).toBeUndefined();
    expect(chosen(from.chooseAgain(ANY, ({ id }) => id !== "b", place(), T + 600))).toBe("c+");
    expect(from.chooseAgain(ANY, () => false, place(), T)).toBeUndefined();
  });

  it("prefers one that is well, then one that will be soonest, and counts the exchange's own slot as free", () => {
    const members = ["a", "b"].map((id) => member(id, { gate: new UpstreamGate(1, 0) }));
    const [a, b] = members as [PoolMember, PoolMember];
    const from = pool(members);
    const at = place();
    from.choose(ANY, at, T);
    cool(a, 900);
    expect(chosen(from.chooseAgain(ANY, () => true, at, T))).toBe("b+");
    expect([a.gate?.inUse, b.gate?.inUse]).toEqual([0, 1]);
    a.gate?.tryEnter();
    cool(b, 900);
    expect(chosen(from.chooseAgain(ANY, () => true, at, T))).toBe("b+!");
    expect(from.chooseAgain(ANY, (one) => one === a, at, T)).toBeUndefined();
    expect([a.gate?.inUse, b.gate?.inUse, at.member]).toEqual([1, 1, b]);
  });
});

describe("a request that is bound to one account", () => {
  it("goes to the first in order that takes it, cooling or not", () => {
    const members = [member("a"), member("b")];
    const from = pool(members, "round_robin");
    expect([1, 2].map(() => chosen(from.home(ANY, place(), T)))).toEqual(["a+", "a+"]);
    cool(members[0] as PoolMember, 900);
    expect(chosen(from.home(ANY, place(), T))).toBe("a+!");
    expect(chosen(from.home({ sticky: undefined, takes: ({ id }) => id === "b" }, place(), T))).toBe("b+");
    expect(from.home({ sticky: undefined, takes: () => false }, place(), T)).toBeUndefined();
  });

  it("goes to the one that its key names, also without a free slot", () => {
    const gates = [new UpstreamGate(0, 1), new UpstreamGate(0, 1)];
    const members = gates.map((gate, i) => member(`m${i}`, { gate }));
    const from = pool(members, "in_order", CLIENT);
    const homes = Array.from({ length: 50 }, (_, i) => chosen(from.home(keyed(`k${i}`), place(), T)));
    expect(new Set(homes)).toEqual(new Set(["m0", "m1"]));
    cool(members[0] as PoolMember, 900);
    const during = Array.from({ length: 50 }, (_, i) => chosen(from.home(keyed(`k${i}`), place(), T)));
    expect(during).toEqual(homes.map((id) => (id === "m0" ? "m0!" : id)));
  });
});

describe("a slot that a queue grants", () => {
  const waitFor = async ({ gate }: PoolMember): Promise<void> => {
    const wait = gate?.wait(60_000);
    gate?.leave();
    expect(await wait?.admission).toBe("granted");
  };

  it.each([
    ["is well", false, "a+"],
    ["cools and no other one is free", true, "a+!"],
  ])("is kept where the upstream %s", async (_, cools, expected) => {
    const gate = new UpstreamGate(1, 1);
    const a = member("a", { gate });
    const from = pool([a, member("b", { gate: full() })]);
    gate.tryEnter();
    expect(choose(from)).toBe("a");
    await waitFor(a);
    if (cools) cool(a, 900);
    const at = place();
    expect(chosen(from.chooseGranted(ANY, a, at, T))).toBe(expected);
    expect([gate.inUse, at.member]).toEqual([1, a]);
  });

  it("is given back when the upstream has begun to cool and another one is free", async () => {
    const gates = [new UpstreamGate(1, 1), new UpstreamGate(1, 1)] as const;
    const [a, b] = gates.map((gate, i) => member("ab"[i] ?? "", { gate })) as [PoolMember, PoolMember];
    const from = pool([a, b]);
    gates[0].tryEnter();
    await waitFor(a);
    cool(a, 900);
    const at = place();
    expect(chosen(from.chooseGranted(ANY, a, at, T))).toBe("b+");
    expect([gates[0].inUse, gates[1].inUse, at.member]).toEqual([0, 1, b]);
  });

  it("is given back at once when the exchange has ended meanwhile", async () => {
    const gate = new UpstreamGate(1, 1);
    const a = member("a", { gate });
    gate.tryEnter();
    await waitFor(a);
    const at = place();
    at.release();
    pool([a]).chooseGranted(ANY, a, at, T);
    expect([gate.inUse, at.member]).toEqual([0, undefined]);
  });

  it("is one slot where the exchange holds one of the same limit already", async () => {
    const gate = new UpstreamGate(2, 1);
    const [a, b] = [member("a", { gate }), member("b", { gate })];
    const at = place();
    at.tryMoveTo(a);
    gate.tryEnter();
    await waitFor(b);
    at.moveToGranted(b);
    expect([gate.inUse, at.member]).toEqual([1, b]);
  });
});
