// Finds the outbound proxy of an upstream in the environment, as curl does (https://curl.se/docs/manpage.html, "ENVIRONMENT").

import { BlockList, isIP } from "node:net";
import type { UpstreamTarget } from "../../plan/forward.ts";

/** The value of an environment variable; `undefined` when it is not set. */
export type ReadEnv = (name: string) => string | undefined;

export interface EnvProxy {
  /** The variable that names the proxy. */
  readonly variable: string;
  /** The URL of the proxy; `http://` is added to a value without a scheme. It may hold a password. */
  readonly url: string;
}

/** The variables that name the proxy of a target, in the order in which they are read. */
export function proxyVariables({ protocol }: Pick<UpstreamTarget, "protocol">): readonly string[] {
  return protocol === "https:"
    ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    : ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
}

/** `undefined` when the environment names no proxy for the upstream, or `NO_PROXY` lists the upstream. */
export function proxyFromEnv(target: UpstreamTarget, env: ReadEnv): EnvProxy | undefined {
  const found = firstSet(proxyVariables(target), env);
  if (found === undefined || isExempt(target, firstSet(["no_proxy", "NO_PROXY"], env)?.value ?? "")) return undefined;
  const url = /^[a-z0-9+.-]+:\/\//i.test(found.value) ? found.value : `http://${found.value}`;
  return { variable: found.variable, url };
}

/** The first variable that is set and not empty. The lower-case name comes first. */
function firstSet(names: readonly string[], env: ReadEnv): { variable: string; value: string } | undefined {
  for (const variable of names) {
    const value = env(variable)?.trim();
    if (value !== undefined && value !== "") return { variable, value };
  }
  return undefined;
}

/** Whether a list such as `localhost,.internal,10.0.0.0/8` has the host, a domain that it belongs to, or its network. */
function isExempt({ hostname, port }: UpstreamTarget, list: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => entry === "*" || matches(entry, host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  const [network, bits] = entry.split("/");
  if (bits !== undefined) return isInNetwork(host, network ?? "", Number(bits));
  const [, inBrackets, plain, entryPort] = /^(?:\[([^\]]+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  if (entryPort !== undefined && Number(entryPort) !== port) return false;
  const domain = (inBrackets ?? plain ?? entry).replace(/^\*?\./, "").replace(/\.$/, "");
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const version = isIP(host);
  if (version === 0 || isIP(network) !== version || !(bits >= 0 && bits <= (version === 4 ? 32 : 128))) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(host, family);
}
