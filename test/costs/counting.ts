// Counts what the gateway makes and calls in this process: timers, promises, listeners, header work, writes. Each count says
// whether our code did it, or Node.

import { createHook } from "node:async_hooks";
import crypto from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import { IncomingMessage, OutgoingMessage } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OURS = `${ROOT}src/`;
const DEPTH = 40;

/** Node's files and functions between what is counted and the code that asked for it. */
const PASSES = new Set([
  "node:internal/async_hooks",
  "node:async_hooks",
  "node:internal/timers",
  "node:timers",
  "node:internal/process/task_queues",
  "node:events",
]);
const PASSING_FUNCTION = /^(?:Readable\.|Socket\.|Server\.)?(?:on|addListener|socketListenerWrap)$/;

/** The test's own machinery. What it makes is not the gateway's. */
const FOREIGN = /\/node_modules\/(?:@?vitest|vite|tinypool)\/|node:internal\/child_process/;
/** Node keeps the text of the current time for a second, with a timer, whatever the gateway does. */
const CLOCK = /^(?:utcDate|cache)$/;

type Origin = "ours" | "Node's" | undefined;

/** Who asked for what is counted now; `undefined`: nobody of the gateway. What our libraries do is ours. */
function origin(): Origin {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_err, sites) => sites;
  Error.stackTraceLimit = DEPTH;
  const sites = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  let found: Origin;
  for (const site of sites) {
    const file = (site.getFileName() ?? "").replace(/^file:\/\//, "");
    const name = site.getFunctionName() ?? "";
    if (file === "" || file === import.meta.filename || PASSES.has(file)) continue;
    if (FOREIGN.test(file) || CLOCK.test(name)) return undefined;
    if (file.startsWith(OURS) || file.includes("/node_modules/")) return found ?? "ours";
    if (!PASSING_FUNCTION.test(name)) found = "Node's";
  }
  return found ?? "Node's";
}

/** Where counting begins and ends: a text in the target of a request, or in an event. That of `to` is not counted any more. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

export interface Counted {
  /** How often each thing was counted. What was not counted is not there. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many listeners the server, the agents and the connections had at the start, and at the end. */
  readonly listeners: readonly [before: object, after: object];
}

/** A function of a prototype, called with anything. */
type Method = (this: unknown, ...given: unknown[]) => unknown;

const RESOURCES: Readonly<Record<string, string>> = {
  Timeout: "timers",
  Immediate: "immediates",
  PROMISE: "promises",
  TickObject: "ticks",
};
/** Node's functions that read or write one header, or check a whole list of them. */
const HEADER_CALLS = [
  "_storeHeader",
  "setHeader",
  "appendHeader",
  "getHeader",
  "getHeaders",
  "hasHeader",
  "removeHeader",
];

/** Counts from the start of one request to the start of another, or from one event to another. */
export class Counting {
  readonly #port: number;
  readonly #window: Window;
  readonly #undo: (() => void)[] = [];
  readonly #counts = new Map<string, number>();
  /** What must have as many listeners after the requests as before, by its name. */
  readonly #emitters = new Map<string, EventEmitter>();
  #running = false;
  #before: object | undefined = undefined;
  #after: object | undefined = undefined;

  /** @param port of the gateway, in this process */
  constructor(port: number, window: Window) {
    this.#port = port;
    this.#window = window;
    this.#countResources();
    for (const name of ["on", "addListener", "prependListener"]) {
      this.#spy(EventEmitter.prototype, name, (_, event) => this.#countOrigin("listeners", `for ${String(event)}`));
    }
    this.#spy(Socket.prototype, "_write", (socket, chunk) => this.#wrote(socket as Socket, "writes", chunk));
    this.#spy(Socket.prototype, "_writev", (socket) => this.#wrote(socket as Socket, "gathered writes"));
    for (const name of HEADER_CALLS) this.#spy(OutgoingMessage.prototype, name, () => this.#count(name));
    this.#spy(IncomingMessage.prototype, "_addHeaderLine", () => this.#count("_addHeaderLine"));
    for (const name of ["from", "concat", "alloc", "allocUnsafe"]) this.#spyOurs(Buffer, name, "buffers made");
    for (const name of ["toString", "latin1Slice", "utf8Slice"])
      this.#spyOurs(Buffer.prototype, name, "strings of bytes");
    this.#spyOurs(JSON, "parse", "JSON texts read");
    this.#spyOurs(crypto, "hash", "hashes");
    syncBuiltinESMExports();
    this.#watchMessages();
  }

