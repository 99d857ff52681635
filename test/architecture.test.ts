// Checks the structure of the sources: who imports whom, where packages and the process are used, how files are named.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const SRC = join(ROOT, "src");

/** Which package of ours may import which. The mock provider and the page import nothing of ours. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  plan: ["plan"],
  prices: ["prices", "plan"],
  compiler: ["compiler", "prices", "plan"],
  runtime: ["runtime", "prices", "plan"],
  mock: ["mock"],
  ui: ["ui"],
  cli: ["cli", "compiler", "runtime", "plan", "mock"],
};

/** The folders of a package, lowest first: each imports only itself and those before it. "." is the package's own folder. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  compiler: ["diagnostics", "read", "schema", "excerpts", "lower", "rules", "."],
  runtime: [
    "body",
    "headers",
    "model",
    "usage/ask",
    "usage",
    "replies",
    "limits",
    "endpoints",
    "exchange",
    "metering",
    "guards",
    "upstream/connections",
    "upstream",
    "downstream",
    "observe",
    "workers",
    ".",
    "dry",
  ],
};

/** Files of a package's own folder that import nothing of the package, so every folder may import them. */
const LEAVES: readonly string[] = [
  "compiler/bounds.ts",
  "compiler/compiler-host.ts",
  "runtime/clock.ts",
  "runtime/iso-time.ts",
  "runtime/decode.ts",
  "runtime/within.ts",
];

/** Each third-party package, and the one file or folder that may import it. */
const ENTRY_POINTS: Readonly<Record<string, string>> = {
  yaml: "compiler/read/",
  ws: "mock/sockets/web-sockets.ts",
  ajv: "compiler/schema/validate.ts",
  "get-east-asian-width": "compiler/diagnostics/printable.ts",
  "http-proxy": "runtime/upstream/http-proxy.ts",
  bottleneck: "runtime/limits/slot-queue.ts",
  ioredis: "runtime/limits/redis/connection/",
  pino: "runtime/observe/logs/log.ts",
  "prom-client": "runtime/observe/metrics/prometheus.ts",
  "@opentelemetry": "runtime/observe/traces/tracing.ts",
  commander: "cli/main.ts",
  uplot: "ui/charts/time-chart.ts",
  socks: "runtime/upstream/connections/proxies/socks.ts",
  selfsigned: "cli/tls/self-signed.ts",
};

/** These packages use no sockets, processes or files. */
const PURE = ["plan", "compiler"];
const IMPURE = /^node:(fs|net|tls|http|https|dns|child_process|process|worker_threads|cluster)/;

/** The two parts of `node:net` that only look at texts. */
function isPureNet(from: string, text: string): boolean {
  return from === "node:net" && text.includes('import { BlockList, isIP } from "node:net";');
}

const BANNED_NAMES = /(^|\/)(utils?|helpers?|common|misc|manager|service)(\.ts)?(\/|$)/;
const MAX_LINES = 300;

interface SourceFile {
  /** Below `src`. */
  readonly path: string;
  readonly package: string;
  readonly text: string;
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[];
}

const files: SourceFile[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(SRC, path), "utf8");
    return { path, package: packageOf(path), text, imports: importsOf(text) };
  });

function packageOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function importsOf(text: string): SourceFile["imports"] {
  const found = [...text.matchAll(/^(?:import|export)(\s+type)?\s[^;]*?from\s+"([^"]+)"/gms)].map((match) => ({
    from: match[2] ?? "",
    typeOnly: match[1] !== undefined,
  }));
  const called = [...text.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)].map((match) => ({
    from: match[1] ?? "",
    typeOnly: false,
  }));
  return [...found, ...called];
}

/** The files of ours that a file imports, types included, as paths below `src`. */
function ownImports(file: SourceFile): string[] {
  return file.imports
    .filter(({ from }) => from.startsWith("."))
    .map(({ from }) => relative(SRC, resolve(SRC, dirname(file.path), from)));
}

