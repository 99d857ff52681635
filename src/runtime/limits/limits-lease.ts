// Holds the counts that one plan uses, from its linking until its last exchange has ended.

import type { CooldownSpec, UpstreamSpec } from "../../plan/forward.ts";
import type { Digest } from "../../plan/secret.ts";
import { InflightCounter } from "./counter.ts";
import type { FixedWindow } from "./fixed-window.ts";
import type { Gate } from "./gate.ts";
import { UpstreamHealth } from "./health.ts";
import type { SlotSet } from "./shared/shared-counts.ts";
import type { Lease } from "./usage-pool.ts";

const DOWNSTREAM = "downstream";
/** In place of a route's id, which is never blank. */
const CLIENTS = "";

/** The facts of an exchange in flight that decide how it is counted. */
export interface Counted {
  readonly client: { readonly id: string } | undefined;
  /** Whether limits count it: it has a route and was not refused. */
  readonly isCounted: boolean;
  /** The upstream it goes to, once that is chosen. */
  readonly upstream: { readonly gateKey: string } | undefined;
  /** What it may use of its client's budgets, where that is reserved together with its other limits. */
  readonly estimate?: unknown;
  hold(release: () => void): void;
}

/** The health of an upstream, and whose it is. */
export interface PoolHealth {
  readonly routeId: string;
  readonly upstream: string;
  readonly health: UpstreamHealth;
}

export interface LeaseParts {
  readonly downstream: Lease<InflightCounter>;
  /** By the key of the client. */
  readonly clients: Lease<InflightCounter>;
  readonly gates: Lease<Gate>;
  readonly windows: Lease<FixedWindow>;
  readonly health: Lease<PoolHealth>;
  readonly newWindow: (routeId: string) => FixedWindow;
  readonly newGate: (key: string, max: number, maxWaiting: number) => Gate;
  /** Counts an exchange in flight in a limit that other processes share. @returns a function that ends this; `undefined`: they share none */
  readonly adopt: ((set: Exclude<SlotSet, { readonly kind: "gate" }>) => (() => void) | undefined) | undefined;
  /** Called when exchanges were adopted. */
  readonly adopted: () => void;
}

export class LimitsLease {
  readonly #parts: LeaseParts;
  /** Functions that apply the limits of this plan. */
  #pendingLimits: (() => void)[] = [];

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  /** The downstream count, one for the whole gateway. */
  downstream(max: number): InflightCounter {
    return this.#counter("downstream", DOWNSTREAM, max);
  }

  /** The count of a client. @param key made by `clientKey` */
  client(key: string, max: number): InflightCounter {
    return this.#counter("clients", key, max);
  }

  /** The minute window of all clients. No route has this id. */
  clientWindow(): FixedWindow {
    return this.window(CLIENTS);
  }

  /** The minute window of a route. */
  window(routeId: string): FixedWindow {
    return this.#parts.windows.get(routeId, () => this.#parts.newWindow(routeId));
  }

  /** The gate of a route and upstream key. @param key made by `gateKey` */
  gate(key: string, max: number, maxWaiting: number): Gate {
    const gate = this.#parts.gates.get(key, () => this.#parts.newGate(key, max, maxWaiting));
    this.#pendingLimits.push(() => gate.resize(max, maxWaiting));
    return gate;
  }

