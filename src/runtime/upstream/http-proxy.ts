// Sends requests through http-proxy: we call its `web()`, or its `ws()` for a WebSocket, which runs a pass of ours, and that makes
// the upstream request. A pass is one function of the chain that http-proxy runs for a request.
//
// Our pass is the first and ends the chain, so http-proxy's own passes never run: `deleteLength` allows request smuggling
// (fact F4), `timeout` stays on kept connections (hazard P12), and `stream` neither aborts upstream requests nor reports cut
// responses (facts F1, F2). Those for WebSockets can even end the process (fact F22). Our pass uses the `target` and `agent` that
// http-proxy gives it, reports errors by http-proxy's callback, and emits http-proxy's events `start`, `proxyRes` and `end`. Options
// go to the constructor: http-proxy copies the options of a single call with the deprecated `util._extend` (hazard P16).

import { type Agent, ClientRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import httpProxy from "http-proxy";
import type { UpstreamTarget } from "../../plan/forward.ts";
import type { PooledRequest } from "./connections/pooled-agent.ts";
import { type UpstreamRequestOptions, upstreamRequest } from "./connections/upstream-request.ts";
import type { EditBody } from "./upload.ts";

/** The largest head of an upstream's response, bytes (contract, section 4). A client's may be half as large. */
const UPSTREAM_HEAD_BYTES = 64 * 1024;

/** The request that our pass sends. http-proxy's own pass would take it from the client's request. */
export interface UpstreamRequest {
  readonly method: string;
  /** With the query. A whole URL where the request is handed to an outbound proxy. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Its body is too large to be sent again: it takes no connection that may be stale. */
  readonly sentOnce: boolean;
  /** Changes the first bytes of its body; `undefined`: they are sent as they came. */
  readonly edit: EditBody | undefined;
  /** It asks for a WebSocket. */
  readonly webSocket: boolean;
}

/** An upstream's 101, and its connection, which is nobody's now. */
export interface SwitchedUpstream {
  readonly response: IncomingMessage;
  readonly socket: Socket;
  /** What came behind the 101. */
  readonly early: readonly Buffer[];
}

/** Called with the results of one upstream request. */
export interface RequestEvents {
  onResponse(response: IncomingMessage): void;
  /** An unrequested 101 came. Its connection is closed already (hazard P10). */
  onUpgrade(): void;
  /** The 101 that was asked for came. Its connection must be read or closed. */
  onSwitched(switched: SwitchedUpstream): void;
}

/** Makes requests to one address. */
export interface Engine {
  /** http-proxy itself, for listeners of its events. */
  readonly proxy: httpProxy;
  /**
   * Sends the head of a request. The caller writes the body.
   * @param req the client's request, handed to http-proxy's listeners
   * @param res the client's response, handed to http-proxy's listeners
   * @param onError called when the request fails, before or after its response. When Node refuses to send the head, it is called
   *   before this returns
   * @returns the request; `undefined` when Node refused its head
   */
  send(
    req: IncomingMessage,
    res: ServerResponse,
    request: UpstreamRequest,
    events: RequestEvents,
    onError: (err: Error) => void,
  ): ClientRequest | undefined;
}

const NO_HEAD = Buffer.alloc(0);

type ErrorCallback = (err: Error, req: IncomingMessage, res: ServerResponse, target: unknown) => void;

/** What http-proxy hands to a pass. Its types leave passes out. */
interface PassOptions {
  readonly agent: Agent;
  readonly target: { readonly hostname: string; readonly port: string };
}
type Pass = (
  req: IncomingMessage,
  res: ServerResponse,
  options: PassOptions,
  head: unknown,
  server: httpProxy,
  callback: ErrorCallback,
) => boolean;
interface PassChain {
  before(kind: "web" | "ws", pass: string, ours: Pass): void;
}

/**
 * Makes the engine of one address.
 * @param target the upstream, or the outbound proxy that requests to it are handed to
 */
export function createEngine(target: UpstreamTarget, agent: Agent): Engine {
  const { protocol, hostname, port, host, basePath } = target;
  const proxy = httpProxy.createProxyServer({
    // A plain object, never a `URL`: http-proxy would lose the path of a `URL` (fact F5).
    target: { protocol, hostname, port: String(port), host, path: basePath } as httpProxy.ServerOptions["target"] &
      object,
    agent,
  });
  // `web()` runs our pass before it returns. `send` passes the request to it by `wanted`, and gets the result by `made`.
  let wanted: { readonly request: UpstreamRequest; readonly events: RequestEvents } | undefined;
  let made: ClientRequest | undefined;
  const pass: Pass = (req, res, options, _head, server, callback) => {
    if (wanted !== undefined) made = sendRequest(req, res, options, server, callback, wanted.request, wanted.events);
    return true;
  };
  (proxy as unknown as PassChain).before("web", "deleteLength", pass);
  (proxy as unknown as PassChain).before("ws", "checkMethodAndHeader", pass);
  return {
    proxy,
    send(req, res, request, events, onError) {
      wanted = { request, events };
      try {
        // The head is a Buffer in any case: without one, http-proxy would copy the options (hazard P16).
        if (request.webSocket) proxy.ws(req, res as never, NO_HEAD, onError as never);
        else proxy.web(req, res, onError as never);
        return made;
      } finally {
        // Otherwise the last exchange of each upstream would stay in memory.
        wanted = undefined;
        made = undefined;
      }
    },
  };
}

function sendRequest(
  req: IncomingMessage,
  res: ServerResponse,
  { agent, target }: PassOptions,
  server: httpProxy,
  callback: ErrorCallback,
  { method, path, headers, sentOnce, webSocket }: UpstreamRequest,
  events: RequestEvents,
): ClientRequest | undefined {
  const options: UpstreamRequestOptions & PooledRequest = {
    agent,
    // The agent decides, not the target: the agent of a tunnel uses plain HTTP, on connections that already have TLS.
    protocol: (agent as Agent & { readonly protocol: string }).protocol,
    hostname: target.hostname,
    port: target.port,
    method,
    path,
    headers,
    maxHeaderSize: UPSTREAM_HEAD_BYTES,
    insecureHTTPParser: false,
    sentOnce,
  };
  let request: ClientRequest;
  try {
    request = webSocket ? new ClientRequest(options) : upstreamRequest(options);
  } catch (err) {
    callback(err as Error, req, res, target);
    return undefined;
  }
  // With a limit, Node cuts the list of headers, and content-length or transfer-encoding could be cut off (hazard R2).
  request.maxHeadersCount = 0;
  server.emit("start", req, res, target);
  request.on("response", (response: IncomingMessage) => {
    server.emit("proxyRes", response, req, res);
    if (server.listenerCount("end") > 0) response.once("end", () => server.emit("end", req, res, response));
    events.onResponse(response);
  });
  request.on("error", (err) => callback(err, req, res, target));
  request.on("upgrade", (response: IncomingMessage, socket: Socket, head: Buffer) => {
    if (webSocket) return events.onSwitched({ response, socket, early: head.length === 0 ? [] : [head] });
    socket.destroy();
    events.onUpgrade();
  });
  return request;
}
