// Tests with the built gateway that the log is complete however the process ends, and that no destination blocks it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TOKEN } from "../support/config.ts";
import { within } from "../support/deadline.ts";

const ROOT = join(import.meta.dirname, "../..");

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  if (!existsSync(join(ROOT, "dist/ai-gw-lite.cjs"))) throw new Error("dist/ is not built: npm run build");
  dir = mkdtempSync(join(tmpdir(), "gateway-log-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

/** Runs the gateway with a log on standard output and in `logs/gw.log`. */
function serve(logging: string, upstreamPort = 9) {
  const config = join(dir, "config.yaml");
  writeFileSync(
    config,
    `listen: 127.0.0.1:0
gateway_auth: {tokens: ["\${TOKEN}"]}
observability: {logging: ${logging}}
routes: [{id: up, prefix: /up, upstream: {base_url: "http://127.0.0.1:${upstreamPort}"}}]
`,
  );
  const child = spawn(process.execPath, [join(ROOT, "bin/ai-gw-lite.js"), "serve", "--config", config], {
    cwd: dir,
    env: { ...process.env, TOKEN },
  });
  children.push(child);
  const output = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.err += text;
  });
  const exited = once(child, "exit").then(([code, signal]) => code ?? signal);
  return { child, output, exited };
}

const FILE = "file: {dir: logs, prefix: gw, rotation: never}";
const logged = () => readFileSync(join(dir, "logs/gw.log"), "utf8");

async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  let over = false;
  const polled = (async () => {
    for (;;) {
      const found = look();
      if (found !== undefined || over) return found as T;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  return within(what, polled, 20_000).finally(() => {
    over = true;
  });
}

const portIn = (text: string) => /127\.0\.0\.1:(\d+)/.exec(text)?.[1];

/** Sends requests without a token, ten at a time. Each causes a log line. */
async function sendRequests(port: string, times: number): Promise<void> {
  const one = async () => {
    for (let i = 0; i < times / 10; i++) await (await fetch(`http://127.0.0.1:${port}/up`)).arrayBuffer();
  };
  await Promise.all(Array.from({ length: 10 }, one));
}

const completed = (text: string) => text.split("\n").filter((line) => line.includes("request completed"));

it("no line is lost on a drain, in either destination", async () => {
  const { child, output, exited } = serve(`{${FILE}}`);
  const port = await until("the gateway to listen", () => portIn(output.out));
  await sendRequests(port, 500);
  child.kill("SIGTERM");
  expect(await within("its end", exited, 20_000)).toBe(0);
  expect([completed(output.out).length, completed(logged()).length]).toEqual([500, 500]);
  for (const line of logged().trimEnd().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
  expect(logged()).toContain('"stopped"');
  expect(output.out).toBe(logged());
}, 60_000);

it("lines have the text format in both destinations", async () => {
  const { child, output, exited } = serve(`{format: text, ${FILE}}`);
  const port = await until("the gateway to listen", () => portIn(output.out));
  await sendRequests(port, 10);
  child.kill("SIGTERM");
  expect(await within("its end", exited, 20_000)).toBe(0);
  expect(completed(logged())[0]).toMatch(
    /^\S+Z WARN {2}request completed request_id=\S+ method=GET route_id=up path=\/up outcome=unauthorized status=401 /,
  );
  expect(output.out).toBe(logged());
}, 60_000);

it("a second signal ends the process at once, with its last lines written", async () => {
  const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const upstream = (silent.address() as AddressInfo).port;
  const { child, output, exited } = serve(`{to_stdout: false, ${FILE}}`, upstream);
  const port = await until("the gateway to listen", () =>
    existsSync(join(dir, "logs/gw.log")) ? portIn(logged()) : undefined,
  );
  const held = fetch(`http://127.0.0.1:${port}/up`, { headers: { authorization: `Bearer ${TOKEN}` } });
  held.catch(() => {}); // Awaited below; until then it may fail unseen.
  await once(silent, "connection");
  await sendRequests(port, 100);
  child.kill("SIGTERM");
  await until("the drain", () => (logged().includes('"draining"') ? true : undefined));
  child.kill("SIGINT");
  expect(await within("its end", exited, 20_000)).toBe(1);
  await expect(held).rejects.toThrow();
  silent.close();
  expect(output.out).toBe("");
  expect(completed(logged())).toHaveLength(100);
  expect(logged()).toContain("second signal");
}, 60_000);

it("a full disk costs lines, is reported once, and affects neither requests nor the end", async () => {
  mkdirSync(join(dir, "logs"));
  symlinkSync("/dev/full", join(dir, "logs/gw.log"));
  const { child, output, exited } = serve(`{${FILE}}`);
  const port = await until("the gateway to listen", () => portIn(output.out));
  await sendRequests(port, 100);
  child.kill("SIGTERM");
  expect(await within("its end", exited, 20_000)).toBe(0);
  expect(completed(output.out)).toHaveLength(100);
  expect(output.err).toBe("ai-gw-lite: the log can't be written to its file: ENOSPC\n");
}, 60_000);

it("a reader that is gone costs lines, and affects neither requests nor the end", async () => {
  const { child, output, exited } = serve(`{${FILE}}`);
  const port = await until("the gateway to listen", () => portIn(output.out));
  child.stdout?.destroy();
  await sendRequests(port, 100);
  child.kill("SIGTERM");
  expect(await within("its end", exited, 20_000)).toBe(0);
  expect(completed(logged())).toHaveLength(100);
  expect(output.err).toBe("ai-gw-lite: the log can't be written to standard output: EPIPE\n");
}, 60_000);

it("a folder deleted under load is created again, and no request is affected", async () => {
  const { child, output, exited } = serve(`{${FILE}}`);
  const port = await until("the gateway to listen", () => portIn(output.out));
  await sendRequests(port, 100);
  rmSync(join(dir, "logs"), { recursive: true });
  await until("a new file", () => {
    void sendRequests(port, 10).catch(() => {});
    return existsSync(join(dir, "logs")) && readdirSync(join(dir, "logs")).length > 0 ? true : undefined;
  });
  child.kill("SIGTERM");
  expect(await within("its end", exited, 20_000)).toBe(0);
  expect(output.err).toBe("");
  expect(logged()).toContain('"stopped"');
}, 60_000);
