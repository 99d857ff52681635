// Opens a connection to Redis, or to all primaries of a Redis Cluster, and makes sure that scripts can write there.

import { Cluster, Redis } from "ioredis";
import { isErrorReply, readErrorReply } from "../error-replies.ts";
import { lateConnection, type RedisAddress, type RedisNode } from "../redis-address.ts";
import { connectorOver } from "./connector.ts";
import { causeOf } from "./login.ts";
import { Refusal } from "./refusal.ts";
import { Sockets } from "./sockets.ts";

/** A connection that can be used. It never reconnects, and never sends a command twice by itself unless a node of a cluster has refused it. */
export interface Connection {
  evalsha(sha: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  eval(lua: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Asks each server for a sign of life. */
  ping(): Promise<unknown>;
  /** The nodes of a cluster. Of a single server, none. */
  readonly nodes: readonly RedisNode[];
  /** Closes it at once. What waits for an answer fails. */
  close(cause: string): void;
}

export interface Opening {
  readonly address: RedisAddress;
  /** Where to begin: at the address, or at another node of its cluster. */
  readonly node: RedisNode;
  /** A key that a script can write. */
  readonly key: string;
  /** ms for the connection itself, and for the answers to its first commands. */
  readonly connectMs: number;
  readonly answerMs: number;
  /** The connection, once it is open, was lost. */
  readonly onLost: (cause: string) => void;
}

export interface Opened {
  /** @throws Error, as a rejection, whose message says why in a few words */
  readonly connection: Promise<Connection>;
  /** Gives up. */
  cancel(cause: string): void;
}

/**
 * A script that writes, since only that shows that the scripts of the limits will work: a replica and a full Redis answer a PING, too.
 * The key goes by itself.
 */
const TRIAL = "return redis.call('set', KEYS[1], '1', 'px', 1000)";

/** What the library would do after a failure is decided by us. RESP2 is spoken by every version, and needs no greeting. */
const OPTIONS = {
  protocol: 2,
  lazyConnect: true,
  enableReadyCheck: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  disableClientInfo: true,
  connectTimeout: 0,
} as const;

export function openConnection(opening: Opening): Opened {
  let sockets = new Sockets(opening.address);
  const open = async (): Promise<Connection> => {
    const server = await openServer(opening, sockets);
    if (server !== undefined) return server;
    if (sockets.failure !== undefined) throw sockets.failure;
    sockets.destroy("it is a Redis Cluster");
    sockets = new Sockets(opening.address);
    return openCluster(opening, sockets);
  };
  return { connection: open(), cancel: (cause) => sockets.destroy(cause) };
}

/** @returns `undefined` when the server is part of a cluster */
async function openServer(opening: Opening, sockets: Sockets): Promise<Connection | undefined> {
  const { host, port } = opening.node;
  const redis = new Redis({
    ...OPTIONS,
    enableOfflineQueue: false,
    retryStrategy: null,
    host,
    port,
    Connector: connectorOver(sockets),
    ...(opening.address.tls ? { tls: {} } : {}),
  });
  redis.on("error", () => {});
  await connected(opening, sockets, redis.connect());
  if ((await answered(opening, sockets, look(redis, opening))) === "cluster") return undefined;
  sockets.watch(opening.onLost);
  return {
    evalsha: (sha, keys, args) => redis.evalsha(sha, keys.length, ...keys, ...args),
    eval: (lua, keys, args) => redis.eval(lua, keys.length, ...keys, ...args),
    ping: () => redis.ping(),
    nodes: [],
    close: (cause) => {
      sockets.destroy(cause);
      redis.disconnect();
    },
  };
}

/** Finds out what there is. @throws Error with a cause in plain words */
async function look(redis: Redis, { key }: Opening): Promise<"server" | "cluster"> {
  let primaries = 0;
  const slots = redis.call("CLUSTER", "SLOTS").then((ranges) => {
    primaries = countPrimaries(ranges);
  });
  const [, trial] = await Promise.all([errorOf(slots), errorOf(redis.eval(TRIAL, 1, key))]);
  // A cluster of one primary is asked like a single server. It may not even know its own address, which the library needs.
  if (primaries > 1 || trial?.startsWith("MOVED ") === true) return "cluster";
  if (trial !== undefined) throw new Refusal(failureOf(trial));
  return "server";
}

async function openCluster(opening: Opening, sockets: Sockets): Promise<Connection> {
  const { host, port } = opening.node;
  const cluster = new Cluster([{ host, port }], {
    lazyConnect: true,
    enableReadyCheck: false,
    // A node that the keys have moved to is connected when it is first asked.
    enableOfflineQueue: true,
    clusterRetryStrategy: null,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 0,
    slotsRefreshTimeout: opening.connectMs,
    // Names stay names, since certificates are checked for them.
    dnsLookup: (name, done) => done(null, name),
    redisOptions: {
      ...OPTIONS,
      Connector: connectorOver(sockets),
      ...(opening.address.tls ? { tls: {} } : {}),
    },
  });
  cluster.on("error", () => {});
  const close = (cause: string): void => {
    sockets.destroy(cause);
    cluster.disconnect();
  };
  const ping = (): Promise<unknown> => Promise.all(cluster.nodes("master").map((node) => node.ping()));
  try {
    await connected(opening, sockets, cluster.connect());
    // All primaries are connected here, so that no request waits for it.
    await connected(opening, sockets, ping());
    const trial = await answered(opening, sockets, errorOf(cluster.eval(TRIAL, 1, opening.key)));
    if (trial !== undefined) throw new Refusal(failureOf(trial));
  } catch (error) {
    close(sockets.failure?.message ?? "a node of the Redis Cluster fails");
    throw error;
  }
  sockets.watch(opening.onLost);
  return {
    evalsha: (sha, keys, args) => cluster.evalsha(sha, keys.length, ...keys, ...args),
    eval: (lua, keys, args) => cluster.eval(lua, keys.length, ...keys, ...args),
    ping,
    nodes: cluster.nodes().map(({ options: { host = "", port = 0 } }) => ({ host, port })),
    close,
  };
}

/** @param ranges what `CLUSTER SLOTS` replies: lists of first slot, last slot, primary, replicas */
function countPrimaries(ranges: unknown): number {
  const primaries = Array.isArray(ranges)
    ? ranges.map((range: unknown) => String(Array.isArray(range) && range[2]))
    : [];
  return new Set(primaries).size;
}

/** The text of an error that Redis replied; `undefined`: it replied something else. @throws what is not a reply */
async function errorOf(reply: Promise<unknown>): Promise<string | undefined> {
  try {
    await reply;
    return undefined;
  } catch (error) {
    if (isErrorReply(error)) return error.message;
    throw error;
  }
}

/** What an error reply to the trial means. */
function failureOf(message: string): string {
  const reply = readErrorReply(message);
  return causeOf(message) ?? (reply.kind === "refused" ? reply.cause : "Redis refuses scripts");
}

function connected<T>({ address, connectMs }: Opening, sockets: Sockets, promise: Promise<T>): Promise<T> {
  return limited(connectMs, lateConnection(address, connectMs), sockets, promise);
}

function answered<T>({ answerMs }: Opening, sockets: Sockets, promise: Promise<T>): Promise<T> {
  return limited(answerMs, `no answer within ${answerMs} ms`, sockets, promise);
}

/** When the time is over, the sockets are read once more, since work of our own may have held up the timer and the answer alike. */
async function limited<T>(ms: number, cause: string, sockets: Sockets, promise: Promise<T>): Promise<T> {
  let looking: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    looking = setImmediate(() => sockets.destroy(cause));
  }, ms);
  try {
    return await promise;
  } catch (error) {
    throw sockets.failure ?? error;
  } finally {
    clearTimeout(timer);
    clearImmediate(looking);
  }
}
