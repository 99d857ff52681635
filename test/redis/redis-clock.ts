// Runs scripts on a real Redis for tests. The clock of the scripts can be set.

import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import type { RunScript, Script } from "../../src/runtime/limits/redis/redis-link.ts";

/** The only function that a test may replace. */
const CLOCK = /local function clock\(\)\n[\s\S]*?\nend\n/;

/** Not below the prefix of the counts: a dump of those must not show it. */
const CLOCK_KEY = "test-clock";

const SET_CLOCK = `local function clock()
  return tonumber(redis.call('GET', '${CLOCK_KEY}'))
end
`;

/** A script as it is, apart from its clock. @throws Error when a script that has a clock has another one than it should */
function withSetClock({ lua, name }: Script): string {
  const parts = lua.split(CLOCK);
  if (parts.length !== (lua.includes("clock()") ? 2 : 1)) throw new Error(`${name}: where is its clock?`);
  return parts.join(SET_CLOCK);
}

/** One connection, as a process has it. */
export class ScriptRunner {
  readonly redis: Redis;
  readonly #prepare: (script: Script) => string;
  readonly #prepared = new Map<Script, { readonly lua: string; readonly sha: string }>();

  constructor(port: number, clock: "set" | "redis") {
    this.redis = new Redis({ port, host: "127.0.0.1", retryStrategy: null, maxRetriesPerRequest: 0 });
    this.redis.on("error", () => {});
    this.#prepare = clock === "set" ? withSetClock : ({ lua }) => lua;
  }

  readonly run: RunScript = async (script, keys, args) => {
    let prepared = this.#prepared.get(script);
    if (prepared === undefined) {
      const lua = this.#prepare(script);
      prepared = { lua, sha: createHash("sha1").update(lua).digest("hex") };
      this.#prepared.set(script, prepared);
    }
    const words = [...keys, ...args];
    try {
      return await this.redis.evalsha(prepared.sha, keys.length, ...words);
    } catch (error) {
      if (!String(error).includes("NOSCRIPT")) throw error;
      return await this.redis.eval(prepared.lua, keys.length, ...words);
    }
  };

  /** Only for scripts with the clock that can be set. @param ms since the epoch */
  async setClock(ms: number): Promise<void> {
    await this.redis.set(CLOCK_KEY, ms);
  }

  close(): void {
    this.redis.disconnect();
  }
}

/** Everything that is stored, apart from the clock, in an order that is always the same. */
export async function dumpOf(redis: Redis): Promise<Readonly<Record<string, unknown>>> {
  const dump: Record<string, unknown> = {};
  for (const key of (await redis.keys("*")).sort()) {
    if (key === CLOCK_KEY) continue;
    const type = await redis.type(key);
    if (type === "hash") dump[key] = Object.fromEntries(Object.entries(await redis.hgetall(key)).sort());
    else if (type === "zset") dump[key] = await redis.zrange(key, "0", "-1", "WITHSCORES");
    else dump[key] = await redis.get(key);
  }
  return dump;
}
