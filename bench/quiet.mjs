// Measures how much of the proxies' core goes to other work, so that a busy machine is not mistaken for a slow proxy.

import { coreMicros, cpuMicros } from "./cpu.mjs";
import { PROXY_CORE } from "./processes.mjs";

/**
 * Starts to measure. The returned function gives the share of other work since then, in percent.
 * @param {readonly number[]} pids the processes of the proxies
 */
export function foreignShare(pids) {
  const read = () => ({
    at: performance.now(),
    foreign: coreMicros(PROXY_CORE) - pids.reduce((sum, pid) => sum + cpuMicros(pid), 0),
  });
  const before = read();
  return () => {
    const after = read();
    return Math.max(0, Math.round((after.foreign - before.foreign) / ((after.at - before.at) * 10)));
  };
}
