// Checks the Compose file with a Redis, two gateways and a balancer, as far as that goes without Docker.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compile, sourceFromText } from "../../src/compiler/index.ts";

const FOLDER = join(import.meta.dirname, "../../deploy/scale");
const file = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: readonly string[];
  readonly [key: string]: unknown;
}

const compose = parse(file("compose.yaml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const { services } = compose;
const CONFIG = file("gateway/conf.yaml");
const HAPROXY = file("haproxy/haproxy.cfg");

const compiled = compile(sourceFromText("conf.yaml", CONFIG), {
  env: (name) => `value-of-${name}-0123456789`,
  readFile: () => ({ ok: false, reason: "none" }),
});

describe("the Compose file with two gateways", () => {
  it("has a config that counts in its Redis", () => {
    expect(compiled.diagnostics.map(({ code }) => code)).toEqual(["rule/open-listen"]);
    if (!compiled.ok) throw new Error("it does not compile");
    const { redis, listen } = compiled.value.server;
    const url = new URL(redis?.url.reveal() ?? "");
    expect(services[url.hostname]?.image).toMatch(/^redis:/);
    expect(listen).toEqual({ host: "0.0.0.0", port: 8080 });
  });

  it("runs two gateways that differ only in their volumes", () => {
    const [first, second] = [services["gateway-1"], services["gateway-2"]];
    expect({ ...first, volumes: [] }).toEqual({ ...second, volumes: [] });
    expect(first?.build).toBe("../..");
    const volumes = [first, second].map((service) => service?.volumes?.map((text) => text.split(":")));
    expect(volumes.map((pairs) => pairs?.map(([, target]) => target))).toEqual([
      ["/etc/ai_gw_lite", "/var/lib/ai-gw-lite"],
      ["/etc/ai_gw_lite", "/var/lib/ai-gw-lite"],
    ]);
    const ledgers = volumes.map((pairs) => pairs?.[1]?.[0] ?? "");
    expect(new Set(ledgers).size).toBe(2);
    expect(Object.keys(compose.volumes)).toEqual(ledgers);
  });

  it("lets a gateway finish before it is killed, and lets the balancer notice before that", () => {
    if (!compiled.ok) throw new Error("it does not compile");
    const { graceMs, drainTimeoutMs } = compiled.value.server.shutdown;
    const stop = Number.parseInt(services["gateway-1"]?.stop_grace_period ?? "", 10) * 1000;
    expect(stop).toBeGreaterThan(graceMs + drainTimeoutMs);
    const [, every, times] = /check inter (\d+)s fall (\d+)/.exec(HAPROXY) ?? [];
    expect(graceMs).toBeGreaterThan(Number(every) * Number(times) * 1000);
  });

  it("has a Redis that throws no key away, in a network of its own", () => {
    const { redis } = services;
    expect(redis?.command?.join(" ")).toContain("--maxmemory-policy noeviction");
    expect([redis?.networks, redis?.ports]).toEqual([["counts"], undefined]);
    expect(compose.networks["counts"]).toEqual({ internal: true });
    expect(services["balancer"]?.networks).toEqual(["front"]);
    expect(services["gateway-1"]?.networks).toEqual(["front", "counts"]);
  });

  it("has a balancer for exactly these gateways, on the port that is published", () => {
    const servers = [...HAPROXY.matchAll(/^ {4}server (\S+) (\S+)$/gm)].map(([, name, address]) => [name, address]);
    expect(servers).toEqual([
      ["gateway-1", "gateway-1:8080"],
      ["gateway-2", "gateway-2:8080"],
    ]);
    const [, port] = /bind :(\d+)/.exec(HAPROXY) ?? [];
    expect(services["balancer"]?.ports).toEqual([`127.0.0.1:8080:${port}`]);
    expect(services["balancer"]?.volumes).toEqual(["./haproxy:/usr/local/etc/haproxy:ro"]);
  });

  it("waits longer for a client and a gateway than a stream may be silent", () => {
    if (!compiled.ok) throw new Error("it does not compile");
    const silence = compiled.value.routes.flatMap(({ forward }) =>
      forward.upstreams.map((each) => each.streamIdleTimeoutMs),
    );
    for (const side of ["client", "server"]) {
      const [, seconds] = new RegExp(`timeout ${side} (\\d+)s`).exec(HAPROXY) ?? [];
      for (const ms of silence) expect(Number(seconds) * 1000).toBeGreaterThan(ms);
    }
    expect(silence.length).toBe(1);
  });
});
