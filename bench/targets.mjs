// Starts what can be measured: a program, and the gateway in several configs.

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BARE_NAME } from "./aims.mjs";
import { gatewayConfig, LOAD_PATH } from "./gateway-config.mjs";
import { freePort, PROXY_CORE, start, stop, untilListening } from "./processes.mjs";

const HERE = import.meta.dirname;
export const ROOT = join(HERE, "..");

/**
 * A running target. `path` and `headers` are what the load sends.
 * @typedef {{ name: string, port: number, pid: number, path: string, headers: readonly string[], stop: () => Promise<void> }} Running
 */

/**
 * A target: a program that can be measured. `absent` is the reason if it can't; `only` are the workloads that it can run, if not all.
 * @typedef {{ name: string, absent?: string, only?: readonly string[], start: (upstreamPort: number, dir: string) => Promise<Running> }} Target
 */

/** @typedef {{ port: number, upstreamPort: number, dir: string }} Where */

/**
 * How a target is started, and how a request reaches the upstream through it.
 * @typedef {{ argv: readonly string[], env?: Record<string, string>, path?: string, headers?: readonly string[] }} Plan
 */

/**
 * @param {string} name
 * @param {string | undefined} absent why it can't be measured
 * @param {(where: Where) => Plan} plan
 * @param {{ core?: string | undefined, only?: readonly string[] }} [options]
 * @returns {Target}
 */
export function target(name, absent, plan, { core = PROXY_CORE, only } = {}) {
  return {
    name,
    ...(absent === undefined ? {} : { absent }),
    ...(only === undefined ? {} : { only }),
    async start(upstreamPort, parent) {
      const dir = mkdtempSync(join(parent, "target-"));
      const port = await freePort();
      const { argv, env, path = LOAD_PATH, headers = [] } = plan({ port, upstreamPort, dir });
      const child = start("target", argv, { core, dir, ...(env === undefined ? {} : { env }) });
      try {
        await untilListening(port, child);
      } catch (error) {
        await stop(child);
        const said = readFileSync(join(dir, "target.log"), "utf8").trim().split("\n").slice(-3).join(" / ");
        throw new Error(`${name}: ${error instanceof Error ? error.message : error}: ${said}`);
      }
      return { name, port, pid: Number(child.pid), path, headers, stop: () => stop(child) };
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
  const plan = (/** @type {Where} */ where) => {
    const config = join(where.dir, "config.yaml");
    writeFileSync(config, gatewayConfig(where, features));
    return { argv: [process.execPath, bin, "serve", "--config", config] };
  };
  return target(name, built ? undefined : `${root} is not built`, plan, { core });
}

/**
 * A script of this folder that plays a proxy.
 * @param {string} file @param {readonly (string | number)[]} args
 * @returns {Plan}
 */
export const script = (file, args) => ({
  argv: [process.execPath, join(HERE, "peers", file), ...args.map(String)],
});

/** Bare http-proxy with a keep-alive agent. All ratios compare with it. */
export const BARE = target(BARE_NAME, undefined, ({ port, upstreamPort }) =>
  script("http-proxy.mjs", [port, upstreamPort, "keep-alive"]),
);
