// Starts real outbound proxies (squid, tinyproxy, microsocks, dante), each on a free port, with or without credentials.

import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestPair } from "./certificates.ts";
import { freePort } from "./ports.ts";
import { findProgram, Program, untilListening } from "./program.ts";

export const USER = "proxy-user-4c7d";
export const PASSWORD = "proxy-password-e19a";

export interface ProxyProgram {
  readonly port: number;
  /** Everything it wrote so far. */
  readonly output: string;
  close(): Promise<void>;
}

export interface Squid extends ProxyProgram {
  /** The port it speaks TLS on. */
  readonly tlsPort: number;
}

const paths = {
  squid: findProgram("squid"),
  tinyproxy: findProgram("tinyproxy"),
  microsocks: findProgram("microsocks"),
  danted: findProgram("danted"),
};

/** Whether all of these are installed. */
export function installed(...names: (keyof typeof paths)[]): boolean {
  return names.every((name) => paths[name] !== undefined);
}

/** A proxy that speaks HTTP on one port and HTTPS on another, always with credentials. */
export async function startSquid(pair: TestPair): Promise<Squid> {
  const folder = await folderFor({
    passwords: `${USER}:${execFileSync("openssl", ["passwd", "-apr1", PASSWORD], { encoding: "utf8" })}`,
    "cert.pem": pair.cert,
    "key.pem": pair.key,
  });
  const [port, tlsPort] = [await freePort(), await freePort()];
  const config = [
    `http_port 127.0.0.1:${port}`,
    `https_port 127.0.0.1:${tlsPort} tls-cert=${folder}/cert.pem tls-key=${folder}/key.pem`,
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/passwords`,
    "acl known proxy_auth REQUIRED",
    "http_access allow known",
    "http_access deny all",
    "cache deny all",
    "pinger_enable off",
    "pid_filename none",
    "access_log none",
    "cache_log none",
    "shutdown_lifetime 1 seconds",
    `coredump_dir ${folder}`,
  ];
  await writeFile(join(folder, "squid.conf"), `${config.join("\n")}\n`);
  const running = await start(paths.squid, ["-N", "-f", join(folder, "squid.conf")], port, folder);
  return { ...running, tlsPort };
}

/** A proxy that speaks HTTP only. */
export async function startTinyproxy(credentials: boolean): Promise<ProxyProgram> {
  const port = await freePort();
  const config = [`Port ${port}`, "Listen 127.0.0.1", "Timeout 60", "MaxClients 50", "LogLevel Connect"];
  if (credentials) config.push(`BasicAuth ${USER} ${PASSWORD}`);
  const folder = await folderFor({ "tinyproxy.conf": `${config.join("\n")}\n` });
  return start(paths.tinyproxy, ["-d", "-c", join(folder, "tinyproxy.conf")], port, folder);
}

/** A SOCKS5 proxy. It prints each host that it connects to, by the name that the client gave. */
export async function startMicrosocks(credentials: boolean): Promise<ProxyProgram> {
  const port = await freePort();
  const args = ["-i", "127.0.0.1", "-p", String(port), ...(credentials ? ["-u", USER, "-P", PASSWORD] : [])];
  return start(paths.microsocks, args, port);
}

/** A SOCKS5 proxy without credentials. @param forbidden a port of this machine to which it refuses to connect */
export async function startDante(forbidden: number): Promise<ProxyProgram> {
  const port = await freePort();
  const config = [
    "logoutput: stderr",
    "errorlog: stderr",
    `internal: 127.0.0.1 port = ${port}`,
    "external: lo",
    "socksmethod: none",
    "clientmethod: none",
    "user.privileged: root",
    "user.unprivileged: nobody",
    "client pass { from: 127.0.0.1/32 to: 0.0.0.0/0 log: error }",
    `socks block { from: 127.0.0.1/32 to: 127.0.0.1/32 port = ${forbidden} log: connect }`,
    "socks pass { from: 127.0.0.1/32 to: 0.0.0.0/0 log: connect error }",
  ];
  const folder = await folderFor({ "danted.conf": `${config.join("\n")}\n` });
  return start(paths.danted, ["-f", join(folder, "danted.conf"), "-N", "1"], port, folder);
}

/** Makes a folder with these files. Programs that drop root's rights at their start can read them, too. */
async function folderFor(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ai-gw-lite-proxy-"));
  await chmod(folder, 0o755);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o644 });
  return folder;
}

async function start(
  path: string | undefined,
  args: readonly string[],
  port: number,
  folder?: string,
): Promise<ProxyProgram> {
  if (path === undefined) throw new Error("not installed: call `installed` first");
  const program = new Program(path, args);
  await untilListening(port, program);
  return {
    port,
    get output() {
      return program.output;
    },
    async close() {
      await program.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
