// Checks the rules about counts that several processes share: what counts as a limit, and where a password may go in clear text.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { describe, expect, test } from "vitest";
import { compileText, edited } from "./compiling.ts";

const ENV = {
  ALICE: "token-of-alice-0123",
  TOKEN: "token-0123456789",
  KEY: "key-0123456789",
  PASSWORD: "p4ssw0rd-of-redis",
};

/** The codes of what is found in the clean config with these lines at its end, with their paths. */
function found(...lines: readonly string[]): string[] {
  return foundIn(`${edited("", "")}${lines.join("\n")}\n`);
}

function foundIn(text: string): string[] {
  return compileText(text, { env: ENV }).diagnostics.map(({ code, path }) => `${code} ${path}`);
}

const redis = (url: string): string => `state: {redis: {url: "${url}"}}`;
const CLIENTS = (limits: string): string => `clients: [{id: a, tokens: ["\${ALICE}"]${limits}}]`;

describe("a limit that workers have to share", () => {
  const NEEDED = "rule/workers-need-redis /workers";
  const USAGE = "usage: {enabled: true}";
  const TOKENS = "  tokens:\n";
  const ofClient = (limits: string): readonly [string, string] => [TOKENS, `  ${CLIENTS(limits)}\n${TOKENS}`];

  test.each<[string, readonly [string, string], string]>([
    ["a rate", ["", ""], "rate_limit: {per_minute: 60}"],
    ["of the gateway", ["", ""], "concurrency: {downstream_max_inflight: 60}"],
    ["of upstream keys", ["", ""], "concurrency: {upstream_per_key_max_inflight: 60}"],
    ["of a route", ["    upstream:\n", "    upstream:\n      upstream_key_max_inflight: 4\n"], ""],
    ["of a client's rate", ofClient(", rate_limit: {per_minute: 60}"), ""],
    ["of a client's tokens", ofClient(", rate_limit: {tokens_per_minute: 60}"), USAGE],
    ["of a client", ofClient(", max_inflight: 4"), ""],
    ["a budget", ofClient(", budgets: [{per: day, tokens: 1000}]"), USAGE],
  ])("%s", (_what, [from, to], lines) => {
    const config = (...more: readonly string[]): string => `${edited(from, to)}${[lines, ...more].join("\n")}\n`;
    const relevant = (text: string): string[] => foundIn(text).filter((one) => /workers|redis/.test(one));
    expect(relevant(config("workers: 2"))).toEqual([NEEDED]);
    expect(relevant(config("workers: auto"))).toEqual([NEEDED]);
    expect(relevant(config("workers: 1"))).toEqual([]);
    expect(relevant(config("workers: 2", redis("redis://redis")))).toEqual([]);
  });

  test.each([
    ["no limit", edited("", "")],
    ["a client without one", edited(...ofClient(""))],
    ["a client that is not enabled", edited(...ofClient(", enabled: false, max_inflight: 4"))],
    ["metering alone", `${edited("", "")}${USAGE}\n`],
  ])("%s is none", (_what, config) => {
    expect(foundIn(`${config}workers: 4\n`)).toEqual([]);
    expect(foundIn(`${config}${redis("redis://redis")}\n`)).toEqual(["rule/redis-unused /state/redis"]);
  });
});

describe("a password of Redis in clear text", () => {
  const RATE = "rate_limit: {per_minute: 60}";

  test.each([
    ["redis://:${PASSWORD}@redis.example.com", true],
    ["redis://user:${PASSWORD}@my-cache.abc.euw1.cache.amazonaws.com:6379", true],
    ["redis://:${PASSWORD}@203.0.113.7", true],
    ["redis://:${PASSWORD}@[2001:db8::7]", true],
    ["redis://:${PASSWORD}@172.32.0.1", true],
    ["rediss://:${PASSWORD}@redis.example.com", false],
    ["redis://redis.example.com", false],
    ["redis://:@redis.example.com", false],
    ["redis://:${PASSWORD}@127.0.0.1", false],
    ["redis://:${PASSWORD}@[::1]", false],
    ["redis://:${PASSWORD}@localhost", false],
    ["redis://:${PASSWORD}@10.1.2.3", false],
    ["redis://:${PASSWORD}@172.31.0.1", false],
    ["redis://:${PASSWORD}@[fd00::7]", false],
    ["redis://:${PASSWORD}@redis", false],
    ["redis://:${PASSWORD}@Redis.Internal.", false],
    ["redis://:${PASSWORD}@host.docker.internal", false],
    ["redis://:${PASSWORD}@redis.default.svc", false],
    ["redis://:${PASSWORD}@redis.default.svc.cluster.local", false],
    ["redis://:${PASSWORD}@redis.internal.example.com", true],
  ])("%s: %s", (url, warned) => {
    expect(found(RATE, redis(url))).toEqual(warned ? ["rule/cleartext-redis /state/redis/url"] : []);
  });
});
