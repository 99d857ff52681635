// Checks what is read out of the URL of Redis.

import { describe, expect, it } from "vitest";
import { Secret } from "../../src/plan/secret.ts";
import { redisAddress } from "../../src/runtime/limits/redis/redis-address.ts";

const PLAIN = { host: "h", port: 6379, tls: false, user: undefined, password: undefined, database: 0 };

describe("the URL of Redis", () => {
  it.each([
    ["redis://h", PLAIN],
    ["redis://h/", PLAIN],
    ["rediss://h", { ...PLAIN, tls: true }],
    ["redis://h:7000/15", { ...PLAIN, port: 7000, database: 15 }],
    ["redis://[::1]:7000", { ...PLAIN, host: "::1", port: 7000 }],
    ["redis://:p%40%2Fss@h", { ...PLAIN, password: "p@/ss" }],
    ["redis://us%3Aer:p%25w@h/1", { ...PLAIN, user: "us:er", password: "p%w", database: 1 }],
    ["redis://:100%@h", { ...PLAIN, password: "100%" }],
    ["redis://user@h", { ...PLAIN, user: "user" }],
    ["redis://h?family=6&db=3&tls=true&password=x", PLAIN],
    ["redis:///2", { ...PLAIN, host: "localhost", database: 2 }],
  ])("%s", (url, address) => {
    const read = redisAddress(new Secret(url));
    expect({ ...read, password: read.password?.reveal() }).toEqual(address);
  });
});
