// Tests the demo and `npm run try` as processes. They are built from the current sources, in a temporary folder.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { speak } from "../../src/mock/speech.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "ai-gw-lite-"));
  await promisify(execFile)(process.execPath, [join(ROOT, "scripts/build.mjs"), join(home, "dist")]);
  for (const part of ["bin", "prices", "schema", "scripts", "package.json"]) {
    await cp(join(ROOT, part), join(home, part), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(home, "node_modules"));
}, 120_000);
afterAll(() => rm(home, { recursive: true }));

const node = (...args: string[]): ChildProcess => spawn(process.execPath, args, { cwd: home });
const demo = (...args: string[]) => node("bin/ai-gw-lite.js", "demo", ...args);
/** Waits for the end. @returns the exit code or the signal, and all output */
async function ending(child: ChildProcess) {
  const [out, err, [code, signal]] = await Promise.all([
    child.stdout ? text(child.stdout) : "",
    child.stderr ? text(child.stderr) : "",
    once(child, "exit"),
  ]);
  return { out, err, code: code ?? signal };
}

async function pageOf(child: ChildProcess): Promise<string> {
  let page = "";
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    page += chunk;
    if (page.includes("Ctrl-C ends both.")) return page;
  }
  throw new Error(`the demo ended early: ${page}`);
}

describe("demo", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("ends with 0 at %s, at once when no request is running", async (signal) => {
    const child = demo("--port", "0");
    await pageOf(child);
    const ended = ending(child);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0 });
  });

  it("lets a running stream finish", async () => {
    const child = demo("--port", "0");
    const page = await pageOf(child);
    const fact = (name: string) => new RegExp(`^ *${name} +(\\S+)`, "m").exec(page)?.[1] ?? "";
    const messages = [{ role: "user", content: "Hello" }];
    const res = await fetch(`${fact("gateway")}/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${fact("token")}`, "x-mock-pace-ms": "10" },
      body: JSON.stringify({ model: "mock-1", stream: true, messages }),
    });
    const ended = ending(child);
    child.kill("SIGINT");
    expect(await res.text()).toContain("data: [DONE]");
    expect(await ended).toMatchObject({ code: 0 });
  });

  it.each(["x", "-1", "65536", "1.5"])("--port %s is wrong usage", async (port) => {
    const ended = await ending(demo(`--port=${port}`));
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.err).toContain("port");
  });
});

describe("npm run try", () => {
  const words = speak("What is a gateway for?").pieces;
  const contents = (out: string) =>
    [...out.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? "").choices[0].delta.content);

  it("shows the whole stream and ends with 0, without a terminal", async () => {
    const { code, out, err } = await ending(node("scripts/try.mjs"));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(contents(out)).toEqual(["", ...words, undefined]);
    expect(out).toContain("data: [DONE]");
  });

  it("does the same without curl", async () => {
    const child = spawn(process.execPath, ["scripts/try.mjs", "--once"], { cwd: home, env: { PATH: "" } });
    const { code, out, err } = await ending(child);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(contents(out)).toEqual(["", ...words, undefined]);
  });

  it("ends with 1 and says why when the demo can't start", async () => {
    await rm(join(home, "dist/ai-gw-lite.cjs"));
    const { code, err } = await ending(node("scripts/try.mjs", "--once"));
    expect(code).toBe(1);
    expect(err).toContain("the demo ended with exit code 2");
    expect(err).toContain("this checkout is not built yet. Run: npm ci && npm run build");
  });
});
