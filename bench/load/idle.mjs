// W4: measures how much memory an open stream needs that sends nothing.
// Some streams are opened before the measurement, so that memory that a process takes only once is not counted.

import { setTimeout as sleep } from "node:timers/promises";
import { residentBytes } from "../memory.mjs";
import { open, requestTo, STREAM_REQUEST } from "./connection.mjs";

const FIRST = 500;
const AT_ONCE = 50;
const SETTLE_MS = 1500;

/** @param {import("./main.mjs").Settings & { streams: number }} settings */
export async function idle(settings) {
  const { port, pid, streams } = settings;
  const request = requestTo(settings, "POST", "idle", STREAM_REQUEST);
  /** @type {import("node:net").Socket[]} */
  const sockets = [];
  const openOne = async () => {
    let begun = () => {};
    const first = new Promise((resolve) => {
      begun = () => resolve(undefined);
    });
    const socket = await open(port, () => begun(), 1024);
    sockets.push(socket);
    socket.write(request);
    await first;
  };
  const openMany = async (/** @type {number} */ count) => {
    for (let left = count; left > 0; left -= AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, openOne));
    }
    await sleep(SETTLE_MS);
  };
  await openMany(FIRST);
  const before = residentBytes(pid);
  await openMany(streams);
  const after = residentBytes(pid);
  for (const socket of sockets) socket.destroy();
  return { kilobytesPerStream: (after - before) / streams / 1024 };
}
