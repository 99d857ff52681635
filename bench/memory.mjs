// How much memory does a process hold, and how much did it hold at most?

import { readFileSync, writeFileSync } from "node:fs";

/** Resident memory now, bytes. @param {number} pid */
export function residentBytes(pid) {
  return statusField(pid, "VmRSS");
}

/** Most resident memory since `resetPeak`, bytes. @param {number} pid */
export function peakBytes(pid) {
  return statusField(pid, "VmHWM");
}

/** Starts the peak anew. @param {number} pid */
export function resetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** @param {number} pid @param {string} name */
function statusField(pid, name) {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) * 1024;
}
