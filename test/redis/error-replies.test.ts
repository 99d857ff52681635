// Checks what the errors that Redis replies mean for a call and for the connection.

import { describe, expect, it } from "vitest";
import { readErrorReply } from "../../src/runtime/limits/redis/error-replies.ts";

const PLACE = " script: 0123456789012345678901234567890123456789, on @user_script:1.";

describe("an error reply", () => {
  it.each([
    ["NOSCRIPT No matching script. Please use EVAL.", "unknown-script", undefined],
    ["LOADING Redis is loading the dataset in memory", "away", false],
    ["BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", "away", false],
    ["UNKILLABLE Sorry the script already executed write commands", "away", false],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "away", true],
    [`READONLY You can't write against a read only replica.${PLACE}`, "away", true],
    ["READONLY You can't write against a read only replica.", "away", true],
    ["OOM command not allowed when used memory > 'maxmemory'.", "away", true],
    [`OOM command not allowed when used memory > 'maxmemory'.${PLACE}`, "away", true],
    ["MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", "away", true],
    ["NOREPLICAS Not enough good replicas to write.", "away", true],
    ["NOAUTH Authentication required.", "away", false],
    ["WRONGPASS invalid username-password pair or user is disabled.", "away", true],
    ["NOPERM this user has no permissions to run the 'evalsha' command", "refused", false],
    [`ERR The user executing the script can't run this command or subcommand${PLACE}`, "refused", true],
    ["ERR Error running script (call to f_01): @user_script:1: -NOPERM this user has no permissions.", "refused", true],
    ["MOVED 3999 127.0.0.1:6381", "away", false],
    ["ASK 3999 127.0.0.1:6381", "away", false],
    ["CLUSTERDOWN The cluster is down", "away", false],
    ["CROSSSLOT Keys in request don't hash to the same slot", "refused", false],
    [`CROSSSLOT Keys in request don't hash to the same slot${PLACE}`, "refused", true],
    ["TRYAGAIN Multiple keys request during rehashing of slot", "refused", false],
    [`WRONGTYPE Operation against a key holding the wrong kind of value${PLACE}`, "refused", true],
    ["ERR Error compiling script (new function): user_script:1: unexpected symbol near '('", "refused", true],
    ["ERR user_script:1: attempt to index nil", "refused", true],
    ["", "refused", true],
    ["nonsense", "refused", true],
    ["toString is no code", "refused", true],
    // As Redis 6.2 replies.
    [
      "ERR Error running script (call to f_01): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.",
      "away",
      true,
    ],
    [
      "ERR Error running script (call to f_01): @user_script:1: -OOM command not allowed when used memory > 'maxmemory'.",
      "away",
      true,
    ],
  ] as const)("%s", (message, kind, mayHaveRun) => {
    const reply = readErrorReply(message);
    expect(reply.kind).toBe(kind);
    if (reply.kind !== "unknown-script") expect(reply.mayHaveRun).toBe(mayHaveRun);
  });

  it.each([
    "NOPERM this user has no permissions to run the 'evalsha' command",
    `ERR The user executing the script can't run this command or subcommand${PLACE}`,
    // As Valkey 9.1 replies.
    `ERR ACL failure in script: User a has no permissions to run the 'set' command${PLACE}`,
  ])("tells that a user lacks a right: %s", (message) => {
    expect(readErrorReply(message)).toMatchObject({
      cause: "the user may not do what is needed in Redis: ACL LOG there says which command or key it was",
    });
  });

  it.each([
    "ERR unknown command 'EVALSHA', with args beginning with: 'test:{k}' 'hunter2' ",
    'ERR bad "hunter2"',
    "ERR bad `hunter2\nhunter2",
    `ERR ${"x".repeat(200)} hunter2`,
    `WRONGTYPE hunter2${PLACE}`,
  ])("is told without what may be a key or a value: %s", (message) => {
    const reply = readErrorReply(message);
    expect(reply.kind).toBe("refused");
    const cause = reply.kind === "refused" ? reply.cause : "";
    expect(cause).not.toMatch(/hunter2|\n/);
    expect(cause.length).toBeLessThan(260);
  });

  it("names the setting that helps on Redis Cluster", () => {
    expect(readErrorReply("CROSSSLOT Keys in request don't hash to the same slot")).toMatchObject({
      cause: expect.stringContaining('state.redis.key_prefix, such as "ai-gw-lite:{team}:"'),
    });
  });
});
