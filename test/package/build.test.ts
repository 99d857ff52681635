// Checks how `dist` is built, and that a command loads only the packages that it needs.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildAll } from "../../scripts/build.mjs";
import { type Installation, install } from "../support/gateway-process.ts";
import { START_MS } from "../support/program.ts";

let home: Installation;
beforeAll(async () => {
  home = await install();
}, 60_000);
afterAll(() => home.remove());

describe("a build", () => {
  const at = (path: string): string => join(home.home, "dist", path);
  const inode = (path: string): number => statSync(at(path)).ino;

  it("removes what an older build left, and leaves alone what has not changed and what another build is writing", async () => {
    mkdirSync(at("cli"));
    for (const path of ["cli/main.js", "stale.js", "ui/stale.css", ".writing-1-app.js"]) writeFileSync(at(path), "old");
    const program = inode("ai-gw-lite.cjs");
    await buildAll(at(""));
    expect(readdirSync(at("")).sort()).toEqual([
      ".writing-1-app.js",
      "ai-gw-lite.cjs",
      "get-east-asian-width.LICENSE.txt",
      "ui",
    ]);
    expect(readdirSync(at("ui")).sort()).toEqual(["app.css", "app.js", "icon.svg", "index.html", "uplot.LICENSE.txt"]);
    expect(inode("ai-gw-lite.cjs")).toBe(program);
  });

  it("puts a new file in the place of a changed one, so that nobody reads a part of it", async () => {
    const built = readFileSync(at("ui/app.js"));
    writeFileSync(at("ui/app.js"), "changed");
    const changed = inode("ui/app.js");
    await buildAll(at(""));
    expect(readFileSync(at("ui/app.js"))).toEqual(built);
    expect(inode("ui/app.js")).not.toBe(changed);
  });

  it("keeps names and source files readable in a stack trace", () => {
    const text = readFileSync(at("ai-gw-lite.cjs"), "utf8");
    expect(text).toContain("\n// src/runtime/host.ts\n");
    expect(text).toMatch(/\bfunction startGateway\(/);
  });
});

describe("a command loads only what it needs:", () => {
  /** Prints the packages that were loaded when the process ends. */
  const SPY = `process.on("exit", () => {
    const names = Object.keys(require.cache).map((path) => /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1]);
    process.stderr.write("loaded: " + [...new Set(names.filter(Boolean))].join(" ") + "\\n");
  });`;
  /** Those of our own dependencies among them. */
  const ours = Object.keys(
    (JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as { dependencies: object })
      .dependencies,
  );

  function config(more: string, upstream: string): string {
    const file = join(home.home, "loads.yaml");
    const route = `{id: a, prefix: /a, upstream: {base_url: "http://127.0.0.1:9"${upstream}}}`;
    writeFileSync(file, `listen: 127.0.0.1:0\ngateway_auth: {tokens: [a-token]}\nroutes: [${route}]\n${more}\n`);
    return file;
  }

  async function loadedBy(command: string, more: string, upstream: string): Promise<string[]> {
    const spy = join(home.home, "spy.cjs");
    writeFileSync(spy, SPY);
    const program = home.run([command, "--config", config(more, upstream)], { NODE_OPTIONS: `--require ${spy}` });
    if (command === "serve") {
      await program.until(/"listening"/, START_MS);
      program.signal("SIGTERM");
    }
    expect(await program.ended()).toBe(0);
    const [, names = ""] = /^loaded: (.*)$/m.exec(program.output) ?? [];
    return ours.filter((name) => names.split(" ").includes(name));
  }

  const TO_SERVE = ["commander", "http-proxy", "pino", "yaml"];
  const METRICS = "observability: {metrics: {enabled: true, token: another-token}}";
  const SOCKS = ", proxy: {protocol: socks, address: 127.0.0.1:9}";

  it.each<[what: string, command: string, more: string, upstream: string, packages: readonly string[]]>([
    ["check", "check", `${METRICS}\ninbound_tls: {}`, SOCKS, ["commander", "yaml"]],
    ["serve", "serve", "", "", TO_SERVE],
    // prom-client itself loads the API of OpenTelemetry.
    ["serve with metrics", "serve", METRICS, "", [...TO_SERVE, "@opentelemetry/api", "prom-client"]],
    ["serve that makes a certificate", "serve", "inbound_tls: {}", "", [...TO_SERVE, "selfsigned"]],
    ["serve with a SOCKS proxy, before the first request", "serve", "", SOCKS, [...TO_SERVE, "socks"]],
  ])("%s", async (_what, command, more, upstream, packages) => {
    expect(await loadedBy(command, more, upstream)).toEqual(packages.toSorted());
  });
});
