// Checks the link in a process of its own: the client library is loaded late, certificates are verified, and nothing keeps the process alive.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makePair } from "../support/certificates.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { hasRedis, startRedis } from "../support/redis.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Opens a link, makes a call, closes the link, and ends by itself. */
const PROGRAM = `
  import { Secret } from "./src/plan/secret.ts";
  import { openRedisLink } from "./src/runtime/limits/redis/open-link.ts";
  const isLoaded = () => Object.keys(require.cache).some((path) => path.includes("/ioredis/"));
  console.log("library loaded:", isLoaded());
  const events = {
    onUp: () => console.log("up"),
    onAway: (cause) => console.log("away:", cause),
    onStillAway: (cause) => console.log("still away:", cause),
    onRefused: (cause) => console.log("refused:", cause),
  };
  const spec = { url: new Secret(process.argv[2]), keyPrefix: "test:", timeoutMs: 2000, onFailure: "local" };
  openRedisLink(spec, events, { firstWait: 10_000, longestWait: 10_000 }).then(async (link) => {
    console.log("library loaded:", isLoaded());
    const script = { name: "count", lua: "return redis.call('incr', KEYS[1])" };
    console.log("call:", await link.run(script, ["test:n"], []).catch((error) => error.message));
    await link.close();
  });
`;

let bundle = "";

beforeAll(async () => {
  // As scripts/build.mjs does it.
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: ROOT, loader: "ts" },
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["ioredis"],
    write: false,
  });
  bundle = outputFiles[0]?.text ?? "";
});

/** Runs the program to its end. @returns what it wrote to standard output and standard error */
async function run(url: string, env: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "redis-link-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "program.cjs");
  await writeFile(file, bundle);
  const program = new Program(process.execPath, [file, url], {
    env: { ...process.env, NODE_PATH: join(ROOT, "node_modules"), ...env },
  });
  onTestFinished(() => program.close());
  expect(await program.ended()).toBe(0);
  return program.output;
}

describe.skipIf(!hasRedis)("a process with a link", () => {
  it("loads the library when the link is opened, and ends when it is closed", async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    expect(await run(server.url)).toBe("library loaded: false\nup\nlibrary loaded: true\ncall: 1\n");
  });

  it("ends while Redis is away", async () => {
    const cause = "can't connect (ECONNREFUSED)";
    expect(await run(`redis://127.0.0.1:${await freePort()}`)).toBe(
      `library loaded: false\naway: ${cause}\nlibrary loaded: true\ncall: ${cause}\n`,
    );
  });

  it("trusts the certificates that Node trusts, and checks their names", async () => {
    const pair = await makePair(["localhost"]);
    const folder = await mkdtemp(join(tmpdir(), "redis-tls-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [cert, key] = [join(folder, "crt.pem"), join(folder, "key.pem")];
    await writeFile(cert, pair.cert);
    await writeFile(key, pair.key);
    const port = await freePort();
    const options = ["--tls-port", String(port), "--tls-cert-file", cert, "--tls-key-file", key];
    const server = await startRedis([...options, "--tls-auth-clients", "no", "--requirepass", "s3cret"]);
    onTestFinished(() => server.close());
    const url = `rediss://:s3cret@localhost:${port}`;
    // The library writes a log of its commands if the environment says so.
    const log = await run(url, { NODE_EXTRA_CA_CERTS: cert, DEBUG: "ioredis:*" });
    expect(log).toContain("write command");
    expect(log).not.toContain("s3cret");
    expect(await run(url, { NODE_EXTRA_CA_CERTS: cert })).toContain("\nup\nlibrary loaded: true\ncall: 2\n");
    expect(await run(url)).toMatch(/\naway: can't connect \(DEPTH_ZERO_SELF_SIGNED_CERT\)\n/);
    const otherName = url.replace("localhost", "127.0.0.1");
    expect(await run(otherName, { NODE_EXTRA_CA_CERTS: cert })).toContain(
      "\naway: can't connect (ERR_TLS_CERT_ALTNAME_INVALID)\n",
    );
  });
});
