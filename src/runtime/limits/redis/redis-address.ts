// Takes the URL of Redis apart: where it is, and as whom to connect (contract, section 16).

import { Secret } from "../../../plan/secret.ts";

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisAddress extends RedisNode {
  readonly tls: boolean;
  /** `undefined`: the default user. */
  readonly user: string | undefined;
  /** `undefined`: no password is sent. */
  readonly password: Secret | undefined;
  readonly database: number;
}

const DEFAULT_PORT = 6379;

/** @param url a valid `redis://` or `rediss://` URL. Its query is ignored: no option comes from it */
export function redisAddress(url: Secret): RedisAddress {
  const { protocol, hostname, port, username, password, pathname } = new URL(url.reveal());
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1") || "localhost",
    port: port === "" ? DEFAULT_PORT : Number(port),
    tls: protocol === "rediss:",
    user: username === "" ? undefined : decoded(username),
    password: password === "" ? undefined : new Secret(decoded(password)),
    database: Number(pathname.slice(1)) || 0,
  };
}

/** The cause when a connection took too long. A server without TLS never answers the begin of TLS, so it is said. */
export function lateConnection({ tls }: Pick<RedisAddress, "tls">, ms: number): string {
  return `no ${tls ? "TLS connection" : "connection"} within ${ms} ms`;
}

/** A text with a `%` that begins no code stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
