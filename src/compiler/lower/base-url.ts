// Reads a `base_url`, and explains what is wrong with one that can't be used.

import type { UpstreamTarget } from "../../plan/forward.ts";

export type BaseUrl =
  | { readonly ok: true; readonly target: UpstreamTarget }
  | { readonly ok: false; readonly why: string; readonly help?: string };

const DEFAULT_PORT = { "http:": 80, "https:": 443 } as const;

/** Splits a base URL into its parts (fact F5). @param text a value that fits the schema */
export function readBaseUrl(text: string): BaseUrl {
  if (/[\s\\]/.test(text)) return { ok: false, why: "must not contain spaces or backslashes" };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { ok: false, why: "is not a valid URL", help: "check the host name and the port" };
  }
  return refusal(url, text) ?? { ok: true, target: targetOf(url) };
}

function refusal(url: URL, text: string): BaseUrl | undefined {
  if (url.protocol !== "http:" && url.protocol !== "https:") return { ok: false, why: "must be an http or https URL" };
  if (url.username !== "" || url.password !== "" || /^\w+:\/\/[^/]*@/.test(text)) {
    return {
      ok: false,
      why: "must not contain a user name or password",
      help: "put credentials into `inject_headers`",
    };
  }
  if (text.includes("?"))
    return {
      ok: false,
      why: "must have no query",
      help: "remove the `?` and what follows; `inject_query` adds parameters",
    };
  if (text.includes("#")) return { ok: false, why: "must have no fragment", help: "remove the `#` and what follows" };
  if (url.port === "0") return { ok: false, why: "must not have port 0" };
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(text)) return { ok: false, why: "must not have `.` or `..` segments" };
  return undefined;
}

function targetOf(url: URL): UpstreamTarget {
  const protocol = url.protocol === "http:" ? "http:" : "https:";
  return {
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? DEFAULT_PORT[protocol] : Number(url.port),
    host: url.host,
    basePath: url.pathname.replace(/\/$/, ""),
  };
}
