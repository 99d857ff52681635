// Sets up upstreams, gateways and clients for a socket test and stops them after it. Then checks that nothing was left behind:
// no slot is held, and there was no uncaught exception and no process warning.

import { afterEach, beforeEach, expect } from "vitest";
import { type ConfigParts, configText } from "./config.ts";
import { within } from "./deadline.ts";
import { startGateway, type TestGateway, type TestGatewayOptions } from "./gateway.ts";
import { connectRaw, type RawClient } from "./raw-client.ts";
import {
  type RawConnection,
  type RawUpstream,
  startRawUpstream,
  startUpstream,
  type Upstream,
  type UpstreamHandler,
  type UpstreamOptions,
} from "./upstream.ts";

export interface Scene {
  upstream(handler?: UpstreamHandler, options?: UpstreamOptions): Promise<Upstream>;
  rawUpstream(script?: (connection: RawConnection, index: number) => Promise<void> | void): Promise<RawUpstream>;
  /** A gateway with one route, `/up`, to `base`. */
  gateway(parts: ConfigParts, options?: TestGatewayOptions): Promise<TestGateway>;
  /** A raw client of a gateway, or of any port. */
  client(to: { readonly port: number }): Promise<RawClient>;
}

/** Makes the scene for the tests of one file. Everything that a test starts is stopped after it, newest first. */
export function setScene(): Scene {
  const stops: (() => Promise<unknown>)[] = [];
  const gateways: TestGateway[] = [];
  /** Uncaught exceptions and process warnings. */
  const problems: unknown[] = [];
  const onProblem = (problem: unknown) => void problems.push(problem);

  beforeEach(() => {
    process.on("warning", onProblem);
    process.on("uncaughtExceptionMonitor", onProblem);
  });
  afterEach(async () => {
    try {
      for (const stop of stops.splice(0).reverse()) await stop();
      // Warnings are emitted on a later tick than their cause.
      await new Promise(setImmediate);
      // The last exchanges end when their connections close, and closing the gateway does not wait for that.
      for (const gateway of gateways.splice(0)) await untilFree(gateway);
      expect(problems.splice(0)).toEqual([]);
    } finally {
      process.off("warning", onProblem);
      process.off("uncaughtExceptionMonitor", onProblem);
    }
  });

  function stopLater<T extends { close(): Promise<void> }>(thing: T): T {
    stops.push(() => within("something of the scene to close", thing.close()));
    return thing;
  }

  return {
    upstream: async (handler, options) => stopLater(await startUpstream(handler, options)),
    rawUpstream: async (script) => stopLater(await startRawUpstream(script)),
    gateway: async (parts, options) => {
      const gateway = stopLater(await startGateway(configText(parts), options));
      gateways.push(gateway);
      return gateway;
    },
    client: async ({ port }) => stopLater(await connectRaw(port)),
  };
}

/** Waits until no exchange is in progress and no permit is held. */
export async function untilFree(gateway: TestGateway): Promise<void> {
  await untilCounts(
    gateway,
    ({ downstream, clients, upstream, waiting, inFlight }) =>
      inFlight + downstream + clients + upstream + waiting === 0,
  );
}

export interface Counts {
  readonly downstream: number;
  readonly clients: number;
  readonly upstream: number;
  readonly waiting: number;
  readonly inFlight: number;
}

/** Waits until the gateway's counts are as wanted. Checks them in each turn of the event loop. */
export async function untilCounts({ host, limits }: TestGateway, wanted: (counts: Counts) => boolean): Promise<void> {
  const counts = () => ({ ...limits.totals(), inFlight: host.inFlight });
  let over = false;
  const looked = (async () => {
    while (!wanted(counts()) && !over) await new Promise(setImmediate);
  })();
  await within(() => `counts to be as wanted; have ${JSON.stringify(counts())}`, looked).finally(() => {
    over = true;
  });
}