  /** Ends the counting. @throws Error when the window has not begun or has not ended */
  end(): Counted {
    for (const undo of this.#undo.splice(0)) undo();
    syncBuiltinESMExports();
    if (this.#before === undefined || this.#after === undefined) throw new Error("the window was not reached");
    return { counts: this.#counts, listeners: [this.#before, this.#after] };
  }

  #count(name: string, times = 1): void {
    if (this.#running) this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
  }

  /** @param detail added where it is ours */
  #countOrigin(name: string, detail?: string): void {
    if (!this.#running) return;
    const by = origin();
    if (by === undefined) return;
    this.#count(detail === undefined || by !== "ours" ? `${name}, ${by}` : `${name} ${detail}, ${by}`);
  }

  #countResources(): void {
    const hook = createHook({
      init: (_id, type) => this.#countOrigin(RESOURCES[type] ?? type),
    }).enable();
    this.#undo.push(() => void hook.disable());
  }

  #spyOurs(holder: object, name: string, what: string): void {
    this.#spy(holder, name, () => {
      if (this.#running && origin() === "ours") this.#count(what);
    });
  }

  /** Calls `before` at each call of a function of Node. */
  #spy(holder: object, name: string, before: (target: unknown, given: unknown) => void): void {
    const methods = holder as Record<string, Method>;
    const method = methods[name];
    if (method === undefined) throw new Error(`Node has no ${name} any more`);
    methods[name] = function (this: unknown, ...given: unknown[]) {
      before(this, given[0]);
      return method.apply(this, given);
    };
    this.#undo.push(() => {
      methods[name] = method;
    });
  }

  #wrote(socket: Socket, what: string, chunk?: unknown): void {
    const { localPort, remotePort } = socket;
    if (remotePort === undefined) return;
    const isClients = localPort === this.#port;
    this.#emitters.set(isClients ? "the client's connection" : "the upstream's connection", socket);
    if (isClients && chunk !== undefined) this.#look(Buffer.isBuffer(chunk) ? chunk.toString("latin1") : String(chunk));
    this.#count(`${what} to the ${isClients ? "client" : "upstream"}`);
  }

  #watchMessages(): void {
    this.#subscribe("http.server.request.start", (message) => {
      const { request, server } = message as { request: IncomingMessage; server: EventEmitter };
      this.#emitters.set("the server", server);
      this.#look(request.url ?? "");
      if (this.#running) request.rawHeaders = this.#watched("reads of request headers", request.rawHeaders);
    });
    this.#subscribe("http.client.response.finish", (message) => {
      const { request, response } = message as { request: { agent: EventEmitter }; response: IncomingMessage };
      this.#emitters.set("the agent", request.agent);
      if (this.#running) response.rawHeaders = this.#watched("reads of response headers", response.rawHeaders);
    });
  }

  #subscribe(channel: string, onMessage: (message: unknown) => void): void {
    subscribe(channel, onMessage);
    this.#undo.push(() => void unsubscribe(channel, onMessage));
  }

  /**
   * The same list. Each read of a name or a value is counted, and each use of a method: most methods, and `...`, make a copy, whose
   * reads are not seen.
   */
  #watched(name: string, headers: string[]): string[] {
    return new Proxy(headers, {
      get: (list, key) => {
        const part: unknown = Reflect.get(list, key);
        if (typeof part === "function") this.#count(`${name} by ${String(key)}`);
        else if (key !== "length") this.#count(name);
        return part;
      },
    });
  }

  #look(text: string): void {
    if (this.#before === undefined && text.includes(this.#window.from)) {
      this.#before = this.#listeners();
      this.#running = true;
    } else if (this.#running && text.includes(this.#window.to)) {
      this.#running = false;
      this.#after = this.#listeners();
    }
  }

  #listeners(): object {
    const countsOf = (emitter: EventEmitter) =>
      Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
    return Object.fromEntries([...this.#emitters].map(([name, emitter]) => [name, countsOf(emitter)]));
  }
}
