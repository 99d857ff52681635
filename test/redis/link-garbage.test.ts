// Checks the link against a server that replies what no Redis would: nothing reaches the process, and no call takes too long.

import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { QUICK, recordedLink, timed } from "../support/redis-link.ts";
import { asRedis, type Reply, startScriptedRedis } from "../support/scripted-redis.ts";

/** What reached the process. */
const escaped: unknown[] = [];
const catchIt = (error: unknown): void => {
  escaped.push(error);
};
// The test runner has listeners of its own, which would fail the run for another reason.
const EVENTS = ["uncaughtException", "unhandledRejection"] as const;
beforeEach(() => {
  for (const event of EVENTS) process.on(event, catchIt);
});
afterEach(() => {
  for (const event of EVENTS) process.off(event, catchIt);
  expect(escaped.splice(0)).toEqual([]);
});

/** Sends without an end, as fast as it is read. */
function endless(text: string): Reply {
  return (_, socket) => {
    const block = text.repeat(Math.ceil(65_536 / text.length));
    const more = (): void => {
      while (!socket.destroyed && socket.write(block, "latin1"));
    };
    socket.on("drain", more);
    more();
    return undefined;
  };
}

const AFTER_TIMEOUT = /^no answer within 250 ms$/;
const BREACH = /^what Redis sent is /;

const CASES: readonly (readonly [string, Reply, RegExp])[] = [
  ["nothing", () => undefined, AFTER_TIMEOUT],
  ["half a number", () => ":12", AFTER_TIMEOUT],
  ["half a text", () => "$1000\r\nabc", AFTER_TIMEOUT],
  ["half a list", () => "*3\r\n:1\r\n", AFTER_TIMEOUT],
  ["an answer of HTTP", () => "HTTP/1.1 400 Bad Request\r\n\r\n", BREACH],
  ["random bytes", () => "\x00\xff\x13\r\n\x80", BREACH],
  ["a push of RESP3", () => ">1\r\n_\r\n", BREACH],
  ["a push that subscribes", () => ">3\r\n+subscribe\r\n+x\r\n:1\r\n", BREACH],
  ["a map of RESP3", () => "%1\r\n+a\r\n:1\r\n", BREACH],
  ["a list of millions", () => "*33000000\r\n", BREACH],
  ["a text of gigabytes", () => "$2000000000\r\n", BREACH],
  ["an endless text", endless("x"), BREACH],
  ["an endless list of lists", endless("*1\r\n"), BREACH],
  ["an end of the connection", (_, socket) => void socket.end(), /^the connection was closed$/],
  ["half an answer and an end", (_, socket) => void socket.end("$5\r\nab"), /^the connection was closed$/],
  ["a reset", (_, socket) => void socket.resetAndDestroy(), /^the connection failed \(ECONNRESET\)$/],
];

