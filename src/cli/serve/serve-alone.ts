// Serves in this process, the usual way.

import type { Blueprint } from "../../plan/blueprint.ts";
import type { TlsPair } from "../../runtime/downstream/tls.ts";
import { type GatewayOptions, type RunningGateway, startGateway } from "../../runtime/gateway.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";
import type { ReloadTarget, Serving } from "./serving.ts";

/** Starts to serve. @throws Error as `startGateway` does */
export async function serveAlone(started: Blueprint, log: Log, options: GatewayOptions): Promise<Serving> {
  const gateway = await startGateway(started, log, options);
  return {
    address: gateway.address,
    target: gatewayTarget(gateway, log),
    drain(report) {
      report(gateway.host.inFlight);
      return gateway.stop();
    },
  };
}

/** The gateway of this process, for reloads. */
export function gatewayTarget(gateway: Pick<RunningGateway, "host" | "swap" | "reloaded">, log: Log): ReloadTarget {
  return {
    swap(next, pair) {
      try {
        gateway.swap(next);
      } catch (err) {
        // This is a bug in the gateway. The plan in use stays.
        log.error({ error: String(err), place: err instanceof Error ? err.stack : undefined }, "internal error");
        return { ok: false, reason: "linking failed" };
      }
      renewPair(gateway, pair, log);
      return { ok: true, fingerprint: gateway.host.plan.fingerprint };
    },
    reloaded: (result) => gateway.reloaded(result),
  };
}

/** Serves another certificate. One that can't be used is logged, and the one in use stays. */
function renewPair({ host }: Pick<RunningGateway, "host">, pair: TlsPair | undefined, log: Log): void {
  try {
    if (pair !== undefined) host.renewPair(pair);
  } catch (err) {
    log.error({ error: String(err) }, "certificate not renewed: the one in use stays");
  }
}