/** The text without its comments. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ""));
}

const isGenerated = (path: string): boolean => path.endsWith(".generated.ts");

describe("the architecture", () => {
  it("has files in every package", () => {
    expect(new Set(files.map((file) => file.package))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  });

  it("lets imports between packages run one way", () => {
    const wrong = files.flatMap((file) =>
      ownImports(file)
        .filter((to) => !MAY_IMPORT[file.package]?.includes(packageOf(to)))
        .map((to) => `${file.path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(FOLDERS))("lets imports between the folders of %s run one way", (name, folders) => {
    const inPackage = (path: string): string => path.slice(name.length + 1);
    const levelOf = (path: string): number =>
      folders.indexOf(folders.find((folder) => inPackage(path).startsWith(`${folder}/`)) ?? ".");
    const own = files.filter((file) => file.package === name);
    expect(folders.filter((_, level) => !own.some(({ path }) => levelOf(path) === level))).toEqual([]);
    const wrong = own.flatMap((file) =>
      ownImports(file)
        .filter((to) => packageOf(to) === name && !LEAVES.includes(to) && levelOf(to) > levelOf(file.path))
        .map((to) => `${file.path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has leaves that import nothing of their package", () => {
    const leaves = files.filter(({ path }) => LEAVES.includes(path));
    expect(leaves).toHaveLength(LEAVES.length);
    expect(leaves.flatMap((file) => ownImports(file).filter((to) => packageOf(to) === file.package))).toEqual([]);
  });

  it("has no circle of imports between files, types included", () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) return void circles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      if (done.has(path)) return;
      const file = byPath.get(path);
      for (const to of file === undefined ? [] : ownImports(file)) visit(to, [...trail, path]);
      done.add(path);
    };
    for (const { path } of files) visit(path, []);
    expect(circles).toEqual([]);
  });

  it("imports each third-party package in one place", () => {
    const isEntryPoint = (entry: string, path: string): boolean =>
      entry.endsWith("/") ? path.startsWith(entry) : path === entry;
    const wrong = files.flatMap((file) =>
      file.imports
        .map(({ from }) => Object.keys(ENTRY_POINTS).find((name) => from === name || from.startsWith(`${name}/`)))
        .filter((name) => name !== undefined && !isEntryPoint(ENTRY_POINTS[name] ?? "", file.path))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps the blueprint and the compiler pure", () => {
    const wrong = files
      .filter((file) => PURE.includes(file.package))
      .flatMap((file) => [
        ...file.imports
          .filter(({ from, typeOnly }) => IMPURE.test(from) && !typeOnly && !isPureNet(from, file.text))
          .map(({ from }) => `${file.path}: ${from}`),
        ...(/\bprocess\./.test(codeOf(file.text)) && !isGenerated(file.path) ? [`${file.path}: process`] : []),
      ]);
    expect(wrong).toEqual([]);
  });

  it("uses the process only in the command line", () => {
    const wrong = files
      .filter((file) => file.package !== "cli" && !isGenerated(file.path))
      .filter(({ text }) => /\bprocess\.(?!nextTick\b)/.test(codeOf(text)))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("names its files for what they hold, and keeps them short", () => {
    expect(files.map(({ path }) => path).filter((path) => BANNED_NAMES.test(path))).toEqual([]);
    const long = files.filter(({ path, text }) => !isGenerated(path) && text.split("\n").length > MAX_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("opens every file with a comment that says what the file does", () => {
    const mute = files.filter(({ path, text }) => !isGenerated(path) && !text.startsWith("//"));
    expect(mute.map(({ path }) => path)).toEqual([]);
  });

  it("holds for tests, too: files are named for what they hold, and the first line says what", () => {
    const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".ts"),
    );
    expect(tests.filter((path) => BANNED_NAMES.test(path))).toEqual([]);
    expect(tests.filter((path) => !readFileSync(join(ROOT, "test", path), "utf8").startsWith("//"))).toEqual([]);
  });
});
