// Checks what a user gets who installs the package: npm packs it and installs it into an empty folder, and everything runs there.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Program, START_MS } from "../support/program.ts";
import { emptyFolder, installGlobally, lockOf, type Machine, type Packed, pack, ROOT } from "./installation.ts";

const TOKEN = "a-token-of-the-package-test";
const METRICS_TOKEN = "a-metrics-token-of-the-test";

let packed: Packed;
let machine: Machine;
let upstream: Server;
const { home, remove } = emptyFolder();
const running: Program[] = [];

beforeAll(async () => {
  packed = await pack(home);
  machine = await installGlobally(packed.tarball, home);
  upstream = createServer((req, res) => res.end(`the upstream saw ${req.url}`)).listen(0, "127.0.0.1");
}, 180_000);
afterEach(async () => {
  for (const program of running.splice(0)) await program.close();
});
afterAll(() => {
  upstream?.close();
  remove();
});

const env = (name: string): string => `\${${name}}`;

function config(more = "", prefix = "/up"): string {
  const file = join(machine.cwd, "config.yaml");
  const base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  writeFileSync(
    file,
    `listen: 127.0.0.1:0
gateway_auth: {tokens: ["${env("TOKEN")}"]}
routes: [{id: up, prefix: ${prefix}, upstream: {base_url: "${base}"}}]
${more}`,
  );
  return file;
}

/** Starts the command. It is ended after the test. */
function start(...args: string[]): Program {
  const program = machine.start(args, { TOKEN, METRICS_TOKEN });
  running.push(program);
  return program;
}

async function serve(file: string): Promise<{ readonly program: Program; readonly port: number }> {
  const program = start("serve", "--config", file);
  const [, port] = await program.until(/"address":"127\.0\.0\.1:(\d+)"[^\n]*"listening"/, START_MS);
  return { program, port: Number(port) };
}

const ask = (url: string, token = TOKEN) => fetch(url, { headers: { authorization: `Bearer ${token}` } });

