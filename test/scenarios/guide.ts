// Takes the recommended config out of the guide on pools, and points it at a provider of the test.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, stringify } from "yaml";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../docs/pools.md"), "utf8");

/** The first YAML sample below a heading of the guide. @throws Error when there is none */
export function sampleBelow(heading: string): string {
  const from = PAGE.indexOf(`\n${heading}\n`);
  const yaml = from === -1 ? undefined : /^```yaml\n(.*?)^```/ms.exec(PAGE.slice(from))?.[1];
  if (yaml === undefined) throw new Error(`the guide has no sample below "${heading}"`);
  return yaml;
}

/** The parts of the recommended config that a test changes. */
interface Config {
  listen: string;
  routes: {
    upstream: { retry: object } & Record<string, unknown>;
    upstreams: ({ base_url: string; rename_models?: Record<string, string> } & Record<string, unknown>)[];
    cooldown: Record<string, unknown>;
  }[];
}

export interface Changes {
  /** Where all upstreams of the pool are. */
  readonly url: string;
  /** The model that the fallback is asked for. */
  readonly fallbackModel: string;
  /** Every time of the routes is divided by this. */
  readonly speed: number;
  /** Replaces keys of `retry`, as YAML. */
  readonly retry?: string;
  /** Replaces `first_byte_timeout_ms`, before it is divided. */
  readonly firstByteTimeoutMs?: number;
}

/** The variables that the recommended config reads. */
export const ENV: Readonly<Record<string, string>> = {
  GATEWAY_TOKEN: "token-of-the-scenarios",
  OPENAI_KEY_1: "key-1",
  OPENAI_KEY_2: "key-2",
  OPENROUTER_API_KEY: "key-of-the-fallback",
};

/** The recommended config with these changes. Nothing else differs from what the guide shows. */
export function guideConfig({ url, fallbackModel, speed, retry = "", firstByteTimeoutMs }: Changes): string {
  const config = parse(sampleBelow("## A config to copy")) as Config;
  config.listen = "127.0.0.1:0";
  for (const route of config.routes) {
    route.upstream.retry = { ...route.upstream.retry, ...parse(retry)?.retry };
    route.upstream["first_byte_timeout_ms"] = firstByteTimeoutMs ?? route.upstream["first_byte_timeout_ms"];
    for (const upstream of route.upstreams) {
      upstream.base_url = url;
      if (upstream.rename_models !== undefined) upstream.rename_models = { "*": fallbackModel };
      divideTimes(upstream, speed);
    }
    divideTimes(route.upstream, speed);
    divideTimes(route.cooldown, speed);
  }
  return stringify(config);
}

function divideTimes(section: Record<string, unknown>, speed: number): void {
  for (const [key, value] of Object.entries(section)) {
    if (/(?:^|_)ms$/.test(key) && typeof value === "number") section[key] = Math.ceil(value / speed);
  }
}
