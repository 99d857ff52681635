// Checks how the link gets to Redis: dead hosts, TLS, users and passwords, database numbers, IPv6.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makePair } from "../support/certificates.ts";
import { until } from "../support/deadline.ts";
import { freePort } from "../support/ports.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { COUNT, QUICK, recordedLink, timed } from "../support/redis-link.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

async function redis(options: readonly string[] = []): Promise<TestRedis> {
  const server = await startRedis(options);
  onTestFinished(() => server.close());
  return server;
}

const NOT_ALLOWED = "the user may not do what is needed in Redis: ACL LOG there says which command or key it was";

describe.skipIf(!hasRedis)("the way to Redis", () => {
  it("waits for a host that does not answer no longer than a connection may take, and finds it later", async () => {
    const server = await redis(["--tcp-backlog", "1"]);
    server.freeze();
    // With a full queue of new connections, the kernel drops further ones.
    const fill = Array.from({ length: 4 }, () => connect(server.port, "127.0.0.1").on("error", () => {}));
    onTestFinished(() => {
      for (const socket of fill) socket.destroy();
    });
    await new Promise((resolve) => fill[0]?.once("connect", resolve));
    const { link, told, openedAfter, ups } = await recordedLink(server.url, QUICK, {
      connect: 400,
      firstWait: 20,
      longestWait: 50,
    });
    expect(openedAfter).toBeGreaterThan(399);
    // With the time to load the library.
    expect(openedAfter).toBeLessThan(2500);
    expect(told).toEqual(["away: no connection within 400 ms"]);
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

  it("tells once for each time when Redis is there again and refuses", async () => {
    const server = await redis();
    const { told, ups } = await recordedLink(server.url);
    const asked = (): boolean =>
      /rejected_calls=([4-9]|\d\d)/.test(server.cli("--no-auth-warning", "-a", "new", "info", "commandstats"));
    for (const time of [1, 2]) {
      server.cli("config", "set", "requirepass", "new");
      server.cli("--no-auth-warning", "-a", "new", "config", "resetstat");
      server.cli("--no-auth-warning", "-a", "new", "client", "kill", "type", "normal");
      await until("several tries", asked);
      server.cli("--no-auth-warning", "-a", "new", "config", "set", "requirepass", "");
      await ups(time + 1);
    }
    const away = ["away: the connection was closed", "still away: Redis wants a password", "up"];
    expect(told).toEqual(["up", ...away, ...away]);
  });

  it("tells only once that Redis can't be reached, however that fails", async () => {
    const server = await redis();
    const { told, ups } = await recordedLink(server.url);
    await server.kill();
    let tries = 0;
    const rude = createServer((socket) => {
      tries++;
      socket.resetAndDestroy();
    });
    await new Promise<void>((resolve) => rude.listen(server.port, "127.0.0.1", resolve));
    await until("several tries", () => tries > 3);
    await new Promise((resolve) => rude.close(resolve));
    await server.restart();
    await ups(2);
    expect(told).toEqual(["up", "away: the connection was closed", "up"]);
  });

  it("says that it was TLS that did not begin", async () => {
    const server = await redis();
    const { told } = await recordedLink(server.url.replace("redis:", "rediss:"), QUICK, { connect: 300 });
    expect(told).toEqual(["away: no TLS connection within 300 ms"]);
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
    expect((await timed(link)).error).toMatchObject({ message: NOT_ALLOWED });
    // The keys of another prefix are not its own.
    const other = await recordedLink(server.url.replace("//", "//gate%3Away:s3cret@"), { keyPrefix: "other:" });
    expect(other.told).toEqual([`away: ${NOT_ALLOWED}`]);
  });

  it("tells a refusal once, and again after some time", async () => {
    const server = await redis();
    const { link, told } = await recordedLink(server.url, {}, { refusalAgain: 300 });
    server.cli("acl", "setuser", "default", "-incr");
    const refusals = (): number => told.filter((text) => text === `refused: ${NOT_ALLOWED}`).length;
    const began = performance.now();
    let calls = 0;
    while (refusals() < 2 && performance.now() - began < 10_000) {
      await timed(link);
      calls++;
    }
    expect(performance.now() - began).toBeGreaterThanOrEqual(299);
    expect(calls).toBeGreaterThan(2);
    expect(refusals()).toBe(2);
    expect(told).toHaveLength(3);
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
