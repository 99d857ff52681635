// Opens a tunnel through an HTTP proxy, by CONNECT (RFC 9110, section 9.3.6).

import { request } from "node:http";
import { isIPv6, type Socket } from "node:net";
import type { ProxySpec, UpstreamTarget } from "../../../../plan/forward.ts";
import { ProxyFailure } from "../failure.ts";
import { basicCredentials } from "./absolute-form.ts";

/**
 * Opens a tunnel on a connection to the proxy.
 * @throws ProxyFailure: with the status when it is not 2xx, or when the proxy breaks the connection
 */
export function httpConnect(socket: Socket, proxy: ProxySpec, { hostname, port }: UpstreamTarget): Promise<Socket> {
  const authority = `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
  const credentials = basicCredentials(proxy);
  const headers = ["host", authority, "connection", "keep-alive"];
  if (credentials !== undefined) headers.push("proxy-authorization", credentials);
  return new Promise((resolve, reject) => {
    const connect = request({ method: "CONNECT", path: authority, headers, createConnection: () => socket });
    connect.on("connect", ({ statusCode = 0 }, tunnel: Socket, early) => {
      if (statusCode < 200 || statusCode > 299) reject(new ProxyFailure(`answered ${statusCode}`));
      // An upstream sends nothing before it gets a request, so these bytes are not the upstream's.
      else if (early.length > 0) reject(new ProxyFailure("sent bytes of its own"));
      else resolve(tunnel);
    });
    connect.on("error", (err: NodeJS.ErrnoException) => reject(new ProxyFailure(err.code ?? "broke off")));
    connect.end();
  });
}
