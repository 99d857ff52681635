// Which requests are handed to a proxy as they are? Those to plain http upstreams: proxies let CONNECT through to the ports of
// https only, as a rule, so they are asked in absolute-form (RFC 9112, section 3.2.2).

import type { UpstreamSpec, UpstreamTarget } from "../../../../plan/forward.ts";
import { basicCredentials } from "./credentials.ts";

export interface AbsoluteForm {
  /** Where to connect: the proxy. */
  readonly connectTo: UpstreamTarget;
  /** What goes before the path. */
  readonly origin: string;
  /** Headers for the proxy alone, a flat name, value list. */
  readonly headers: readonly string[];
}

/** `undefined` where the upstream is reached directly or through a tunnel. */
export function absoluteForm({ proxy, target }: Pick<UpstreamSpec, "proxy" | "target">): AbsoluteForm | undefined {
  if (proxy === undefined || proxy.protocol === "socks:" || target.protocol === "https:") return undefined;
  const { protocol, hostname, port } = proxy;
  const credentials = basicCredentials(proxy);
  return {
    connectTo: { protocol, hostname, port, host: hostname, basePath: "" },
    origin: `http://${target.host}`,
    headers: credentials === undefined ? [] : ["proxy-authorization", credentials],
  };
}
