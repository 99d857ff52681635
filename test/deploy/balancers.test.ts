// Runs the balancers that docs/scale.md shows, and the one of the Compose file, each in front of two gateways that share a Redis: limits
// are exact, streams are not held back, and a gateway can be stopped without an error.

import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFleet, TOKEN } from "../redis/fleet.ts";
import { within } from "../support/deadline.ts";
import { freePort } from "../support/ports.ts";
import { findProgram, Program, untilListening } from "../support/program.ts";
import { hasRedis } from "../support/redis.ts";

const ROOT = join(import.meta.dirname, "../..");
const GUIDE = readFileSync(join(ROOT, "docs/scale.md"), "utf8");
const sample = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(GUIDE)?.[1] ?? "";

/** A machine that is busy with other tests may take long for an answer. */
const PATIENT = "timeout_ms: 5000";

interface Balancer {
  readonly name: string;
  readonly program: string;
  readonly args: (config: string, folder: string) => readonly string[];
  /** The config for a port to listen on. The gateways' addresses are replaced later. */
  readonly config: (port: number, folder: string) => string;
  /** It asks whether a gateway is ready, so it hears of a drain before the gateway refuses connections. */
  readonly asks: boolean;
}

const BALANCERS: readonly Balancer[] = [
  {
    name: "HAProxy",
    program: "haproxy",
    args: (config) => ["-db", "-f", config],
    config: (port) =>
      sample("haproxy").replace("bind :8080", `bind 127.0.0.1:${port}`).replace("inter 2s", "inter 100ms"),
    asks: true,
  },
  {
    name: "HAProxy of the Compose file",
    program: "haproxy",
    args: (config) => ["-db", "-f", config],
    config: (port) =>
      readFileSync(join(ROOT, "deploy/scale/haproxy/haproxy.cfg"), "utf8")
        .replace("bind :8080", `bind 127.0.0.1:${port}`)
        .replace("gateway-1:8080", "10.0.0.11:8080")
        .replace("gateway-2:8080", "10.0.0.12:8080")
        .replace("inter 2s", "inter 100ms"),
    asks: true,
  },
  {
    name: "Caddy",
    program: "caddy",
    args: (config) => ["run", "--adapter", "caddyfile", "--config", config],
    config: (port) =>
      `{\n\tadmin off\n}\n${sample("caddy")
        .replace("gateway.example", `http://127.0.0.1:${port}`)
        .replace("health_interval 2s", "health_interval 100ms")}`,
    asks: true,
  },
  {
    name: "nginx",
    program: "nginx",
    args: (config, folder) => ["-c", config, "-p", folder, "-e", join(folder, "error.log"), "-g", "daemon off;"],
    config: (port, folder) =>
      [
        `pid ${folder}/pid;`,
        "events {}",
        "http {",
        "access_log off;",
        ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((each) => `${each}_temp_path ${folder}/${each};`),
        sample("nginx").replace("listen 8080", `listen 127.0.0.1:${port}`),
        "}",
      ].join("\n"),
    asks: false,
  },
];

describe.runIf(hasRedis).each(BALANCERS)("two gateways behind $name", ({ program, args, config, asks }) => {
  const path = findProgram(program);

  async function startBalancer(ports: readonly number[]): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), "balancer-"));
    for (const name of ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]) mkdirSync(join(folder, name));
    const port = await freePort();
    const file = join(folder, "config");
    const [first, second] = ports;
    writeFileSync(
      file,
      config(port, folder)
        .replace("10.0.0.11:8080", `127.0.0.1:${first}`)
        .replace("10.0.0.12:8080", `127.0.0.1:${second}`),
    );
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const running = new Program(path ?? "", args(file, folder), { env });
    onTestFinished(async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    });
    await untilListening(port, running);
    return port;
  }

  it.runIf(path !== undefined)("count together, and share the requests", async () => {
    const fleet = await startFleet({ client: "max_inflight: 6", state: PATIENT });
    const port = await startBalancer(fleet.gateways.map((gateway) => gateway.port));
    const answers = Array.from({ length: 20 }, () => ask(port));
    await fleet.untilHeld(6);
    await within("the refusals", Promise.all(await firsts(answers, 14)));
    for (const { host, logs } of fleet.gateways) expect(host.inFlight + logs.length).toBeGreaterThan(1);
    fleet.release();
    const statuses = await Promise.all(answers);
    expect(statuses.filter((status) => status === 200).length).toBe(6);
    expect(statuses.filter((status) => status === 429).length).toBe(14);
  });

  it.runIf(path !== undefined)("pass an event on before the next one comes", async () => {
    let next = (): void => {};
    const fleet = await startFleet({ state: PATIENT }, 2, (res) => {
      res.writeHead(200, { "content-type": "text/event-stream" }).write("data: first\n\n");
      next = () => res.end("data: second\n\n");
    });
    const port = await startBalancer(fleet.gateways.map((gateway) => gateway.port));
    const response = await open(port);
    const [part] = (await within("the first event", once(response, "data"))) as [Buffer];
    expect(part.toString()).toBe("data: first\n\n");
    next();
    const [rest] = (await within("the second event", once(response, "data"))) as [Buffer];
    expect(rest.toString()).toBe("data: second\n\n");
  });

  it.runIf(path !== undefined)("can be stopped one after the other without an error", async () => {
    const shutdown = `shutdown: {grace_ms: ${asks ? 1000 : 0}, drain_timeout_ms: 5000}`;
    const fleet = await startFleet({ top: [shutdown], state: PATIENT });
    fleet.release();
    const [first, second] = fleet.gateways;
    const port = await startBalancer(fleet.gateways.map((gateway) => gateway.port));
    expect(await ask(port)).toBe(200);
    let stopped = false;
    const drained = first?.drain().then(async (whole) => {
      await first.close();
      stopped = true;
      return whole;
    });
    const statuses: number[] = [];
    if (!asks) await drained;
    while (!stopped) statuses.push(await ask(port));
    for (let i = 0; i < 20; i++) statuses.push(await ask(port));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await drained).toBe(true);
    expect(second?.logs.filter(({ msg }) => msg === "request completed").length).toBeGreaterThanOrEqual(20);
  });
});

const BODY = JSON.stringify({ model: "gpt-4o", max_tokens: 20 });
const agent = new Agent({ keepAlive: false });

/** Sends a request. @returns the response, of which only the head was read */
function open(port: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const req = request({ host: "127.0.0.1", port, path: "/up/v1/chat/completions", method: "POST", headers, agent });
    req.once("response", resolve);
    req.once("error", reject);
    req.end(BODY);
  });
}

async function ask(port: number): Promise<number> {
  const response = await open(port);
  response.resume();
  await once(response, "close");
  return response.statusCode ?? 0;
}

/** Waits for the first ones that end. */
function firsts<T>(promises: readonly Promise<T>[], count: number): Promise<T[]> {
  const ended: T[] = [];
  return new Promise((resolve, reject) => {
    for (const promise of promises) {
      promise.then((value) => {
        ended.push(value);
        if (ended.length === count) resolve(ended);
      }, reject);
    }
  });
}
