// Knows keys that people bring from other programs, such as `api_key`, and what does the same here.

import type { ObjectShape } from "./shape-types.ts";

const INJECT_KEY = "the key of a provider is a header: write it below `inject_headers`, as `name` and `value`";
const INJECT = "write each header below `inject_headers`, as `name` and `value`";
const LISTEN = "write host and port as one value: `listen: 127.0.0.1:8080`";
const LEVEL = "write it as `level` below `observability.logging`";

/** In an upstream, or in `upstream_defaults`. */
const UPSTREAM: Readonly<Record<string, string>> = {
  api_key: INJECT_KEY,
  key: INJECT_KEY,
  token: INJECT_KEY,
  auth: INJECT_KEY,
  authorization: INJECT_KEY,
  headers: INJECT,
  extra_headers: INJECT,
  timeout: 'did you mean "request_timeout_ms"?',
  timeout_ms: 'did you mean "request_timeout_ms"?',
};

/** At the top level. */
const TOP: Readonly<Record<string, string>> = { host: LISTEN, port: LISTEN, log_level: LEVEL, level: LEVEL };

/**
 * Says what does the same as an unknown key.
 * @param shape the mapping that the key is in
 * @returns the help of a finding; `undefined` for a key that is not in the lists
 */
export function usualKeyHelp({ keys }: ObjectShape, key: string): string | undefined {
  const list = "routes" in keys ? TOP : "inject_headers" in keys ? UPSTREAM : {};
  return Object.hasOwn(list, key) ? list[key] : undefined;
}
