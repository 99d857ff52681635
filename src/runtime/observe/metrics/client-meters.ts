// Counts the requests of each client, and of each token without a client: the last day by minutes. A client has one row,
// however many tokens it has.

import { type Blueprint, clientsOf } from "../../../plan/blueprint.ts";
import { clientKey } from "../../limits/client-key.ts";
import { isError, type Result } from "../result.ts";
import { CountRing } from "./count-ring.ts";
import type { CountedClient } from "./counted-exchange.ts";
import { type Amounts, UsageWindows } from "./usage-windows.ts";

interface ClientMeter {
  readonly label: string;
  readonly requests: CountRing;
  /** Created with the first error: most of ten thousand clients never have one. */
  errors: CountRing | undefined;
  /** Created with the first usage record. */
  usage: UsageWindows | undefined;
}

/** The limits of a client in the current plan; null where it has none. */
interface OwnLimits {
  readonly label: string;
  readonly ratePerMinute: number | null;
  readonly maxInflight: number | null;
}

const UNUSED = { requests_1h: 0, requests_24h: 0, errors_1h: 0, errors_24h: 0 };

export class ClientMeters {
  /** By the id of the client. Only those that were seen are here. */
  readonly #seen = new Map<string, ClientMeter>();
  #limits: ReadonlyMap<string, OwnLimits> = new Map();

  /** How many clients and tokens are counted. */
  get size(): number {
    return this.#seen.size;
  }

  /** Uses the limits of another blueprint, and removes the rows without a request in the last day. */
  adopt(blueprint: Blueprint, minute: number): void {
    for (const [id, { requests }] of this.#seen) if (requests.lastDay(minute) === 0) this.#seen.delete(id);
    const limits = new Map<string, OwnLimits>();
    for (const { id, access } of clientsOf(blueprint)) {
      const { ratePerMinute = null, maxInflight = null } = access;
      if (ratePerMinute !== null || maxInflight !== null) {
        limits.set(clientKey(id), { label: id, ratePerMinute, maxInflight });
      }
    }
    this.#limits = limits;
  }

  count(client: CountedClient, minute: number, result: Result): void {
    const meter = this.#meterOf(client);
    meter.requests.add(minute);
    if (!isError(result)) return;
    meter.errors ??= new CountRing();
    meter.errors.add(minute);
  }

  /** Counts the usage of one exchange, whose request is counted already. */
  countUsage(client: CountedClient, minute: number, amounts: Amounts): void {
    const meter = this.#meterOf(client);
    meter.usage ??= new UsageWindows();
    meter.usage.add(minute, amounts);
  }

  /**
   * The rows of the summary: one for each client that had a request in the last day, or has one in flight under a limit.
   * @param inflight how many requests the clients with `max_inflight` have in flight, by the id of the client
   * @param usageOf makes the fields of a client's usage
   */
  rows<U>(minute: number, inflight: ReadonlyMap<string, number>, usageOf: (usage: UsageWindows | undefined) => U) {
    const used = [...this.#seen].map(([id, { label, requests, errors, usage }]) => ({
      ...this.#row(id, label, inflight, {
        requests_1h: requests.lastHour(minute),
        requests_24h: requests.lastDay(minute),
        errors_1h: errors?.lastHour(minute) ?? 0,
        errors_24h: errors?.lastDay(minute) ?? 0,
      }),
      ...usageOf(usage),
    }));
    // The first request of a client is counted when it ends, which can take an hour.
    const first = [...inflight.keys()].flatMap((id) => {
      const label = this.#seen.has(id) ? undefined : this.#limits.get(id)?.label;
      return label === undefined ? [] : [{ ...this.#row(id, label, inflight, UNUSED), ...usageOf(undefined) }];
    });
    return [...used, ...first].filter((row) => row.requests_24h > 0 || (row.inflight_current ?? 0) > 0);
  }

  #meterOf({ id, label }: CountedClient): ClientMeter {
    let meter = this.#seen.get(id);
    if (meter === undefined) {
      meter = { label, requests: new CountRing(), errors: undefined, usage: undefined };
      this.#seen.set(id, meter);
    }
    return meter;
  }

  #row(id: string, label: string, inflight: ReadonlyMap<string, number>, counts: typeof UNUSED) {
    const { ratePerMinute = null, maxInflight = null } = this.#limits.get(id) ?? {};
    return {
      token: label,
      ...counts,
      rate_per_minute: ratePerMinute,
      max_inflight: maxInflight,
      // Counted only where there is a limit.
      inflight_current: maxInflight === null ? null : (inflight.get(id) ?? 0),
    };
  }
}
