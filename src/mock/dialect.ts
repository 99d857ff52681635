// Decides which provider's API a request speaks, and whether the request carries the provider's key.

import type { Dialect } from "./endpoint.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The API of a request. Anthropic's and Google's clients send a header of their own. Someone with curl may leave it out, so the path
 * counts as well.
 * @param path the raw request path, without the query
 */
export function dialectOf(path: string, headers: Headers): Dialect {
  if (/^\/v1beta\/|^\/v1\/models\/[^/]+:/.test(path) || headers["x-goog-api-key"] !== undefined) return "gemini";
  if (path.startsWith("/v1/messages") || headers["anthropic-version"] !== undefined) return "anthropic";
  return path.startsWith("/api/") ? "ollama" : "openai";
}

/** Whether the endpoints below this path want a key. A local Ollama wants none, and the guide is for people. */
export function wantsKey(path: string): boolean {
  return /^\/(v1|v1beta|openai)\//.test(path);
}

/** Whether a request carries the key where its provider looks for it. A local Ollama looks nowhere. */
export function carriesKey(key: string, dialect: Dialect, target: string, headers: Headers): boolean {
  return dialect === "ollama" || keysOf(dialect, target, headers).includes(key);
}

/**
 * The keys that a request carries where its provider looks for one, whether they are right or not.
 * @param target the raw request target: Google also takes the key from the query
 */
export function keysOf(dialect: Dialect, target: string, headers: Headers): string[] {
  const bearer = /^Bearer +(.*)$/i.exec(first(headers["authorization"]) ?? "")?.[1];
  const places = { openai: ["api-key"], anthropic: ["x-api-key"], gemini: ["x-goog-api-key"], ollama: [] };
  // Azure's clients send `api-key`. A bearer token is what Anthropic takes from clients that signed in with OAuth.
  const named = places[dialect].map((name) => first(headers[name]));
  const inQuery = dialect === "gemini" ? (queryOf(target).get("key") ?? undefined) : undefined;
  return [bearer, ...named, inQuery, dialect === "openai" ? subprotocolKey(headers) : undefined].filter(
    (key) => key !== undefined,
  );
}

/** The key of a browser's WebSocket, which can't send a header of its own. */
function subprotocolKey(headers: Headers): string | undefined {
  const offered = first(headers["sec-websocket-protocol"])?.split(",") ?? [];
  const found = offered.map((item) => item.trim()).find((item) => item.startsWith(KEY_SUBPROTOCOL));
  return found?.slice(KEY_SUBPROTOCOL.length);
}

const KEY_SUBPROTOCOL = "openai-insecure-api-key.";

/** The answer of each provider to a wrong key. Google's is a 400. */
export const WRONG_KEY: { readonly [D in Dialect]: { readonly status: number; readonly message: string } } = {
  openai: { status: 401, message: "Incorrect API key provided." },
  anthropic: { status: 401, message: "invalid x-api-key" },
  gemini: { status: 400, message: "API key not valid. Please pass a valid API key." },
  ollama: { status: 401, message: "unauthorized" },
};

/** The query of a request target. */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : target.slice(start));
}

/** The first value of a header. */
export function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
