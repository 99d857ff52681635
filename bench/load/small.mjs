// W1: measures small requests on reused connections, 64 if nothing else is said: POST 1 KB, receive 1 KB of JSON.
// Each connection sends its next request when the response is complete.

import { setTimeout as sleep } from "node:timers/promises";
import { cpuMicros } from "../cpu.mjs";
import { histogram } from "../histogram.mjs";
import { MODEL } from "../mock.mjs";
import { quantile } from "../statistics.mjs";
import { answerCounter, open, requestTo } from "./connection.mjs";

const CONNECTIONS = 64;
const BODY = JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "x".repeat(1024 - 64) }] });

/** @param {import("./main.mjs").Settings & { warmMs: number, windowMs: number, connections?: number }} settings */
export async function small(settings) {
  const { port, pid, warmMs, windowMs, connections = CONNECTIONS } = settings;
  const request = requestTo(settings, "POST", "json", BODY);
  let answers = 0;
  let running = true;
  /** @type {number[]} */
  let latencies = [];
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      let sentAt = 0;
      const send = () => {
        sentAt = performance.now();
        socket.write(request);
      };
      const socket = await open(
        port,
        answerCounter(() => {
          answers += 1;
          latencies.push(performance.now() - sentAt);
          if (running) send();
        }),
        16 * 1024,
      );
      send();
      return socket;
    }),
  );
  await sleep(warmMs);
  latencies = [];
  const before = { answers, cpu: cpuMicros(pid), at: performance.now() };
  await sleep(windowMs);
  const after = { answers, cpu: cpuMicros(pid), at: performance.now() };
  running = false;
  for (const socket of sockets) socket.destroy();
  const count = after.answers - before.answers;
  if (count === 0) throw new Error("no response came while the window lasted");
  return {
    cpuPerRequest: (after.cpu - before.cpu) / count,
    perSecond: count / ((after.at - before.at) / 1000),
    /** With the warm-up. */
    allAnswers: answers,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    latencies: histogram(latencies),
  };
}