describe("the link to a server that replies wrongly", () => {
  it.each(CASES)("%s", async (_, reply, cause) => {
    const server = await startScriptedRedis();
    const { link, told, ups } = await recordedLink(server.url, QUICK);
    server.reply(reply);
    const calls = await Promise.all([timed(link), timed(link)]);
    for (const { error, ms } of calls) {
      expect(error?.message).toMatch(cause);
      expect(error?.mayHaveRun).toBe(true);
      expect(ms).toBeLessThan(QUICK.timeoutMs + 1000);
    }
    expect(told).toEqual(["up", `away: ${calls[0]?.error?.message}`]);
    server.reply(() => ":7\r\n");
    await ups(2);
    expect((await timed(link)).value).toBe(7);
    await until("the other connections to be closed", () => server.connections === 1);
  });

  it.each([
    ["null", "$-1\r\n"],
    ["another number", ":2\r\n"],
    ["an error", "-ERR x\r\n"],
  ])("an answer too many: %s", async (_, more) => {
    const server = await startScriptedRedis();
    const { link, told, ups } = await recordedLink(server.url);
    server.reply(() => `:1\r\n${more}`);
    await timed(link);
    await ups(2);
    expect(told).toEqual(["up", "away: what Redis sent is not what was asked", "up"]);
  });

  it("an answer while nothing is asked", async () => {
    const server = await startScriptedRedis();
    const sockets: Socket[] = [];
    server.reply((_, socket) => {
      sockets.push(socket);
      return ":1\r\n";
    });
    const { link, told, ups } = await recordedLink(server.url);
    await timed(link);
    sockets[0]?.write("$-1\r\n");
    await ups(2);
    expect(told[1]).toBe("away: what Redis sent is not what was asked");
  });

  it.each([
    ["NOSCRIPT No matching script.", "Redis does not keep scripts", false, true],
    ["LOADING Redis is loading", "Redis is loading its data", false, false],
    ["BUSY Redis is busy", "Redis is busy with a script", false, false],
    ["READONLY You can't write", "it is a replica, which can't be written to", true, false],
    ["OOM command not allowed", "Redis has no memory left", true, false],
    ["NOAUTH Authentication required.", "Redis wants a password", false, false],
    ["WRONGPASS invalid", "Redis refuses the user or the password", true, false],
    ["MOVED 1 10.0.0.1:6379", "the server is a part of a Redis Cluster", false, false],
    ["CLUSTERDOWN down", "the Redis Cluster does not serve all keys", false, false],
    ["ERR secret 'hunter2'", "a script failed in Redis: ERR secret", true, true],
  ])("an error: %s", async (text, cause, mayHaveRun, staysUp) => {
    const server = await startScriptedRedis();
    const { link, told } = await recordedLink(server.url);
    server.reply(() => `-${text}\r\n`);
    expect((await timed(link)).error).toMatchObject({ message: cause, mayHaveRun });
    expect(link.up).toBe(staysUp);
    expect(told).toEqual(["up", `${staysUp ? "refused" : "away"}: ${cause}`]);
  });

  it("sends a script that Redis never keeps no more than in full", async () => {
    const server = await startScriptedRedis();
    const { link } = await recordedLink(server.url);
    server.reply(() => "-NOSCRIPT No matching script.\r\n");
    const before = server.commands.length;
    await timed(link);
    expect(server.commands.slice(before).map((command) => command.split(" ")[0])).toEqual(["evalsha", "eval"]);
  });

  it.each<[string, Reply, RegExp]>([
    ["no answer", () => undefined, /^away: no (answer|connection) within 250 ms$/],
    [
      "an answer of HTTP",
      () => "HTTP/1.1 400 Bad Request\r\n\r\n",
      /^away: what Redis sent is not the protocol of Redis$/,
    ],
    [
      "too many clients",
      (_, socket) => void socket.end("-ERR max number of clients reached\r\n"),
      /^away: (Redis has too many clients|the connection was closed)$/,
    ],
    [
      "no scripts",
      (command) => (command[0] === "eval" ? "-ERR unknown command 'eval', with args 'x'\r\n" : asRedis(command)),
      /^away: a script failed in Redis: ERR unknown command$/,
    ],
    [
      "it is loading",
      (command) => (command[0] === "eval" ? "-LOADING Redis is loading\r\n" : asRedis(command)),
      /^away: Redis is loading its data$/,
    ],
  ])("at the begin of a connection: %s", async (_, reply, cause) => {
    const server = await startScriptedRedis();
    server.greet(reply);
    const { link, told, ups } = await recordedLink(server.url, QUICK);
    expect(link.up).toBe(false);
    expect(told).toEqual([expect.stringMatching(cause)]);
    server.greet(undefined);
    await ups(1);
    expect((await timed(link)).value).toBe(1);
    await until("the other connections to be closed", () => server.connections === 1);
  });

  it("never tells what the server says about the password", async () => {
    const server = await startScriptedRedis();
    server.greet((command) =>
      command[0] === "auth" ? "-ERR unknown command 'auth', with args beginning with: 'hunter2'\r\n" : asRedis(command),
    );
    const { told } = await recordedLink(server.url.replace("//", "//:hunter2@"));
    expect(told).toEqual(["away: Redis refuses the user or the password"]);
  });
});
