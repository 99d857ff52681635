// Checks that Node's agents work inside as `pooled-agent.ts` relies on. Node does not document it, so a new Node may change it.

import { once } from "node:events";
import http, { type ClientRequest, type ClientRequestArgs, type RequestOptions, type ServerResponse } from "node:http";
import https from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { pooled } from "../../src/runtime/upstream/connections/pooled-agent.ts";
import { DEFAULT_IDLE_TIMES } from "../../src/runtime/upstream/connections/upstream-socket.ts";
import { within } from "../support/deadline.ts";
import { listen } from "../support/listen.ts";

const NAME = "upstream";

type Callback = (err: Error | null, socket: Socket) => void;

/** The methods that `pooled-agent.ts` overrides, by the names and arguments that it expects. */
interface Internals {
  createConnection(options: ClientRequestArgs, callback?: Callback): Socket | undefined;
  addRequest(request: ClientRequest, options: object): void;
  keepSocketAlive(socket: Socket): boolean;
  reuseSocket(socket: Socket, request: ClientRequest): void;
}
const Base = http.Agent as unknown as new (options: object) => http.Agent & Internals;

/** An agent that records which of its methods Node calls. */
class RecordingAgent extends Base {
  readonly calls: string[] = [];
  keep = true;
  /** How a connection is made. */
  make: (callback?: Callback) => Socket | undefined = () => connect(port, "127.0.0.1");

  override getName(): string {
    return NAME;
  }

  override createConnection(_options: ClientRequestArgs, callback?: Callback): Socket | undefined {
    this.calls.push("createConnection");
    return this.make(callback);
  }

  override addRequest(request: ClientRequest): void {
    this.calls.push("addRequest");
    super.addRequest(request, {});
  }

  override keepSocketAlive(): boolean {
    this.calls.push("keepSocketAlive");
    return this.keep;
  }

  override reuseSocket(socket: Socket, request: ClientRequest): void {
    this.calls.push("reuseSocket");
    super.reuseSocket(socket, request);
  }
}

/** What a failure says: which part of Node changed, and what depends on it. */
function changed(what: string): string {
  return `Node ${process.version} changed its http.Agent: ${what}. src/runtime/upstream/connections/pooled-agent.ts relies on it`;
}

const server = http.createServer((_req, res) => void res.end("ok"));
let port = 0;
const agents: RecordingAgent[] = [];

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  for (const agent of agents.splice(0)) agent.destroy();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function newAgent(): RecordingAgent {
  const agent = new RecordingAgent({ keepAlive: true });
  agents.push(agent);
  return agent;
}

/** Sends one request and reads its response; resolves when the agent has its connection back. */
async function ask(agent: RecordingAgent, what: string): Promise<ClientRequest> {
  const options: RequestOptions = { agent, host: "127.0.0.1", port };
  const request = http.request(options).end();
  const [response] = await within(() => changed(what), once(request, "response"), 4000);
  expect(await text(response)).toBe("ok");
  await new Promise(setImmediate);
  return request;
}

const idleOf = (agent: RecordingAgent): readonly Socket[] => agent.freeSockets[NAME] ?? [];

describe("a request", () => {
  test("goes through addRequest and createConnection, and its connection is offered to keepSocketAlive", async () => {
    const agent = newAgent();
    await ask(agent, "a request with a new connection gets no response");
    expect(agent.calls, changed("a first request calls other methods of its agent, or in another order")).toEqual([
      "addRequest",
      "createConnection",
      "keepSocketAlive",
    ]);
  });

  test("takes a connection that createConnection hands to its callback later", async () => {
    const agent = newAgent();
    agent.make = (callback) => {
      const socket = connect(port, "127.0.0.1", () => callback?.(null, socket));
      return undefined;
    };
    const request = await ask(agent, "createConnection's callback(null, socket) does not hand over a connection");
    expect(request.reusedSocket).toBe(false);
  });

  test("fails with the error that createConnection hands to its callback", async () => {
    const agent = newAgent();
    const cause = new Error("no connection");
    agent.make = (callback) => void setImmediate(() => (callback as ((err: Error) => void) | undefined)?.(cause));
    const request = http.request({ agent, host: "127.0.0.1", port }).end();
    const what = "createConnection's callback(err) does not fail the request";
    const [err] = await within(() => changed(what), once(request, "error"), 4000);
    expect(err, changed(what)).toBe(cause);
  });
});

