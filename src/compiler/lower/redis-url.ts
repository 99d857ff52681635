// Reads the URL of Redis, and explains what is wrong with one that can't be used.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { Secret } from "../../plan/secret.ts";

export type RedisUrl =
  | {
      readonly ok: true;
      /** With its scheme in lower case: ioredis 6 speaks TLS only where it reads `rediss://` exactly so. */
      readonly url: Secret;
      readonly tls: boolean;
      /** An IPv6 address without its brackets. */
      readonly hostname: string;
      /** The decoded password; `undefined`: there is none. */
      readonly password: Secret | undefined;
    }
  /** `why` is the rest of a sentence that starts with the name of the key. It shows nothing of the URL. */
  | { readonly ok: false; readonly why: string; readonly help: string };

const EXAMPLE = "for example `redis://:PASSWORD@redis.internal:6379`";
const ENCODE = "in user name and password, write / as %2F, # as %23, ? as %3F, @ as %40 and % as %25";

/** Reads `redis://user:password@host:port/database`. User name and password may be percent-encoded. */
export function readRedisUrl(text: string): RedisUrl {
  if (!/^rediss?:\/\//i.test(text)) {
    return { ok: false, why: "must be a redis:// or rediss:// URL", help: schemeHelp(text) };
  }
  if (/[\s\\]/.test(text)) return { ok: false, why: "must not have white space or a backslash", help: ENCODE };
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined) return { ok: false, why: "is not a valid URL", help: `check host and port; ${ENCODE}` };
  const { hostname, port, search, hash, pathname } = parsed;
  if (hostname === "") return { ok: false, why: "must have a host", help: EXAMPLE };
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)$/i.test(hostname)) {
    const help = `if the host comes from the environment, write \${NAME}; ${ENCODE}`;
    return { ok: false, why: "has a host with characters that no host name has", help };
  }
  if (port === "0") return { ok: false, why: "must not have port 0", help: "Redis listens on 6379 by default" };
  if (search !== "" || hash !== "" || text.endsWith("?") || text.endsWith("#")) {
    return { ok: false, why: "must have no query and no fragment", help: `remove what begins with ? or #; ${ENCODE}` };
  }
  if (!/^\/?(?:\d|1[0-5])?$/.test(pathname)) {
    const why = "must have nothing but the number of a database, from 0 to 15, after the host";
    return { ok: false, why, help: `for example \`redis://redis.internal:6379/1\`; ${ENCODE}` };
  }
  const password = passwordOf(parsed);
  if (!password.ok) return password;
  return {
    ok: true,
    url: new Secret(parsed.href),
    tls: parsed.protocol === "rediss:",
    hostname: hostname.replace(/^\[|\]$/g, ""),
    password: password.value,
  };
}

/** What stands in the place of a URL, without showing any of it. */
function schemeHelp(text: string): string {
  if (/^["'“”‘’]/.test(text)) return "remove the quotes, which are part of the value";
  return "write `redis://` in front of host and port, or `rediss://` for TLS";
}

type Password = { readonly ok: true; readonly value: Secret | undefined } | Extract<RedisUrl, { ok: false }>;

function passwordOf({ username, password }: URL): Password {
  // ioredis logs in only where there is a password, so Redis would refuse every command.
  if (username !== "" && password === "") {
    const help = "write `redis://:PASSWORD@host` for a password alone: a colon in front of it";
    return { ok: false, why: "has a user name without a password", help };
  }
  try {
    decodeURIComponent(username);
    return { ok: true, value: password === "" ? undefined : new Secret(decodeURIComponent(password)) };
  } catch {
    return { ok: false, why: "has a % that is not the start of %XX", help: ENCODE };
  }
}
