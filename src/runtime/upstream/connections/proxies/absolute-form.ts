// Decides which requests an HTTP proxy gets in absolute-form, and writes the gateway's credentials for HTTP proxies.

import type { ProxySpec, UpstreamSpec, UpstreamTarget } from "../../../../plan/forward.ts";

export interface AbsoluteForm {
  /** Where to connect: the proxy. */
  readonly connectTo: UpstreamTarget;
  /** Goes before the path in the request line. */
  readonly origin: string;
  /** Headers for the proxy alone, a flat name, value list. */
  readonly headers: readonly string[];
}

/**
 * How a request is sent to the proxy in absolute-form; `undefined` where the upstream is reached directly or through a tunnel.
 * HTTP proxies get requests to plain http upstreams in this form (RFC 9112, section 3.2.2), since most of them allow CONNECT
 * only to the ports of https.
 */
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

/** The value of `proxy-authorization`: Basic (RFC 7617), in UTF-8. `undefined` without credentials. */
export function basicCredentials({ credentials }: ProxySpec): string | undefined {
  if (credentials === undefined) return undefined;
  const pair = `${credentials.username.reveal()}:${credentials.password.reveal()}`;
  return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}
