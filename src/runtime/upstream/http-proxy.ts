// How does http-proxy carry an exchange? Through one pass of ours before all of its own, which never run:
// `deleteLength` smuggles (fact F4), `timeout` stays on kept connections (hazard P12), `stream` neither aborts nor truncates
// (facts F1, F2). Options go to the constructor only: given per call they are copied with `util._extend` (hazard P16).

import type { Agent } from "node:http";
import httpProxy from "http-proxy";
import type { UpstreamTarget } from "../../plan/forward.ts";
import type { GatewayRequest } from "../exchange/connection.ts";
import type { LiveExchange } from "../exchange/exchange.ts";

/** What http-proxy does but its types leave out: a pass put before another, ending the chain by returning true. */
interface PassChain {
  before(kind: "web", pass: string, ours: (req: GatewayRequest) => boolean): void;
}

/**
 * Makes the engine of one upstream.
 * @param send begins the upstream request of an exchange
 */
export function createEngine(
  target: UpstreamTarget,
  agent: Agent,
  send: (x: LiveExchange) => void,
): (x: LiveExchange) => void {
  const { protocol, hostname, port, host, basePath } = target;
  const proxy = httpProxy.createProxyServer({
    // Taken apart, never a URL object, of which http-proxy would lose the path (fact F5).
    target: { protocol, hostname, port: String(port), host, path: basePath } as httpProxy.ServerOptions["target"] &
      object,
    agent,
    selfHandleResponse: true,
  });
  (proxy as unknown as PassChain).before("web", "deleteLength", (req) => {
    if (req.exchange !== undefined) send(req.exchange);
    return true;
  });
  return (x) => proxy.web(x.req, x.res);
}
