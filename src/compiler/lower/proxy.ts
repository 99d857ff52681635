// Converts the outbound proxy of an upstream to the blueprint's data: a mapping, a URL, `env` or `none`.

import type { ProxySpec, UpstreamTarget } from "../../plan/forward.ts";
import { Secret } from "../../plan/secret.ts";
import type { Proxy as ProxyMapping } from "../schema/config.generated.ts";
import type { CompleteUpstream } from "../schema/defaults.ts";
import { readAddress } from "./address.ts";
import { proxyFromEnv, type ReadEnv } from "./proxy-env.ts";
import { readProxyUrl } from "./proxy-url.ts";

/** `undefined` where requests go to the upstream directly. */
export function lowerProxy(
  proxy: CompleteUpstream["proxy"],
  target: UpstreamTarget,
  env: ReadEnv,
): ProxySpec | undefined {
  if (proxy === undefined || proxy === "none") return undefined;
  if (typeof proxy !== "string") return lowerMapping(proxy);
  const url = proxy === "env" ? proxyFromEnv(target, env)?.url : proxy;
  if (url === undefined) return undefined;
  const read = readProxyUrl(url);
  if (!read.ok) throw new Error("a rule refuses a wrong proxy URL before this");
  return read.proxy;
}

function lowerMapping({ protocol, address, username, password }: ProxyMapping): ProxySpec {
  const read = readAddress(address);
  if (read === undefined) throw new Error("a rule refuses a wrong proxy address before this");
  const credentials =
    username === undefined || password === undefined
      ? undefined
      : { username: new Secret(username), password: new Secret(password) };
  return { protocol: `${protocol}:`, hostname: read.host, port: read.port, credentials };
}
