// Shows what clients see while the first of two upstreams is down, and how soon it is used again.
// `node bench/outage.mjs --help` lists the options. It takes about five minutes, and stops what it started.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SickUpstream } from "./outage/sick-upstream.mjs";
import { SteadyLoad } from "./outage/steady-load.mjs";
import { freePort, PROXY_CORE, start, stop, untilListening } from "./processes.mjs";
import { quantile } from "./statistics.mjs";
import { short, table } from "./table.mjs";
import { ROOT } from "./targets.mjs";

const HELP = `node bench/outage.mjs [options]
  --seconds N    length of the outage (60)
  --rate N       requests per second (50)
  --cooldown N   cooldown.ms (5000)
  --longest N    cooldown.max_ms (15000)
  --silence N    first_byte_timeout_ms (1000)
  --modes LIST   of refusing,hanging,busy`;

const TOKEN = "outage-token-0123456789";
const METRICS_TOKEN = "outage-metrics-token";
/** Before the outage, and after the first upstream is used again. */
const QUIET_MS = 2_000;

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "50" },
    cooldown: { type: "string", default: "5000" },
    longest: { type: "string", default: "15000" },
    silence: { type: "string", default: "1000" },
    modes: { type: "string", default: "refusing,hanging,busy" },
    help: { type: "boolean", default: false },
  },
});

/** @param {number} port @param {number} sick @param {number} well ports of the two upstreams */
function config(port, sick, well) {
  return `listen: 127.0.0.1:${port}
gateway_auth: {tokens: [${TOKEN}]}
observability:
  logging: {level: error}
  metrics: {enabled: true, token: ${METRICS_TOKEN}}
routes:
  - id: chat
    prefix: /chat
    upstream:
      request_timeout_ms: 600000
      first_byte_timeout_ms: ${options.silence}
      retry: {retry_on: [connect_error, first_byte_timeout, "503"]}
    upstreams:
      - {id: first, base_url: "http://127.0.0.1:${sick}"}
      - {id: second, base_url: "http://127.0.0.1:${well}"}
    cooldown: {ms: ${options.cooldown}, max_ms: ${options.longest}}
`;
}

/** How many attempts the first upstream has got, failed ones included. @param {number} port */
async function attemptsAtFirst(port) {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  });
  const samples = (await response.text()).matchAll(/^gateway_upstream_attempts_total\{([^}]*)\} (\d+)/gm);
  let sum = 0;
  for (const [, labels = "", count] of samples) if (labels.includes('upstream="first"')) sum += Number(count);
  return sum;
}

/**
 * Waits until the first upstream has answered again, but no longer than any cooling can last.
 * @param {SickUpstream} first @param {number} healedAt
 */
async function usedAgainMs(first, healedAt) {
  const giveUpAt = healedAt + Number(options.longest) + 10_000;
  while (first.answeredAt < healedAt && performance.now() < giveUpAt) await sleep(10);
  return first.answeredAt < healedAt ? Number.NaN : first.answeredAt - healedAt;
}

/**
 * One outage under load.
 * @param {import("./outage/sick-upstream.mjs").Mode} mode @param {string} dir
 */
async function outage(mode, dir) {
  const first = new SickUpstream();
  const second = new SickUpstream();
  await Promise.all([first.start(), second.start()]);
  const port = await freePort();
  const file = join(dir, `${mode}.yaml`);
  writeFileSync(file, config(port, first.port, second.port));
  const gateway = start(
    `gateway-${mode}`,
    [process.execPath, join(ROOT, "bin/ai-gw-lite.js"), "serve", "--config", file],
    {
      core: PROXY_CORE,
      dir,
    },
  );
  try {
    await untilListening(port, gateway);
    const load = new SteadyLoad({
      port,
      path: "/chat/v1/chat/completions",
      token: TOKEN,
      perSecond: Number(options.rate),
    });
    await sleep(QUIET_MS);
    const before = await attemptsAtFirst(port);
    const downAt = performance.now();
    await first.become(mode);
    await sleep(Number(options.seconds) * 1000);
    const asked = (await attemptsAtFirst(port)) - before;
    const healedAt = performance.now();
    await first.become("well");
    const again = await usedAgainMs(first, healedAt);
    await sleep(QUIET_MS);
    await load.stop();
    return figures(mode, load.calls, { downAt, healedAt, asked, again });
  } finally {
    await stop(gateway);
    await Promise.all([first.stop(), second.stop()]);
  }
}

/**
 * @param {string} mode @param {readonly import("./outage/steady-load.mjs").Call[]} calls
 * @param {{ downAt: number, healedAt: number, asked: number, again: number }} seen
 */
function figures(mode, calls, { downAt, healedAt, asked, again }) {
  const during = calls.filter(({ at }) => at >= downAt && at < healedAt);
  const times = during.map(({ ms }) => ms);
  return [
    mode,
    `${calls.length}`,
    `${calls.filter(({ status }) => status !== 200).length}`,
    `${during.length}`,
    `${asked}`,
    short(quantile(times, 0.5)),
    short(quantile(times, 0.99)),
    short(Math.max(...times)),
    short(again / 1000),
  ];
}

async function main() {
  if (options.help) return void console.log(HELP);
  const dir = mkdtempSync(join(tmpdir(), "outage-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const rows = [];
  for (const mode of options.modes.split(",")) {
    rows.push(await outage(/** @type {import("./outage/sick-upstream.mjs").Mode} */ (mode), dir));
  }
  const head = [
    "outage",
    "requests",
    "errors",
    "in it",
    "asked the sick",
    "p50 ms",
    "p99 ms",
    "max ms",
    "used again after s",
  ];
  console.log(`${options.seconds} s of outage at ${options.rate} requests/s\n${table(head, rows)}`);
}

await main();
process.exit(0);