describe("a connection", () => {
  test("that keepSocketAlive keeps is in freeSockets, by the agent's name, and is reused through reuseSocket", async () => {
    const agent = newAgent();
    const first = await ask(agent, "a request with a new connection gets no response");
    expect(idleOf(agent), changed("an idle connection is not in freeSockets[getName()]")).toEqual([first.socket]);
    agent.calls.length = 0;
    const second = await ask(agent, "a request on an idle connection gets no response");
    expect(agent.calls, changed("a reused connection calls other methods of its agent, or in another order")).toEqual([
      "addRequest",
      "reuseSocket",
      "keepSocketAlive",
    ]);
    expect(second.socket, changed("the idle connection was not reused")).toBe(first.socket);
    expect(second.reusedSocket, changed("reuseSocket does not set reusedSocket")).toBe(true);
  });

  test("that keepSocketAlive does not keep is closed", async () => {
    const agent = newAgent();
    agent.keep = false;
    const { socket } = await ask(agent, "a request with a new connection gets no response");
    expect(idleOf(agent), changed("keepSocketAlive can't refuse a connection")).toEqual([]);
    expect(socket?.destroyed, changed("a connection that keepSocketAlive refuses stays open")).toBe(true);
  });

  test("that was idle last is last in freeSockets, and is taken first; one that is removed is not taken", async () => {
    const agent = newAgent();
    const asked = [0, 1].map((n) => ask(agent, `request ${n} of two at the same time gets no response`));
    await Promise.all(asked);
    const [older, newer] = idleOf(agent);
    expect(newer, changed("two requests at the same time do not leave two idle connections")).toBeDefined();
    const next = await ask(agent, "a request on an idle connection gets no response");
    expect(next.socket, changed("the connection that was idle last is not taken first")).toBe(newer);
    // As `pooled-agent.ts` removes a connection that it does not trust.
    const removed = (agent.freeSockets[NAME] as Socket[]).pop();
    removed?.destroy();
    const after = await ask(agent, "a request gets no response after an idle connection was removed from freeSockets");
    expect(after.socket, changed("a connection that was removed from freeSockets is used")).toBe(older);
  });
});

describe("a connection that the pooled agent hands over itself", () => {
  const Pooled = pooled(http.Agent, { ready: "connect", connectTimeoutMs: 4000, times: DEFAULT_IDLE_TIMES });

  /** A pooled agent of a server that answers when the test says so, and a request to it. */
  async function pool() {
    const waiting: ServerResponse[] = [];
    const slow = http.createServer((_req, res) => void waiting.push(res));
    const agent = new Pooled({ keepAlive: true, host: "127.0.0.1", port: await listen(slow) } as http.AgentOptions);
    onTestFinished(() => agent.destroy());
    const begin = async (): Promise<ClientRequest> => {
      const arrived = once(slow, "request");
      const request = http.request({ agent }).end();
      await within(() => changed("a request on a connection that was handed over is not sent"), arrived, 4000);
      return request;
    };
    const finish = async (request: ClientRequest): Promise<void> => {
      const answered = once(request, "response");
      waiting.pop()?.end("ok");
      const [response] = await within(() => changed("such a request gets no response"), answered, 4000);
      expect(await text(response)).toBe("ok");
      await new Promise(setImmediate);
    };
    return { agent, begin, finish };
  }
  const countsOf = ({ sockets, freeSockets }: http.Agent) => [
    sockets[NAME]?.length ?? 0,
    freeSockets[NAME]?.length ?? 0,
  ];

  test("is in use until its response is read, and idle after that", async () => {
    const { agent, begin, finish } = await pool();
    const first = await begin();
    expect(countsOf(agent)).toEqual([1, 0]);
    await finish(first);
    expect(countsOf(agent)).toEqual([0, 1]);
    const second = await begin();
    expect(second.socket, changed("onSocket does not give a request its connection")).toBe(first.socket);
    expect(second.reusedSocket).toBe(true);
    expect(countsOf(agent), changed("connections in use are not in sockets[getName()]")).toEqual([1, 0]);
    await finish(second);
    expect(countsOf(agent), changed("a connection that was handed over does not become idle again")).toEqual([0, 1]);
  });

  test("is closed by destroy() while it is in use", async () => {
    const { agent, begin, finish } = await pool();
    await finish(await begin());
    const request = await begin();
    const failed = once(request, "error");
    agent.destroy();
    const [err] = await within(() => changed("destroy() leaves connections in use open"), failed, 4000);
    expect(err.code).toBe("ECONNRESET");
    expect(request.socket?.destroyed).toBe(true);
    expect(countsOf(agent)).toEqual([0, 0]);
  });

  test("fails its request with its own error, and is forgotten", async () => {
    const { agent, begin, finish } = await pool();
    await finish(await begin());
    const request = await begin();
    const failed = once(request, "error");
    const cause = new Error("a broken connection");
    const socket = request.socket as Socket;
    const closed = new Promise((resolve) => socket.once("close", () => setImmediate(resolve)));
    socket.destroy(cause);
    const [err] = await within(() => changed("the error of a connection does not reach its request"), failed, 4000);
    expect(err).toBe(cause);
    await closed;
    expect(countsOf(agent), changed("a broken connection is not forgotten")).toEqual([0, 0]);
    await finish(await begin());
    expect(countsOf(agent)).toEqual([0, 1]);
  });

  test("has no more listeners after 50 requests than after two", async () => {
    const { begin, finish } = await pool();
    const counts: unknown[] = [];
    let socket: Socket | null = null;
    for (let n = 0; n < 50; n++) {
      const request = await begin();
      if (socket !== null) expect(request.socket).toBe(socket);
      ({ socket } = request);
      await finish(request);
      counts.push(socket?.eventNames().map((event) => [event, socket?.listenerCount(event)]));
    }
    expect(counts.at(-1), changed("listeners pile up on a kept connection")).toEqual(counts[1]);
  });
});

test("https.Agent has the same methods", () => {
  for (const name of ["createConnection", "addRequest", "keepSocketAlive", "reuseSocket", "getName"]) {
    const methods = https.Agent.prototype as unknown as Record<string, unknown>;
    expect(methods[name], changed(`https.Agent has no method ${name}`)).toBeTypeOf("function");
  }
});
