// Reads the URL of an outbound proxy, and explains what is wrong with one that can't be used.

import type { ProxySpec } from "../../plan/forward.ts";
import { Secret } from "../../plan/secret.ts";

export type ProxyUrl =
  | { readonly ok: true; readonly proxy: ProxySpec }
  /** `why` is the rest of a sentence that starts with the name of the key or of the variable. It shows nothing of the URL. */
  | { readonly ok: false; readonly why: string; readonly help?: string };

/** Each scheme, and the port that is meant when the URL has none: curl takes 1080 for every proxy but an https one. */
const SCHEMES: { readonly [scheme: string]: { readonly protocol: ProxySpec["protocol"]; readonly port: number } } = {
  http: { protocol: "http:", port: 1080 },
  https: { protocol: "https:", port: 443 },
  socks: { protocol: "socks:", port: 1080 },
  // The two names that other programs use for SOCKS5. With both the proxy resolves the upstream's name here.
  socks5: { protocol: "socks:", port: 1080 },
  socks5h: { protocol: "socks:", port: 1080 },
};

/** Reads `scheme://user:password@host:port`. User name and password are percent-decoded. */
export function readProxyUrl(text: string): ProxyUrl {
  const [, scheme = "", rest = ""] = /^([a-z0-9+.-]+):\/\/(.*)$/is.exec(text) ?? [];
  const known = SCHEMES[scheme.toLowerCase()];
  if (known === undefined) return { ok: false, why: "must be an http, https or socks URL" };
  // `http:` in place of the real scheme: the URL parser knows neither host nor port of other schemes well.
  const parsed = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : undefined;
  if (parsed === undefined || /[\s\\]/.test(rest)) {
    return { ok: false, why: "is not a valid URL", help: "check host and port; write special characters as %XX" };
  }
  if (parsed.search !== "" || parsed.hash !== "" || parsed.pathname !== "/") {
    return { ok: false, why: "must have no path, query or fragment", help: "remove what follows the port" };
  }
  const credentials = credentialsOf(parsed);
  if (credentials === null) {
    return { ok: false, why: "must have a user name and a password, or neither of them" };
  }
  const port = /:(\d+)$/.exec(rest.replace(/\/$/, ""))?.[1];
  if (port !== undefined && Number(port) === 0) return { ok: false, why: "must not have port 0" };
  const hostname = parsed.hostname.replace(/^\[|\]$/g, "");
  return { ok: true, proxy: { protocol: known.protocol, hostname, port: Number(port ?? known.port), credentials } };
}

/** `null` when one of the two is missing or can't be decoded. */
function credentialsOf({ username, password }: URL): ProxySpec["credentials"] | null {
  if (username === "" && password === "") return undefined;
  if (username === "" || password === "") return null;
  try {
    return {
      username: new Secret(decodeURIComponent(username)),
      password: new Secret(decodeURIComponent(password)),
    };
  } catch {
    return null;
  }
}
