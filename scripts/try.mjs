// What does a newcomer see first? `npm run try`: the demo on a free port, and a chat streaming through it.
// `--once`, or standard output that is no terminal: ends after the stream; exit code 0 when it came whole.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const READY_WITHIN_MS = 15_000;
const CLI = fileURLToPath(new URL("../bin/ai-gw-lite.js", import.meta.url));
const stays = process.stdin.isTTY && process.stdout.isTTY && !process.argv.includes("--once");

const demo = spawn(process.execPath, [CLI, "demo", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
const exited = once(demo, "exit");
process.on("exit", () => demo.kill());
// This process ends when the demo has. Ctrl-C reaches the demo by itself as well: it takes both signals for one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => demo.kill("SIGTERM"));

const { url, token, page } = await readyDemo();
const whole = await showStream();
if (stays) {
  process.stdout.write(page);
  demo.stdout.pipe(process.stdout);
  demo.stderr.pipe(process.stderr);
} else {
  demo.kill("SIGINT");
}
const [code] = await exited;
process.exitCode = whole && code === 0 ? 0 : 1;

/** The demo's page, and what it says about itself, once it is up. */
async function readyDemo() {
  let page = "";
  let complaint = "";
  demo.stdout.setEncoding("utf8");
  const ready = new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the demo ${why}\n${complaint}`));
    const timer = setTimeout(() => fail(`was not ready after ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    demo.stderr.on("data", (text) => {
      complaint += text;
    });
    demo.once("exit", (code) => fail(`ended with exit code ${code}`));
    demo.stdout.on("data", function collect(text) {
      page += text;
      if (!page.includes("Ctrl-C")) return;
      clearTimeout(timer);
      demo.stdout.off("data", collect);
      resolve();
    });
  });
  await ready.catch((err) => {
    console.error(err.message);
    process.exit(1);
  });
  const fact = (name) => new RegExp(`^ *${name} +(\\S+)`, "m").exec(page)?.[1] ?? "";
  return { url: fact("gateway"), token: fact("token"), page };
}

/** A streaming chat through the gateway, shown as it arrives; true when it came whole. */
async function showStream() {
  const at = `${url}/openai/v1/chat/completions`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const content = "What is a gateway for?";
  const body = JSON.stringify({ model: "mock-1", stream: true, messages: [{ role: "user", content }] });
  console.log(`$ curl -N ${at} …\n`);
  return (await curl(at, headers, body)) ?? (await fetchInstead(at, headers, body));
}

/** Nothing where there is no curl. */
async function curl(at, headers, body) {
  const fields = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  // A proxy of the environment has no business between this machine and itself.
  const args = ["-N", "-sS", "--fail", "--noproxy", "*", ...fields, "-d", body, at];
  const child = spawn("curl", args, { stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", (code) => resolve(code === 0));
  });
}

async function fetchInstead(at, headers, body) {
  try {
    const res = await fetch(at, { method: "POST", headers, body });
    for await (const chunk of res.body ?? []) process.stdout.write(chunk);
    return res.ok;
  } catch (err) {
    console.error(`the stream broke: ${err.message}`);
    return false;
  }
}
