// Makes the URL of the dashboard, for the log.

import type { AddressInfo } from "node:net";
import type { ServerSpec } from "../../plan/blueprint.ts";
import { localUrl } from "../local-url.ts";

/**
 * Where a browser on this machine finds the dashboard; `undefined` without metrics, or when they have a port that only the system knows.
 * @param address the real address of the gateway
 */
export function dashboardUrl({ metrics, tls }: ServerSpec, { address, port }: AddressInfo): string | undefined {
  if (metrics === undefined) return undefined;
  const at = metrics.listen ?? { host: address, port };
  // A separate address speaks plain HTTP.
  const withTls = metrics.listen === undefined && tls !== undefined;
  return at.port === 0 ? undefined : `${localUrl(at, withTls)}${metrics.path}/ui`;
}
