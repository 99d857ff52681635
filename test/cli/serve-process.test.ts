// Checks what `serve` logs at its start, and `healthcheck` and `token` as a shell runs them: in processes of their own.

import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { configText } from "../support/config.ts";

const BIN = join(import.meta.dirname, "../../bin/ai-gw-lite.js");
const running: BuiltGateway[] = [];
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.close();
});

async function serve(text: string, env?: Readonly<Record<string, string>>): Promise<BuiltGateway> {
  const gateway = await startBuiltGateway(text, env);
  running.push(gateway);
  return gateway;
}

/** Runs a command to its end. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const ran = promisify(execFile)(process.execPath, [BIN, ...args]);
  ran.child.stdin?.end("canary-token-0001\n");
  return ran.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
  );
}

const PUBLIC = "https://api.example";
const lineOf = ({ lines }: BuiltGateway, word: string) => lines.find(({ msg }) => msg.includes(word));

test("a gateway with metrics logs the real URL of its dashboard, and one without logs none", async () => {
  const metrics = "observability: {metrics: {enabled: true, path: /m, token: a-metrics-token-0001}}";
  const gateway = await serve(configText({ base: PUBLIC, top: [metrics] }));
  const { line } = await gateway.logged(({ msg }) => msg === "dashboard");
  expect(line).toMatchObject({ level: "info", url: `http://127.0.0.1:${gateway.port}/m/ui` });
  const plain = await serve(configText({ base: PUBLIC }));
  await plain.logged(({ msg }) => msg === "listening");
  expect(lineOf(plain, "dashboard")).toBeUndefined();
});

test("a proxy of the environment that no upstream uses is named once, without its value", async () => {
  const proxy = "http://user:canary-password@127.0.0.1:1";
  const gateway = await serve(configText({ base: PUBLIC }), { HTTPS_PROXY: proxy });
  const named = gateway.lines.filter(({ msg }) => msg.startsWith("the environment names a proxy"));
  expect(named).toMatchObject([{ level: "warn", variables: ["HTTPS_PROXY"], routes: ["up"] }]);
  expect(named[0]?.msg).toContain("write proxy: env to use it");
  expect(gateway.output.out + gateway.output.err).not.toContain("canary-password");
  const using = await serve(configText({ base: PUBLIC, upstream: ["proxy: env"] }), { HTTPS_PROXY: proxy });
  expect(lineOf(using, "the environment names a proxy")).toBeUndefined();
});

test("a container whose gateway listens on loopback is warned of", async () => {
  const gateway = await serve(configText({ base: PUBLIC }), { KUBERNETES_SERVICE_HOST: "10.0.0.1" });
  expect(lineOf(gateway, "nothing outside this container can reach the gateway")).toMatchObject({ level: "warn" });
});

test("healthcheck ends with 0 while the gateway serves, and with 1 when it does not", async () => {
  const gateway = await serve(configText({ base: PUBLIC }));
  const config = join(dirname(gateway.file), "asked.yaml");
  writeFileSync(config, `listen: 127.0.0.1:${gateway.port}\n`);
  const check = () => run("healthcheck", "--config", config, "--allow-loopback");
  expect(await check()).toMatchObject({ code: 0, err: "" });
  gateway.kill("SIGTERM");
  await gateway.ended;
  writeFileSync(config, `listen: 127.0.0.1:${gateway.port}\n`);
  expect(await check()).toMatchObject({ code: 1, out: "", err: expect.stringContaining("ECONNREFUSED") });
});

test("token reads the token to hash from standard input, so that it is in no shell history", async () => {
  const { code, out } = await run("token", "--hash", "-");
  expect(code).toBe(0);
  expect(out).toContain("sha256:");
  expect(out).not.toContain("canary-token-0001");
});

test("a checkout that is not built says how to build it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ai-gw-lite-unbuilt-"));
  try {
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    copyFileSync(BIN, join(folder, "bin/ai-gw-lite.js"));
    const ran = promisify(execFile)(process.execPath, [join(folder, "bin/ai-gw-lite.js"), "check"]);
    await expect(ran).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ai-gw-lite: .*npm run build\n$/),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