describe("the package", () => {
  it("holds the program, its page, its config samples and its READMEs, and nothing else", () => {
    const known =
      /^(package\.json|npm-shrinkwrap\.json|README(\.zh-CN)?\.md|bin\/ai-gw-lite\.js|schema\/.*\.json|prices\/(table\.json|LICENSE\.txt|README\.md)|config\/[\w.-]+|dist\/ai-gw-lite\.cjs|dist\/[\w-]+\.LICENSE\.txt|dist\/ui\/[\w.]+)$/;
    expect(packed.files.filter((file) => !known.test(file))).toEqual([]);
    expect(packed.files).not.toContain("dist/stale.js");
    expect(packed.files).toEqual(
      expect.arrayContaining([
        "config/default.yaml",
        "config/ai-gw-lite.service",
        "dist/ai-gw-lite.cjs",
        "dist/ui/app.js",
        "prices/LICENSE.txt",
        "prices/table.json",
      ]),
    );
  });

  it("is small", () => {
    expect(packed.size).toBeLessThan(540_000);
    expect(packed.unpackedSize).toBeLessThan(2_200_000);
  });

  it("pins the versions that were tested, and names no registry to get them from", () => {
    const { packages } = lockOf(machine.folder);
    const manifest = JSON.parse(readFileSync(join(machine.folder, "package.json"), "utf8")) as { dependencies: object };
    for (const name of Object.keys(manifest.dependencies)) expect(packages).toHaveProperty([`node_modules/${name}`]);
    const unwanted = Object.entries(packages).filter(
      ([, { dev, resolved, hasInstallScript }]) => dev === true || resolved !== undefined || hasInstallScript === true,
    );
    expect(unwanted).toEqual([]);
    // Outside of a checkout npm ignores our override of protobufjs. Its script only compares versions, and npm does not run it.
    const warnings = machine.said.split("\n").filter((line) => /warn/i.test(line) && /\w+@\d/.test(line));
    expect(warnings.filter((line) => !line.includes("protobufjs@"))).toEqual([]);
  });

  it("passes the checks of publint", async () => {
    const { messages, pkg } = await publint({ pack: { tarball: readFileSync(packed.tarball).buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    expect(pkg).toMatchObject({
      description: expect.stringMatching(/gateway/),
      keywords: expect.arrayContaining(["llm-gateway"]),
    });
  });
});

describe("the installed command", () => {
  it("runs check, explain, schema and --version", async () => {
    const dev = ["--config", join(machine.folder, "config/dev.yaml")];
    const keys = { GATEWAY_TOKEN: TOKEN, OPENAI_API_KEY: "sk-a", ANTHROPIC_API_KEY: "sk-b", GEMINI_API_KEY: "sk-c" };
    const checked = machine.start(["check", ...dev], keys);
    expect([await checked.ended(), checked.output]).toEqual([0, expect.stringMatching(/^ok: 3 routes/)]);
    const request = ["--method", "POST", "--path", "/openai/v1/chat/completions"];
    const shown = ["--header", `authorization: Bearer ${TOKEN}`, "--format", "json"];
    const explaining = machine.start(["explain", ...dev, ...request, ...shown], keys);
    expect(await explaining.ended()).toBe(0);
    const explained = explaining.output;
    expect(JSON.parse(explained)).toMatchObject({
      route: "openai",
      upstream: { url: "https://api.openai.com/v1/chat/completions" },
    });
    expect(await machine.cli("schema")).toBe(readFileSync(join(ROOT, "schema/config.schema.json"), "utf8"));
    expect(await machine.cli("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("serves a request, and reloads at SIGHUP", async () => {
    const { program, port } = await serve(config());
    expect(await (await ask(`http://127.0.0.1:${port}/up/a`)).text()).toBe("the upstream saw /a");
    expect((await fetch(`http://127.0.0.1:${port}/up/a`)).status).toBe(401);
    config("", "/other");
    program.signal("SIGHUP");
    await program.until(/reloaded/);
    expect(await (await ask(`http://127.0.0.1:${port}/other/b`)).text()).toBe("the upstream saw /b");
    program.signal("SIGTERM");
    expect(await program.ended()).toBe(0);
  });

  it("shows the dashboard with all its files, and the metrics", async () => {
    const { port } = await serve(config(`observability: {metrics: {enabled: true, token: "${env("METRICS_TOKEN")}"}}`));
    const page = `http://127.0.0.1:${port}/metrics/ui`;
    const html = await (await fetch(page)).text();
    const assets = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address]) => new URL(address ?? "", page));
    expect(assets.map(({ pathname }) => pathname.split(".").pop()).sort()).toEqual(["css", "js", "svg"]);
    for (const asset of assets) expect([asset.pathname, (await fetch(asset)).status]).toEqual([asset.pathname, 200]);
    expect(await (await ask(`http://127.0.0.1:${port}/metrics`, METRICS_TOKEN)).text()).toContain(
      "process_cpu_seconds_total",
    );
    expect(await (await ask(`http://127.0.0.1:${port}/metrics/summary`, METRICS_TOKEN)).json()).toMatchObject({});
  });

  it.each([
    ["a queue", "concurrency: {downstream_max_inflight: 5, queue: {max_waiting: 5}}"],
    ["its own certificate", "inbound_tls: {}"],
    ["traces over gRPC", 'observability: {tracing: {enabled: true, otlp: {endpoint: "http://127.0.0.1:9"}}}'],
    [
      "traces over HTTP",
      'observability: {tracing: {enabled: true, otlp: {endpoint: "http://127.0.0.1:9", protocol: http}}}',
    ],
    ["a log file as text", "observability: {logging: {to_stdout: true, file: {dir: logs}}}"],
    ["a config test", "tests: [{name: a, request: {method: GET, path: /nowhere}, expect: {status: 404}}]"],
  ])("finds what only %s needs", async (_what, more) => {
    const file = config(more);
    await start("check", "--config", file).until(/0 errors|ok/);
    const { program } = await serve(file);
    program.signal("SIGTERM");
    expect(await program.ended()).toBe(0);
  });

  it("finds what only a SOCKS proxy and an upstream queue need", async () => {
    const file = config("concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 5}}");
    const text = readFileSync(file, "utf8");
    const proxied = text.replace(
      "upstream: {",
      `upstream: {proxy: {protocol: socks, address: 127.0.0.1:9}, inject_headers: [{name: x-api-key, value: "${env("TOKEN")}"}], `,
    );
    writeFileSync(file, proxied);
    const { port } = await serve(file);
    const answers = await Promise.all([1, 2, 3].map(() => ask(`http://127.0.0.1:${port}/up/a`)));
    expect(answers.map(({ status }) => status)).toEqual([502, 502, 502]);
  });

  it("runs the demo, which streams a chat", async () => {
    const program = start("demo", "--port", "0");
    await program.until(/Ctrl-C/, START_MS);
    const fact = (name: string): string => new RegExp(`^ *${name} +(\\S+)`, "m").exec(program.output)?.[1] ?? "";
    const res = await fetch(`${fact("gateway")}/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${fact("token")}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "mock-1", stream: true, messages: [{ role: "user", content: "Hello" }] }),
    });
    expect(await res.text()).toContain("data: [DONE]");
  });

  it("sets up the service below another root, and a dry run writes nothing", async () => {
    const unit = join(machine.root, "etc/systemd/system/ai-gw-lite.service");
    expect(await machine.cli("--install", "--dry-run", "--root", machine.root)).toContain("ai-gw-lite.service");
    expect(existsSync(unit)).toBe(false);
    await machine.cli("--install", "--root", machine.root);
    const command = /^ExecStart=(.*)$/m.exec(readFileSync(unit, "utf8"))?.[1]?.split(" ") ?? [];
    const cli = command.find((word) => word.endsWith("ai-gw-lite.js")) ?? "";
    // The unit names the path with or without the other root.
    expect([cli, join(machine.root, cli)].some((path) => existsSync(path))).toBe(true);
    const env = readFileSync(join(machine.root, "etc/ai_gw_lite/env"), "utf8");
    const [, token = ""] = /^GATEWAY_TOKEN=(.+)$/m.exec(env) ?? [];
    const made = machine.start(["check", "--config", join(machine.root, "etc/ai_gw_lite/conf.yaml")], {
      GATEWAY_TOKEN: token,
    });
    expect(await made.ended()).toBe(0);
  });
});
