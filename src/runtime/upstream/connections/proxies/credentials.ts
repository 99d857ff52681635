// How does the gateway show itself to an HTTP proxy? By Basic authentication (RFC 7617), in UTF-8.

import type { ProxySpec } from "../../../../plan/forward.ts";

/** The value of `proxy-authorization`; `undefined` without credentials. */
export function basicCredentials({ credentials }: ProxySpec): string | undefined {
  if (credentials === undefined) return undefined;
  const pair = `${credentials.username.reveal()}:${credentials.password.reveal()}`;
  return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}
