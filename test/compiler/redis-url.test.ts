// Checks which URLs of Redis are accepted: that the client for Redis reads the same in them, and that no message shows any of them.

import fc from "fast-check";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { readRedisUrl } from "../../src/compiler/lower/redis-url.ts";

/** What ioredis would connect to. It is not told to connect. */
function optionsOf(url: string) {
  const { host, port, db, username, password, tls } = new Redis(url, { lazyConnect: true }).options;
  return { host, port, db, username: username || null, password: password || null, tls: tls !== undefined };
}

describe("a URL of Redis", () => {
  const PLAIN = { host: "redis", port: 6379, db: 0, username: null, password: null, tls: false };

  test.each([
    ["redis://redis", {}],
    ["redis://redis/", {}],
    ["redis://redis:6380/15", { port: 6380, db: 15 }],
    ["redis://redis/0", {}],
    ["rediss://redis.example.com:6380", { host: "redis.example.com", port: 6380, tls: true }],
    // ioredis itself would speak without TLS here.
    ["REDISS://redis", { tls: true }],
    ["Redis://redis", {}],
    ["redis://:secret@redis", { password: "secret" }],
    ["redis://user:secret@redis:6379", { username: "user", password: "secret" }],
    ["redis://us%40er:p%40%2F%23%3Fw%25@redis/1", { username: "us@er", password: "p@/#?w%", db: 1 }],
    ["redis://:p@ss@redis", { password: "p@ss" }],
    ["redis://:p%C3%A4ss@redis", { password: "päss" }],
    ["redis://:pä:ss@redis", { password: "pä:ss" }],
    ["redis://:@redis", {}],
    ["redis://[::1]:6379", { host: "::1" }],
    ["redis://[2001:db8::7]", { host: "2001:db8::7" }],
    ["redis://10.0.0.7", { host: "10.0.0.7" }],
    ["redis://redis_1", { host: "redis_1" }],
  ])("%s is read as ioredis reads it", (text, different) => {
    const read = readRedisUrl(text);
    if (!read.ok) throw new Error(read.why);
    const expected = { ...PLAIN, ...different };
    expect(optionsOf(read.url.reveal())).toEqual(expected);
    const { hostname, tls, password } = read;
    expect({ hostname, tls, password: password?.reveal() ?? null }).toEqual({
      hostname: expected.host,
      tls: expected.tls,
      password: expected.password,
    });
  });

  test.each([
    ["", "redis:// or rediss://"],
    ["redis", "redis:// or rediss://"],
    ["redis:6379", "redis:// or rediss://"],
    ["redis:/redis", "redis:// or rediss://"],
    ["127.0.0.1:6379", "redis:// or rediss://"],
    ["6379", "redis:// or rediss://"],
    ["//redis", "redis:// or rediss://"],
    ["/var/run/redis.sock", "redis:// or rediss://"],
    ["http://redis", "redis:// or rediss://"],
    ["valkey://redis", "redis:// or rediss://"],
    ["redis+sentinel://redis", "redis:// or rediss://"],
    ["redis://", "a host"],
    ["redis:///0", "a host"],
    ["redis://:secret@", "not a valid URL"],
    ["redis://redis:99999", "not a valid URL"],
    ["redis://one:6379,two:6379", "not a valid URL"],
    ["redis://:12/34@redis", "not a valid URL"],
    ["redis://[::1", "not a valid URL"],
    ["redis://re%20dis", "characters"],
    ["redis://$HOST", "characters"],
    ["redis://redis:0", "port 0"],
    ["redis://redis/16", "database"],
    ["redis://redis/00", "database"],
    ["redis://redis/-1", "database"],
    ["redis://redis/db", "database"],
    ["redis://redis/1/", "database"],
    ["redis://redis//", "database"],
    ["redis://user:12/34@redis", "database"],
    ["redis://redis?db=1", "query"],
    ["redis://redis?", "query"],
    ["redis://redis/1#", "query"],
    ["redis://user:12#34@redis", "query"],
    ["redis://secret@redis", "without a password"],
    ["redis://user:@redis", "without a password"],
    ["redis://:se%cret@redis", "%XX"],
    ["redis://us%er:secret@redis", "%XX"],
    ["redis://redis ", "white space"],
    ["redis://redis\n", "white space"],
    ["redis://:sec ret@redis", "white space"],
    ["redis://re\\dis", "backslash"],
  ])("%j is refused", (text, why) => {
    expect(readRedisUrl(text)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  test("is read as ioredis reads it or refused without being shown, whatever is in it", () => {
    const part = fc.constantFrom("Zq9Zq9", ":", "/", "@", "#", "?", "%", "[", "]", "redis", "6379", " ", "\\", "$");
    const texts = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => `redis://${parts.join("")}`);
    fc.assert(
      fc.property(texts, (text) => {
        const read = readRedisUrl(text);
        if (!read.ok) {
          expect(JSON.stringify(read)).not.toContain("Zq9");
          return;
        }
        const { host, password } = optionsOf(read.url.reveal());
        expect([read.hostname, read.password?.reveal() ?? null]).toEqual([host, password]);
      }),
      { numRuns: 2000 },
    );
  });
});
