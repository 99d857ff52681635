// Keeps a connection to Redis and runs scripts over it. After a failure it finds out by itself when Redis is back (contract, section 16).

import { performance } from "node:perf_hooks";
import type { RedisSpec } from "../../../plan/shared-state.ts";
import { within } from "../../within.ts";
import { type Breaker, FIRST, type Happening, step } from "./breaker.ts";
import type { Connection, Opened, openConnection } from "./connection/open-connection.ts";
import { Refusal } from "./connection/refusal.ts";
import { isErrorReply, readErrorReply } from "./error-replies.ts";
import { PendingCall, PendingCalls } from "./pending-calls.ts";
import { lateConnection, type RedisAddress, type RedisNode, redisAddress } from "./redis-address.ts";
import { type LinkTimes, RedisAway, type RedisEvents, type RedisLink, type Script } from "./redis-link.ts";
import { ScriptRunner } from "./script-runner.ts";

const TIMES: LinkTimes = { connect: 1000, firstWait: 100, longestWait: 1000, idle: 10_000, refusalAgain: 3_600_000 };

/** How many different causes of refusals are told. */
const MAX_REFUSALS_TOLD = 20;

const CLOSED = "the gateway closes the connection";

/**
 * Loads the client library and connects to Redis.
 * @param events must not throw
 * @returns the link, once Redis can be used or is told to be away. That takes hardly longer than a connection may take, since no request
 *   waits for the first one, and does not fail
 */
export async function openRedisLink(
  spec: RedisSpec,
  events: RedisEvents,
  times: Partial<LinkTimes> = {},
): Promise<RedisLink> {
  const library = await import("./connection/open-connection.ts");
  const link = new Link(library.openConnection, spec, events, { ...TIMES, ...times });
  await within(link.connectMs, link.open());
  link.late();
  return link;
}

interface Line {
  readonly connection: Connection;
  readonly scripts: ScriptRunner;
}

class Link implements RedisLink {
  /** The longest time that a connection may take, ms. */
  readonly connectMs: number;
  readonly #openConnection: typeof openConnection;
  readonly #spec: RedisSpec;
  readonly #events: RedisEvents;
  readonly #times: LinkTimes;
  readonly #pending: PendingCalls;
  /** The causes of refusals that were told, and when they may be told again. */
  readonly #refusals = new Map<string, number>();
  readonly #address: RedisAddress;
  #breaker: Breaker = FIRST;
  /** Of a cluster, the nodes that were known last. */
  #nodes: readonly RedisNode[] = [];
  /** The open connection, while Redis can be used. */
  #line: Line | undefined;
  #opening: Opened | undefined;
  /** Why Redis can't be used. */
  #cause: string;
  /** The causes that were told since Redis went away. */
  #told = new Set<string>();
  /** The wait for the next try while Redis is away, or for the next sign of life. */
  #timer: NodeJS.Timeout | undefined;

  constructor(open: typeof openConnection, spec: RedisSpec, events: RedisEvents, times: LinkTimes) {
    this.#openConnection = open;
    this.#spec = spec;
    this.#address = redisAddress(spec.url);
    this.#events = events;
    this.#times = times;
    this.connectMs = Math.max(times.connect, spec.timeoutMs);
    this.#cause = lateConnection(this.#address, this.connectMs);
    this.#pending = new PendingCalls(spec.timeoutMs, () => this.#fail(`no answer within ${spec.timeoutMs} ms`));
  }