  /** The health of an upstream of a pool. */
  health(routeId: string, { id, identity }: UpstreamSpec, cooldown: CooldownSpec): UpstreamHealth {
    const key = `${routeId}\n${id}\n${identity.reveal()}`;
    const make = (): PoolHealth => ({ routeId, upstream: id, health: new UpstreamHealth(cooldown) });
    const { health } = this.#parts.health.get(key, make);
    this.#pendingLimits.push(() => {
      health.cooldown = cooldown;
    });
    return health;
  }

  /** Applies this plan's limits. Called when the plan is swapped in, and not earlier, because linking can fail. */
  applyLimits(): void {
    for (const apply of this.#pendingLimits) apply();
    this.#pendingLimits = [];
  }

  /**
   * Counts the exchanges in flight on an older plan in the limits that only this plan has, so that a new limit is exact from
   * the start. In limits that both plans have, those exchanges are counted already.
   * @param older the lease of the older plan. It gets a share in the new counts, so that they last until those exchanges end
   */
  adoptInFlight(older: LimitsLease, exchanges: Iterable<Counted>): void {
    const adoptsDownstream = this.#isNew("downstream", older, DOWNSTREAM);
    const adoptsGate = this.#newIn("gates", older);
    const adoptsClient = this.#newIn("clients", older);
    let hasAdopted = false;
    for (const x of exchanges) {
      if (!x.isCounted) continue;
      if (adoptsDownstream) {
        hasAdopted = true;
        charge(x, older.#parts.downstream.get(DOWNSTREAM, missing));
        this.#adopt(x, { kind: "downstream" });
      }
      const client = x.client?.id;
      if (client !== undefined && adoptsClient(client)) {
        hasAdopted = true;
        charge(x, older.#parts.clients.get(client, missing));
        // Where other processes share the limits, what reserves something has a slot of its client already.
        if (x.estimate === undefined) this.#adopt(x, { kind: "subject", subject: client });
      }
      const key = x.upstream?.gateKey;
      if (key === undefined || !adoptsGate(key)) continue;
      const gate = older.#parts.gates.get(key, missing);
      hasAdopted = true;
      gate.charge();
      x.hold(() => gate.leave());
    }
    if (hasAdopted) this.#parts.adopted();
  }

  /** Releases all counts. Called when the plan's last exchange has ended, or when the plan is not used. */
  release(): void {
    this.#parts.downstream.release();
    this.#parts.clients.release();
    this.#parts.gates.release();
    this.#parts.windows.release();
    this.#parts.health.release();
  }

  #adopt(x: Counted, set: Exclude<SlotSet, { readonly kind: "gate" }>): void {
    const end = this.#parts.adopt?.(set);
    if (end !== undefined) x.hold(end);
  }

  #counter(part: "downstream" | "clients", key: string, max: number): InflightCounter {
    const counter = this.#parts[part].get(key, () => new InflightCounter(max));
    this.#pendingLimits.push(() => {
      counter.max = max;
    });
    return counter;
  }

  /** Makes the function that says whether only this plan has a count. It asks once for each key: then the older lease has it, too. */
  #newIn(part: "clients" | "gates", older: LimitsLease): (key: string) => boolean {
    const known = new Map<string, boolean>();
    return (key) => {
      let isNew = known.get(key);
      if (isNew === undefined) {
        isNew = this.#isNew(part, older, key);
        known.set(key, isNew);
      }
      return isNew;
    };
  }

  #isNew(part: "downstream" | "clients" | "gates", older: LimitsLease, key: string): boolean {
    return this.#parts[part].has(key) && !older.#parts[part].has(key);
  }
}

/**
 * The key under which in-flight requests are counted: the route, and the digest of the upstream key. Requests of a route
 * without an upstream key are counted as if they all had the same one (contract, section 2, "Upstream key").
 * @param keyless counts the requests without a key by upstream: in a pool, each of these is another machine
 */
export function gateKey(routeId: string, key: Digest | undefined, keyless = ""): string {
  return `${routeId}\n${key?.reveal() ?? keyless}`;
}

/** The route of a gate's key. */
export function routeOfGate(key: string): string {
  return key.slice(0, key.lastIndexOf("\n"));
}

/** Counts an exchange that is in flight already, until it ends. */
function charge(x: Counted, counter: InflightCounter): void {
  counter.charge();
  x.hold(() => counter.release());
}

/** Never called: this lease has the count, so the pool has it, and the older lease gets it from the pool. */
function missing(): never {
  throw new Error("a leased count is gone");
}
