// Reads how much memory a process uses now, and the most that it has used.

import { readFileSync, writeFileSync } from "node:fs";

/** Resident memory now, in bytes. @param {number} pid */
export function residentBytes(pid) {
  return statusField(pid, "VmRSS");
}

/** The most resident memory since `resetPeak`, in bytes. @param {number} pid */
export function peakBytes(pid) {
  return statusField(pid, "VmHWM");
}

/** Resets the peak to the current memory. @param {number} pid */
export function resetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** @param {number} pid @param {string} name */
function statusField(pid, name) {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) * 1024;
}
