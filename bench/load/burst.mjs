// W3: measures how many MB/s come through. One SSE stream of 200,000 events that are all available at once.

import { cpuMicros } from "../cpu.mjs";
import { BURST_EVENTS, EVENT_BYTES } from "../mock.mjs";
import { open, requestTo, STREAM_REQUEST } from "./connection.mjs";

const LAST_CHUNK = "0\r\n\r\n";

/** @param {import("./main.mjs").Settings} settings */
export async function burst(settings) {
  const { port, pid } = settings;
  let received = 0;
  let tail = "";
  let ended = () => {};
  const whole = new Promise((resolve) => {
    ended = () => resolve(undefined);
  });
  const socket = await open(
    port,
    (bytes) => {
      received += bytes.length;
      tail = (tail + bytes.toString("latin1", Math.max(0, bytes.length - LAST_CHUNK.length))).slice(-LAST_CHUNK.length);
      if (tail === LAST_CHUNK) ended();
    },
    256 * 1024,
  );
  const before = { cpu: cpuMicros(pid), at: performance.now() };
  socket.write(requestTo(settings, "POST", "burst", STREAM_REQUEST));
  await whole;
  const seconds = (performance.now() - before.at) / 1000;
  const cpu = cpuMicros(pid) - before.cpu;
  socket.destroy();
  const payload = BURST_EVENTS * EVENT_BYTES;
  if (received < payload) throw new Error(`${received} bytes came, ${payload} were sent`);
  return { megabytesPerSecond: payload / seconds / 1e6, cpuPerEvent: cpu / BURST_EVENTS };
}
