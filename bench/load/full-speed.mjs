// W5, CPU: measures what 64 MB down to a client and 64 MB up to an upstream cost when nobody is slow.

import { cpuMicros } from "../cpu.mjs";
import { LARGE_BYTES } from "../mock.mjs";
import { answerCounter, open, requestTo } from "./connection.mjs";

/** Each way, after one that is not counted. */
const TIMES = 3;
const BUFFER_BYTES = 256 * 1024;
const BLOCK = Buffer.alloc(BUFFER_BYTES, "x");

/** @param {import("./main.mjs").Settings} settings */
export async function fullSpeed(settings) {
  const cpuDown = await cost(settings.pid, () => down(settings));
  return { cpuDown, cpuUp: await cost(settings.pid, () => up(settings)) };
}

/** The CPU of the proxy for one body, in ms. @param {number} pid @param {() => Promise<void>} work */
async function cost(pid, work) {
  await work();
  const before = cpuMicros(pid);
  for (let i = 0; i < TIMES; i++) await work();
  return (cpuMicros(pid) - before) / TIMES / 1000;
}

/** @param {import("./main.mjs").Settings} settings */
async function down(settings) {
  let received = 0;
  let ended = () => {};
  const whole = new Promise((resolve) => {
    ended = () => resolve(undefined);
  });
  const socket = await open(
    settings.port,
    (bytes) => {
      received += bytes.length;
      if (received > LARGE_BYTES) ended();
    },
    BUFFER_BYTES,
  );
  const closed = new Promise((_, reject) => {
    socket.once("close", () => reject(new Error(`the body was cut at ${received} bytes`)));
  });
  socket.write(requestTo(settings, "GET", "down"));
  await Promise.race([whole, closed]);
  socket.destroy();
}

/** @param {import("./main.mjs").Settings} settings */
async function up(settings) {
  let answered = () => {};
  const answer = new Promise((resolve) => {
    answered = () => resolve(undefined);
  });
  const socket = await open(settings.port, answerCounter(answered), 4096);
  socket.write(requestTo(settings, "POST", "take", "", LARGE_BYTES));
  for (let sent = 0; sent < LARGE_BYTES; sent += BLOCK.length) {
    if (!socket.write(BLOCK)) await new Promise((resolve) => socket.once("drain", resolve));
  }
  await answer;
  socket.destroy();
}
