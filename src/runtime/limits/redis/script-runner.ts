// Runs scripts by their digest. Redis gets the text of a script only when it does not know the digest.

import { createHash } from "node:crypto";
import type { Connection } from "./connection/open-connection.ts";
import { isErrorReply, readErrorReply } from "./error-replies.ts";
import type { Script } from "./redis-link.ts";

/** The digest of each script, as Redis works it out. */
const digests = new WeakMap<Script, string>();

/** Runs scripts over one connection. */
export class ScriptRunner {
  readonly #connection: Connection;
  /** Scripts whose text is on its way. */
  readonly #underWay = new Set<Script>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * A script is sent again only after Redis has replied that it does not know it, so it never runs twice.
   * @throws the error of the connection, as a rejection
   */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#byDigest(script, keys, args, () =>
      // Redis runs the commands of a connection in order, so it will know the digest by then. Of a cluster, another node may not.
      this.#underWay.has(script)
        ? this.#byDigest(script, keys, args, () => this.#inFull(script, keys, args))
        : this.#inFull(script, keys, args),
    );
  }

  #byDigest(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    otherwise: () => Promise<unknown>,
  ): Promise<unknown> {
    return this.#connection.evalsha(digestOf(script), keys, args).catch((error: unknown) => {
      if (isUnknownScript(error)) return otherwise();
      throw error;
    });
  }

  #inFull(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    this.#underWay.add(script);
    return this.#connection.eval(script.lua, keys, args).finally(() => this.#underWay.delete(script));
  }
}

function digestOf(script: Script): string {
  const known = digests.get(script);
  if (known !== undefined) return known;
  const digest = createHash("sha1").update(script.lua).digest("hex");
  digests.set(script, digest);
  return digest;
}

function isUnknownScript(error: unknown): boolean {
  return isErrorReply(error) && readErrorReply(error.message).kind === "unknown-script";
}
