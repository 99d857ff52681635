// W2: measures SSE streams, 200 if nothing else is said, of 100 events, 20 ms apart: events that arrive joined, time to the first byte, CPU per event.

import { setTimeout as sleep } from "node:timers/promises";
import { cpuMicros } from "../cpu.mjs";
import { PACED_EVENTS } from "../mock.mjs";
import { open, requestTo, STREAM_REQUEST } from "./connection.mjs";

const STREAMS = 200;
/** Time between the starts of two streams, in ms. Without it, the first bytes would wait for each other. */
const START_GAP_MS = 2;

/** @param {import("./main.mjs").Settings & { answer: string, streams?: number }} settings */
export async function paced(settings) {
  const { port, pid, answer, streams: count = STREAMS } = settings;
  const request = requestTo(settings, "POST", answer, STREAM_REQUEST);
  let joined = 0;
  let finished = 0;
  let allFinished = () => {};
  const all = new Promise((resolve) => {
    allFinished = () => resolve(undefined);
  });
  /** @type {number[]} */
  const firstBytes = [];

  const streams = await Promise.all(
    Array.from({ length: count }, async () => {
      let events = 0;
      let sentAt = 0;
      const socket = await open(port, (bytes) => {
        const here = eventEnds(bytes);
        if (events === 0 && here > 0) firstBytes.push(performance.now() - sentAt);
        if (here > 1) joined += here - 1;
        events += here;
        if (here > 0 && events === PACED_EVENTS) {
          finished += 1;
          if (finished === count) allFinished();
        }
      });
      const begin = () => {
        sentAt = performance.now();
        socket.write(request);
      };
      return { socket, begin };
    }),
  );
  const before = cpuMicros(pid);
  for (const { begin } of streams) {
    begin();
    await sleep(START_GAP_MS);
  }
  await all;
  const cpu = cpuMicros(pid) - before;
  for (const { socket } of streams) socket.destroy();
  return { cpuPerEvent: cpu / (count * PACED_EVENTS), joined, firstBytes };
}

/** Counts the events that end in these bytes. @param {Buffer} bytes */
function eventEnds(bytes) {
  let count = 0;
  for (let at = bytes.indexOf("\n\n"); at !== -1; at = bytes.indexOf("\n\n", at + 2)) count += 1;
  return count;
}