  get up(): boolean {
    return this.#line !== undefined;
  }

  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const line = this.#line;
    if (line === undefined) return Promise.reject(new RedisAway(this.#cause, false));
    return this.#call(() => line.scripts.run(script, keys, args));
  }

  async close(): Promise<void> {
    this.#happens({ kind: "close" });
    this.#cause = CLOSED;
    this.#cut(CLOSED);
    // The sockets report that they are closed before the event loop turns.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Tries to connect, once. Never fails. */
  async open(): Promise<void> {
    const { timeoutMs, keyPrefix } = this.#spec;
    const opening = this.#openConnection({
      address: this.#address,
      node: this.#nextNode(),
      key: `${keyPrefix}trial`,
      connectMs: this.connectMs,
      answerMs: timeoutMs,
      onLost: (cause) => this.#fail(cause),
    });
    this.#opening = opening;
    try {
      const connection = await opening.connection;
      if (this.#breaker.kind !== "trying") return connection.close(CLOSED);
      this.#opening = undefined;
      this.#line = { connection, scripts: new ScriptRunner(connection) };
      this.#nodes = connection.nodes;
      this.#timer = setInterval(() => this.#call(() => connection.ping()).catch(() => {}), this.#times.idle);
      this.#happens({ kind: "opened", now: performance.now() });
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      if (error instanceof Refusal) this.#stillAway(error.message);
    }
  }

  /** Tells that Redis is away, if the first connection is still being opened. */
  late(): void {
    this.#happens({ kind: "late" });
  }

  /** Tells a cause that was not told since Redis went away. What it is when it can't be reached is told once only. */
  #stillAway(cause: string): void {
    if (this.#breaker.kind !== "waiting" || this.#told.has(cause)) return;
    this.#told.add(cause);
    this.#events.onStillAway(cause);
  }

  /** The node of the URL is asked first. If it fails, other nodes of its cluster are asked in turn. */
  #nextNode(): RedisNode {
    const failures = this.#breaker.kind === "trying" ? this.#breaker.failures : 0;
    const nodes = [this.#address, ...this.#nodes];
    return nodes[Math.max(0, failures - 1) % nodes.length] ?? this.#address;
  }

  #call(send: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = new PendingCall(resolve, reject);
      this.#pending.add(call);
      send().then(
        (value) => {
          if (this.#pending.remove(call)) resolve(value);
        },
        (error: unknown) => this.#failed(call, error),
      );
    });
  }

  #failed(call: PendingCall, error: unknown): void {
    if (!this.#pending.has(call)) return;
    if (!isErrorReply(error)) return this.#fail("the connection failed");
    const reply = readErrorReply(error.message);
    const { cause, mayHaveRun } = reply.kind === "unknown-script" ? UNKNOWN_AGAIN : reply;
    this.#pending.remove(call);
    call.reject(new RedisAway(cause, mayHaveRun));
    if (reply.kind === "away") this.#fail(cause);
    else this.#refused(cause);
  }

  #refused(cause: string): void {
    const again = this.#refusals.get(cause);
    const now = performance.now();
    if (again === undefined ? this.#refusals.size === MAX_REFUSALS_TOLD : now < again) return;
    this.#refusals.set(cause, now + this.#times.refusalAgain);
    this.#events.onRefused(cause);
  }

  /** The connection, or the try to open one, has failed. */
  #fail(cause: string): void {
    if (this.#breaker.kind !== "trying" && this.#breaker.kind !== "up") return;
    this.#cause = cause;
    this.#cut(cause);
    this.#happens({ kind: "failed", now: performance.now(), random: Math.random() });
  }

  /** Ends the connection and all calls. */
  #cut(cause: string): void {
    clearTimeout(this.#timer);
    this.#line?.connection.close(cause);
    this.#line = undefined;
    this.#opening?.cancel(cause);
    this.#opening = undefined;
    this.#pending.failAll(cause);
  }

  #happens(happening: Happening): void {
    const { breaker, tell } = step(this.#breaker, happening, this.#times);
    this.#breaker = breaker;
    if (happening.kind === "failed" || happening.kind === "due") this.#goOn();
    if (tell === "up") this.#events.onUp();
    if (tell !== "away") return;
    this.#told = new Set([this.#cause]);
    this.#events.onAway(this.#cause);
  }

  #goOn(): void {
    const breaker = this.#breaker;
    if (breaker.kind === "trying") void this.open();
    if (breaker.kind !== "waiting") return;
    const left = Math.max(1, Math.ceil(breaker.until - performance.now()));
    this.#timer = setTimeout(() => this.#happens({ kind: "due", now: performance.now() }), left);
  }
}

/** Redis replied that it does not know a script whose text it had just got. */
const UNKNOWN_AGAIN = { cause: "Redis does not keep scripts", mayHaveRun: false };
