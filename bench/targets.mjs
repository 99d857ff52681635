// Lists what can be measured, and starts it: the gateway in several configs, and its peers.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gatewayConfig, LOAD_PREFIX } from "./gateway-config.mjs";
import { caddyConfig, haproxyConfig, nginxConfig } from "./peers/configs.mjs";
import { freePort, PROXY_CORE, start, stop, untilListening, which } from "./processes.mjs";

const HERE = import.meta.dirname;
export const ROOT = join(HERE, "..");

/**
 * A running target.
 * @typedef {{ name: string, port: number, pid: number, prefix: string, stop: () => Promise<void> }} Running
 */

/**
 * A target: a program that can be measured. `absent` is the reason if it can't.
 * @typedef {{ name: string, absent?: string, start: (upstreamPort: number, dir: string) => Promise<Running> }} Target
 */

/**
 * @param {string} name
 * @param {string | undefined} absent why it can't be measured
 * @param {(ports: { port: number, upstreamPort: number, dir: string }) => { argv: readonly string[], env?: Record<string, string> }} plan
 * @param {string} [core]
 * @returns {Target}
 */
function target(name, absent, plan, core = PROXY_CORE) {
  return {
    name,
    ...(absent === undefined ? {} : { absent }),
    async start(upstreamPort, parent) {
      const dir = mkdtempSync(join(parent, "target-"));
      const port = await freePort();
      const { argv, env } = plan({ port, upstreamPort, dir });
      const child = start("target", argv, { core, dir, ...(env === undefined ? {} : { env }) });
      try {
        await untilListening(port, child);
      } catch (error) {
        await stop(child);
        const said = readFileSync(join(dir, "target.log"), "utf8").trim().split("\n").slice(-3).join(" / ");
        throw new Error(`${name}: ${error instanceof Error ? error.message : error}: ${said}`);
      }
      return { name, port, pid: Number(child.pid), prefix: LOAD_PREFIX, stop: () => stop(child) };
    },
  };
}

/**
 * The gateway of a checkout as a target, with the given features.
 * @param {string} name
 * @param {string} root folder of the checkout; its `dist/` must be built
 * @param {import("./gateway-config.mjs").Features} [features]
 * @param {string} [core] default: the core of the proxies
 */
export function gateway(name, root, features, core) {
  const bin = join(root, "bin/ai-gw-lite.js");
  const built = existsSync(join(root, "dist")) && existsSync(bin);
  const plan = (/** @type {{ port: number, upstreamPort: number, dir: string }} */ where) => {
    const config = join(where.dir, "config.yaml");
    writeFileSync(config, gatewayConfig(where, features));
    return { argv: [process.execPath, bin, "serve", "--config", config] };
  };
  return target(name, built ? undefined : `${root} is not built`, plan, core);
}

const node = (/** @type {string} */ file, /** @type {readonly (string | number)[]} */ args) => ({
  argv: [process.execPath, join(HERE, "peers", file), ...args.map(String)],
});

/**
 * A peer that must be installed on the machine, as a target.
 * @param {string} name
 * @param {(program: string, dir: string, ports: { port: number, upstreamPort: number, dir: string }) => { argv: readonly string[], env?: Record<string, string> }} plan
 */
function program(name, plan) {
  const path = process.env[`BENCH_${name.toUpperCase()}`] ?? which(name);
  return target(name, path === undefined ? "not installed" : undefined, (ports) =>
    plan(path ?? name, ports.dir, ports),
  );
}

/** Bare http-proxy with a keep-alive agent. All ratios compare with it. */
export const BARE = target("bare http-proxy", undefined, ({ port, upstreamPort }) =>
  node("http-proxy.mjs", [port, upstreamPort, "keep-alive"]),
);

/** @type {readonly Target[]} */
export const PEERS = [
  target("bare, default agent", undefined, ({ port, upstreamPort }) =>
    node("http-proxy.mjs", [port, upstreamPort, "default"]),
  ),
  target("tcp relay", undefined, ({ port, upstreamPort }) => node("relay.mjs", [port, upstreamPort])),
  program("nginx", (path, dir, ports) => {
    for (const sub of ["body", "proxy", "fastcgi", "uwsgi", "scgi"]) mkdirSync(join(dir, sub));
    writeFileSync(join(dir, "nginx.conf"), nginxConfig(ports));
    return { argv: [path, "-c", join(dir, "nginx.conf"), "-p", dir, "-e", join(dir, "nginx-error.log")] };
  }),
  program("haproxy", (path, dir, ports) => {
    writeFileSync(join(dir, "haproxy.cfg"), haproxyConfig(ports));
    return { argv: [path, "-db", "-f", join(dir, "haproxy.cfg")] };
  }),
  program("caddy", (path, dir, ports) => {
    writeFileSync(join(dir, "Caddyfile"), caddyConfig(ports));
    return {
      argv: [path, "run", "--adapter", "caddyfile", "--config", join(dir, "Caddyfile")],
      env: { GOMAXPROCS: "1", HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
    };
  }),
];
