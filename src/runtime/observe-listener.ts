// Serves the metrics endpoints on a separate address (`metrics.listen`), with the health endpoints and without any route.

import type { AddressInfo } from "node:net";
import type { ServerSpec } from "../plan/blueprint.ts";
import { replyFor } from "../plan/replies.ts";
import type { ServerTimes } from "./downstream/server.ts";
import type { BuiltInEndpoints } from "./endpoints/built-in.ts";
import type { LinkedPlan } from "./generation.ts";
import { Host } from "./host.ts";
import type { Log } from "./observe/logs/log.ts";

/** How long a response in progress, such as that of a scrape, may take to its end at shutdown. */
const SHUTDOWN: ServerSpec["shutdown"] = { graceMs: 0, drainTimeoutMs: 1000 };

const NOT_FOUND = replyFor("route_not_found", {
  message:
    "This address of the gateway serves only metrics and health. Send requests for a provider to its main address.",
});

export interface ObserveListenerParts {
  /** A plan without routes: every path that is not built in gets a 404. */
  readonly linked: LinkedPlan;
  readonly endpoints: BuiltInEndpoints;
  /** Whether the gateway itself is ready. Its `/readyz` is answered in the same way here. */
  readonly ready: () => boolean;
  readonly log: Log;
  readonly times?: Partial<ServerTimes> | undefined;
}

export interface ObserveListener {
  readonly address: AddressInfo;
  /** Uses the response format of another plan without routes. */
  swap(linked: LinkedPlan): void;
  /** Stops. Called when the gateway has drained, so that metrics and `/readyz` are answered until then. */
  close(): Promise<void>;
}

/**
 * Starts to listen, without TLS.
 * @throws the error of listening: the port is taken, the address is not ours, …
 */
export async function startObserveListener(
  listen: ServerSpec["listen"],
  { linked, endpoints, ready, log, times }: ObserveListenerParts,
): Promise<ObserveListener> {
  const host = new Host(withMessage(linked), log, { endpoints, ready, times });
  const address = await host.listen(listen);
  return {
    address,
    swap: (next) => host.swap(withMessage(next)),
    close: async () => void (await host.drain(SHUTDOWN)),
  };
}

function withMessage(linked: LinkedPlan): LinkedPlan {
  return { ...linked, plan: { ...linked.plan, notFound: NOT_FOUND } };
}
