// Serves in this process, the usual way.

import type { Blueprint } from "../../plan/blueprint.ts";
import { type GatewayOptions, type RunningGateway, startGateway } from "../../runtime/gateway.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";
import { internalError } from "./catch-bugs.ts";
import { renewPair } from "./renew-pair.ts";
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
        return { ok: false, reason: internalError(log, err) };
      }
      renewPair(gateway.host, pair, log);
      return { ok: true, fingerprint: gateway.host.plan.fingerprint };
    },
    reloaded: (result) => gateway.reloaded(result),
  };
}
