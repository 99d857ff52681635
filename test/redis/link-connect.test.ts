// Checks how the link gets to Redis: dead hosts, TLS, users and passwords, database numbers, IPv6.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makePair } from "../support/certificates.ts";
import { freePort } from "../support/ports.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { COUNT, QUICK, recordedLink, timed } from "../support/redis-link.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

async function redis(options: readonly string[] = []): Promise<TestRedis> {
  const server = await startRedis(options);
  onTestFinished(() => server.close());
  return server;
}

describe.skipIf(!hasRedis)("the way to Redis", () => {
  it("waits for a host that does not answer no longer than a call may take, and finds it later", async () => {
    const server = await redis(["--tcp-backlog", "1"]);
    server.freeze();
    // With a full queue of new connections, the kernel drops further ones.
    const fill = Array.from({ length: 4 }, () => connect(server.port, "127.0.0.1").on("error", () => {}));
    onTestFinished(() => {
      for (const socket of fill) socket.destroy();
    });
    await new Promise((resolve) => fill[0]?.once("connect", resolve));
    const { link, told, openedAfter, ups } = await recordedLink(server.url, QUICK, {
      connect: 4000,
      firstWait: 20,
      longestWait: 50,
    });
    // With the time to load the library, and still much less than the connection may take.
    expect(openedAfter).toBeLessThan(2500);
    expect(told).toEqual(["away: no connection within 250 ms"]);
    const { ms, error } = await timed(link);
    expect(ms).toBeLessThan(QUICK.timeoutMs);
    expect(error).toMatchObject({ mayHaveRun: false });
    server.thaw();
    await ups(1);
    expect((await timed(link)).value).toBe(1);
  });

  it("gives up a connection that does not answer, and opens another one", async () => {
    const [frozen, other] = [await redis(), await redis()];
    frozen.freeze();
    const relay = await TcpRelay.start(frozen.port);
    const { told, ups } = await recordedLink(`redis://127.0.0.1:${relay.port}`, QUICK);
    expect(told).toHaveLength(1);
    relay.switchTo(other.port);
    await ups(1);
    expect(told).toHaveLength(2);
    frozen.thaw();
  });

  it("names the failure of a name that does not exist", async () => {
    const { told } = await recordedLink("redis://no-such-host.invalid");
    expect(told).toEqual([expect.stringMatching(/^away: can't connect \((ENOTFOUND|EAI_AGAIN)\)$/)]);
  });

  it("logs in with the password of the default user", async () => {
    const server = await redis(["--requirepass", "p@ss:w/rd%"]);
    const url = (password: string): string => server.url.replace("//", `//:${encodeURIComponent(password)}@`);
    expect((await recordedLink(url("p@ss:w/rd%"))).told).toEqual(["up"]);
    expect((await recordedLink(url("wrong"))).told).toEqual(["away: Redis refuses the user or the password"]);
    expect((await recordedLink(server.url)).told).toEqual(["away: Redis wants a password"]);
  });

  it("does not mind a password that Redis does not want", async () => {
    const server = await redis();
    expect((await recordedLink(server.url.replace("//", "//:needless@"))).told).toEqual(["up"]);
  });

  it("logs in as a user, who needs no more than scripts that write keys with the prefix", async () => {
    const server = await redis();
    server.cli(
      "acl",
      "setuser",
      "gate:way",
      "on",
      ">s3cret",
      "~test:*",
      "-@all",
      "+eval",
      "+evalsha",
      "+set",
      "+incr",
      "+ping",
    );
    const { link, told } = await recordedLink(server.url.replace("//", "//gate%3Away:s3cret@"));
    expect((await timed(link)).value).toBe(1);
    expect(told).toEqual(["up"]);
    server.cli("acl", "setuser", "gate:way", "-incr");
    expect((await timed(link)).error).toMatchObject({ message: "the user may not do what is needed in Redis" });
    // The keys of another prefix are not its own.
    const other = await recordedLink(server.url.replace("//", "//gate%3Away:s3cret@"), { keyPrefix: "other:" });
    expect(other.told).toEqual(["away: the user may not do what is needed in Redis"]);
  });

  it("counts in the database of the URL", async () => {
    const server = await redis();
    const { link } = await recordedLink(`${server.url}/3`);
    await link.run(COUNT, ["test:n"], []);
    expect(server.cli("-n", "3", "get", "test:n")).toBe("1");
    expect(server.cli("-n", "0", "get", "test:n")).toBe("");
    expect((await recordedLink(`${server.url}/999`)).told).toEqual(["away: Redis refuses the database 999"]);
  });

  it("reaches an address of IPv6", async () => {
    const server = await redis(["--bind", "127.0.0.1 ::1"]);
    const { link } = await recordedLink(`redis://[::1]:${server.port}`);
    expect((await timed(link)).value).toBe(1);
  });

  it("takes no option from the query of the URL, and none from the environment", async () => {
    const server = await redis();
    process.env["REDIS_URL"] = "redis://127.0.0.1:1";
    onTestFinished(() => {
      delete process.env["REDIS_URL"];
    });
    const { told } = await recordedLink(`${server.url}?db=5&enableOfflineQueue=true&tls=true&password=x`);
    expect(told).toEqual(["up"]);
  });

  it("refuses a certificate that nobody vouches for", async () => {
    const pair = await makePair();
    const folder = await mkdtemp(join(tmpdir(), "redis-tls-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [cert, key] = [join(folder, "crt.pem"), join(folder, "key.pem")];
    await writeFile(cert, pair.cert);
    await writeFile(key, pair.key);
    const tlsPort = await freePort();
    const tls = [
      "--tls-port",
      String(tlsPort),
      "--tls-cert-file",
      cert,
      "--tls-key-file",
      key,
      "--tls-auth-clients",
      "no",
    ];
    const server = await redis(tls);
    const { told } = await recordedLink(`rediss://127.0.0.1:${tlsPort}`);
    expect(told).toEqual([
      expect.stringMatching(/^away: can't connect \((DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)\)$/),
    ]);
    // A port without TLS.
    const plain = await recordedLink(server.url.replace("redis:", "rediss:"));
    expect(plain.told).toEqual([expect.stringMatching(/^away: /)]);
  });
});
