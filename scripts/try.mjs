// Runs `npm run try`: starts the demo on a free port and streams a chat through it.
// With `--once`, or without a terminal, it ends after the stream. The exit code is 0 if the stream was complete.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const READY_WITHIN_MS = 15_000;
const CLI = fileURLToPath(new URL("../bin/ai-gw-lite.js", import.meta.url));
const keepsRunning = process.stdin.isTTY && process.stdout.isTTY && !process.argv.includes("--once");

const demo = spawn(process.execPath, [CLI, "demo", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
const exited = once(demo, "exit");
process.on("exit", () => demo.kill());
// This process ends after the demo. Ctrl-C also sends SIGINT to the demo directly, and a second SIGINT would end it at once. So the
// demo gets SIGTERM from here.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => demo.kill("SIGTERM"));

const { url, token, page } = await readyDemo();
const complete = await showStream();
if (keepsRunning) {
  process.stdout.write(page);
  demo.stdout.pipe(process.stdout);
  demo.stderr.pipe(process.stderr);
} else {
  demo.kill("SIGINT");
}
const [code] = await exited;
process.exitCode = complete && code === 0 ? 0 : 1;

/** Waits until the demo is ready. @returns its page, and the URL and token that the page contains */
async function readyDemo() {
  let page = "";
  let errors = "";
  demo.stdout.setEncoding("utf8");
  const ready = new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the demo ${why}\n${errors}`));
    const timer = setTimeout(() => fail(`was not ready after ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    demo.stderr.on("data", (text) => {
      errors += text;
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

/** Shows a streaming chat through the gateway as it arrives. @returns whether the stream was complete */
async function showStream() {
  const at = `${url}/openai/v1/chat/completions`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const content = "What is a gateway for?";
  const body = JSON.stringify({ model: "mock-1", stream: true, messages: [{ role: "user", content }] });
  console.log(`$ curl -N ${at} …\n`);
  return (await curl(at, headers, body)) ?? (await fetchInstead(at, headers, body));
}

/** @returns whether curl succeeded; undefined when curl is not installed */
async function curl(at, headers, body) {
  const fields = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  // A proxy from the environment must not be used for a connection to this machine.
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
