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

/** A package, and the one file that may import it. */
const DOORS: Readonly<Record<string, string>> = {
  yaml: "compiler/read/parse.ts",
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

/** The folders of the runtime, bottom first. Each imports only itself and those before it. */
const RUNTIME_FLOORS = [
  "headers",
  "replies",
  "limits",
  "endpoints",
  "exchange",
  "guards",
  "upstream/connections",
  "upstream",
  "downstream",
  "observe",
  ".",
  "dry",
];

/** Files of the runtime's own folder that import nothing, so every folder may import them. */
const RUNTIME_LEAVES = ["clock.ts", "within.ts"];

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

  it("lets imports inside the runtime run one way", () => {
    const inRuntime = (path: string) => path.slice("runtime/".length);
    const floorOf = (path: string) =>
      RUNTIME_FLOORS.indexOf(RUNTIME_FLOORS.find((folder) => inRuntime(path).startsWith(`${folder}/`)) ?? ".");
    const wrong = files
      .filter(({ house }) => house === "runtime")
      .flatMap((file) =>
        file.imports
          .filter(({ from }) => from.startsWith(".") && houseOf(file, from) === "runtime")
          .map(({ from }) => relative(SRC, resolve(SRC, dirname(file.path), from)))
          .filter((to) => !RUNTIME_LEAVES.includes(inRuntime(to)) && floorOf(to) > floorOf(file.path))
          .map((to) => `${file.path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it("has one door for each package", () => {
    const uses = files.flatMap((file) =>
      file.imports
        .map(({ from }) => Object.keys(DOORS).find((name) => from === name || from.startsWith(`${name}/`)))
        .filter((name) => name !== undefined && DOORS[name] !== file.path)
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
