// Lists the peers that the gateway is compared with, each with the way to start it.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gatewayConfig } from "../gateway-config.mjs";
import { which } from "../processes.mjs";
import { script, target } from "../targets.mjs";
import { caddyConfig, haproxyConfig, nginxConfig } from "./configs.mjs";
import { envoyConfig } from "./envoy.mjs";
import { nginxFullConfig } from "./nginx-full.mjs";

/** @typedef {import("../targets.mjs").Where} Where */
/** @typedef {import("../targets.mjs").Plan} Plan */

/**
 * A peer whose program must be installed on the machine.
 * @param {string} name
 * @param {string} file name of the program. An environment variable, such as BENCH_NGINX, may give its path
 * @param {(path: string, where: Where) => Plan} plan
 */
function program(name, file, plan) {
  const variable = `BENCH_${file.toUpperCase()}`;
  const path = process.env[variable] ?? which(file);
  const missing = `not installed; ${variable}=/path says where it is`;
  const absent = path === undefined ? missing : existsSync(path) ? undefined : `${path} does not exist`;
  return target(name, absent, (where) => plan(path ?? file, where));
}

/** @param {(where: Where) => string} config @returns {(path: string, where: Where) => Plan} */
const nginx = (config) => (path, where) => {
  for (const sub of ["body", "proxy", "fastcgi", "uwsgi", "scgi"]) mkdirSync(join(where.dir, sub));
  const file = join(where.dir, "nginx.conf");
  writeFileSync(file, config(where));
  return { argv: [path, "-c", file, "-p", where.dir, "-e", join(where.dir, "nginx-error.log")] };
};

/** Portkey takes only JSON on the path that is measured, so it gets no large bodies. */
function portkey() {
  const folder = process.env["BENCH_PORTKEY"];
  const file = join(folder ?? "", "node_modules/@portkey-ai/gateway/build/start-server.js");
  const absent = folder === undefined ? "BENCH_PORTKEY is not set" : existsSync(file) ? undefined : `no ${file}`;
  const plan = (/** @type {Where} */ { port, upstreamPort }) => ({
    argv: [process.execPath, file, `--port=${port}`, "--headless"],
    env: { NODE_ENV: "production" },
    path: "/v1/chat/completions",
    headers: ["X-Portkey-Provider: openai", `X-Portkey-Custom-Host: http://127.0.0.1:${upstreamPort}/v1/{action}`],
  });
  return target("portkey", absent, plan, { only: ["w1", "w2", "w3", "w4"] });
}

/** The Rust program that this gateway follows: the same config. It fails under load with metrics and log on. */
function rustOriginal() {
  const path = process.env["BENCH_RUST"];
  const absent = path === undefined ? "BENCH_RUST is not set" : existsSync(path) ? undefined : `no ${path}`;
  return target("Rust original, no log or metrics", absent, (where) => {
    const config = join(where.dir, "config.yaml");
    writeFileSync(config, gatewayConfig(where, { logging: false, metrics: false }));
    return { argv: [path ?? "", "--config", config] };
  });
}

/** @type {readonly import("../targets.mjs").Target[]} */
export const PEERS = [
  target("bare, default agent", undefined, ({ port, upstreamPort }) =>
    script("http-proxy.mjs", [port, upstreamPort, "default"]),
  ),
  target("tcp relay", undefined, ({ port, upstreamPort }) => script("relay.mjs", [port, upstreamPort])),
  program("nginx", "nginx", nginx(nginxConfig)),
  program("nginx, all features", "nginx", nginx(nginxFullConfig)),
  program("haproxy", "haproxy", (path, where) => {
    const file = join(where.dir, "haproxy.cfg");
    writeFileSync(file, haproxyConfig(where));
    return { argv: [path, "-db", "-f", file] };
  }),
  program("caddy", "caddy", (path, where) => {
    const file = join(where.dir, "Caddyfile");
    writeFileSync(file, caddyConfig(where));
    return {
      argv: [path, "run", "--adapter", "caddyfile", "--config", file],
      env: { GOMAXPROCS: "1", HOME: where.dir, XDG_DATA_HOME: where.dir, XDG_CONFIG_HOME: where.dir },
    };
  }),
  program("envoy", "envoy", (path, where) => {
    const file = join(where.dir, "envoy.json");
    writeFileSync(file, JSON.stringify(envoyConfig(where)));
    return { argv: [path, "-c", file, "--concurrency", "1", "--disable-hot-restart", "--log-level", "error"] };
  }),
  portkey(),
  rustOriginal(),
];
