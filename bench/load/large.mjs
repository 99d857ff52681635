// W5: measures how much memory grows while 64 MB go down to a slow client, then 64 MB up to a slow upstream.

import { connect } from "node:net";
import { peakBytes, resetPeak, residentBytes } from "../memory.mjs";
import { LARGE_BYTES } from "../mock.mjs";
import { answerCounter, open, requestTo } from "./connection.mjs";

const WARM_REQUESTS = 500;
const SLOW_READ_BYTES = 512 * 1024;
const SLOW_READ_MS = 10;
const MIB = 1024 * 1024;

/** @param {import("./main.mjs").Settings} settings */
export async function large(settings) {
  await warm(settings);
  return { down: await growth(settings.pid, () => down(settings)), up: await growth(settings.pid, () => up(settings)) };
}

/** @param {number} pid @param {() => Promise<void>} work */
async function growth(pid, work) {
  resetPeak(pid);
  const before = residentBytes(pid);
  await work();
  return (peakBytes(pid) - before) / MIB;
}

/** @param {import("./main.mjs").Settings} settings */
async function warm(settings) {
  const request = requestTo(settings, "POST", "json", "{}");
  let answered = (/** @type {unknown} */ _nothing) => {};
  const socket = await open(
    settings.port,
    answerCounter(() => answered(undefined)),
  );
  for (let i = 0; i < WARM_REQUESTS; i++) {
    await new Promise((resolve) => {
      answered = resolve;
      socket.write(request);
    });
  }
  socket.destroy();
}

/** @param {import("./main.mjs").Settings} settings @returns {Promise<void>} */
function down(settings) {
  return new Promise((resolve, reject) => {
    let received = 0;
    let allowance = SLOW_READ_BYTES;
    const socket = connect(settings.port, "127.0.0.1", () => socket.write(requestTo(settings, "GET", "down")));
    const timer = setInterval(() => {
      allowance = SLOW_READ_BYTES;
      socket.resume();
    }, SLOW_READ_MS);
    socket.on("data", (chunk) => {
      received += chunk.length;
      allowance -= chunk.length;
      if (allowance <= 0) socket.pause();
      if (received > LARGE_BYTES) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearInterval(timer);
      if (received > LARGE_BYTES) resolve();
      else reject(new Error(`the body was cut at ${received} bytes`));
    });
  });
}

/** @param {import("./main.mjs").Settings} settings @returns {Promise<void>} */
async function up(settings) {
  let answered = () => {};
  const answer = new Promise((resolve) => {
    answered = () => resolve(undefined);
  });
  const socket = await open(settings.port, answerCounter(answered), 4096);
  socket.write(requestTo(settings, "POST", "up", "", LARGE_BYTES));
  const block = Buffer.alloc(64 * 1024, "x");
  for (let sent = 0; sent < LARGE_BYTES; sent += block.length) {
    if (!socket.write(block)) await new Promise((resolve) => socket.once("drain", resolve));
  }
  await answer;
  socket.destroy();
}
