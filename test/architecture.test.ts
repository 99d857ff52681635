import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const SRC = join(ROOT, "src");

/** Who may import whom: bin -> cli -> compiler -> plan <- runtime <- cli; the mock and the page stand alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  plan: ["plan"],
  compiler: ["compiler", "plan"],
  runtime: ["runtime", "plan"],
  mock: ["mock"],
  ui: ["ui"],
  cli: ["cli", "compiler", "runtime", "plan", "mock"],
};

/** A package, and the one file or folder that may import it. */
const DOORS: Readonly<Record<string, string>> = {
  yaml: "compiler/read/",
  "get-east-asian-width": "compiler/diagnostics/printable.ts",
  ajv: "compiler/schema/validate.ts",
  "http-proxy": "runtime/upstream/http-proxy.ts",
  bottleneck: "runtime/limits/upstream-gate.ts",
  pino: "runtime/observe/logs/log.ts",
  "prom-client": "runtime/observe/metrics/prometheus.ts",
  "@opentelemetry": "runtime/observe/traces/tracing.ts",
  commander: "cli/main.ts",
  uplot: "ui/charts/time-chart.ts",
  socks: "runtime/upstream/connections/proxies/socks.ts",
  selfsigned: "cli/tls/self-signed.ts",
};

function isDoor(door: string, path: string): boolean {
  return door.endsWith("/") ? path.startsWith(door) : path === door;
}

/** The folders of the compiler, lowest first: each imports only from itself, from those before it, and from leaves. */
const COMPILER_FOLDERS: readonly string[] = ["diagnostics", "read", "schema", "excerpts", "lower", "rules"];
const COMPILER_LEAVES: readonly string[] = ["bounds.ts", "compiler-host.ts"];

/** Sockets, processes and files are no business of the vocabulary or the compiler. */
const PURE = ["plan", "compiler"];
const IMPURE = /^node:(fs|net|tls|http|https|dns|child_process|process|worker_threads|cluster)/;

const BANNED = /(^|\/)(utils?|helpers?|common|misc|manager|service)(\.ts)?(\/|$)/;
const MAX_LINES = 300;

interface SourceFile {
  readonly path: string;
  readonly house: string;
  readonly text: string;
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[];
}

const files: SourceFile[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(SRC, path), "utf8");
    return { path, house: path.split("/")[0] ?? "", text, imports: importsOf(text) };
  });

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

/** The text without its comments. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ""));
}

function houseOf(file: SourceFile, from: string): string | undefined {
  if (!from.startsWith(".")) return undefined;
  return relative(SRC, resolve(SRC, dirname(file.path), from)).split("/")[0];
}

describe("the architecture", () => {
  it("has files to look at in every house", () => {
    expect(new Set(files.map(({ house }) => house))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  });

  it("lets imports run one way", () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .map(({ from }) => houseOf(file, from))
        .filter((house) => house !== undefined && !MAY_IMPORT[file.house]?.includes(house))
        .map((house) => `${file.path} imports ${house}`),
    );
    expect(wrong).toEqual([]);
  });

  it("lets the folders of the compiler import only downwards", () => {
    const floor = (path: string): number => COMPILER_FOLDERS.indexOf(path.split("/")[1] ?? "");
    const wrong = files
      .filter(({ path }) => path.startsWith("compiler/") && path !== "compiler/index.ts")
      .flatMap((file) =>
        file.imports
          .map(({ from }) => (from.startsWith(".") ? relative(SRC, resolve(SRC, dirname(file.path), from)) : ""))
          .filter((path) => path.startsWith("compiler/") && !COMPILER_LEAVES.includes(path.slice("compiler/".length)))
          .filter((path) => floor(path) === -1 || floor(path) > floor(file.path))
          .map((path) => `${file.path} imports ${path}`),
      );
    expect(wrong).toEqual([]);
  });

  it("has one door for each package", () => {
    const uses = files.flatMap((file) =>
      file.imports
        .map(({ from }) => Object.keys(DOORS).find((name) => from === name || from.startsWith(`${name}/`)))
        .filter((name) => name !== undefined && !isDoor(DOORS[name] ?? "", file.path))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(uses).toEqual([]);
  });

  it("keeps the vocabulary and the compiler pure", () => {
    const wrong = files
      .filter(({ house }) => PURE.includes(house))
      .flatMap((file) => [
        ...file.imports
          .filter(({ from, typeOnly }) => IMPURE.test(from) && !typeOnly)
          .map(({ from }) => `${file.path}: ${from}`),
        ...(/\bprocess\./.test(codeOf(file.text)) && !file.path.endsWith(".generated.ts")
          ? [`${file.path}: process`]
          : []),
      ]);
    expect(wrong).toEqual([]);
  });

  it("touches the process only in the command line", () => {
    const wrong = files
      .filter(({ house, path }) => house !== "cli" && !path.endsWith(".generated.ts"))
      .filter(({ text }) => /\bprocess\.(?!nextTick\b)/.test(codeOf(text)))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("names its files for what they hold, and keeps them small", () => {
    const generated = (path: string) => path.endsWith(".generated.ts");
    expect(files.map(({ path }) => path).filter((path) => BANNED.test(path))).toEqual([]);
    const long = files.filter(({ path, text }) => !generated(path) && text.split("\n").length > MAX_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("opens every file with the question it answers", () => {
    const mute = files.filter(({ path, text }) => !path.endsWith(".generated.ts") && !text.startsWith("//"));
    expect(mute.map(({ path }) => path)).toEqual([]);
  });
});
