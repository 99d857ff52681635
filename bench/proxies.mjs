// Runs the workloads on the gateway and its peers in turn, and makes one table for each workload.

import { BARE_NAME, BEFORE, GATEWAY } from "./aims.mjs";
import { freshWindow, inTurn, load, startAll } from "./lanes.mjs";
import { PEERS } from "./peers/list.mjs";
import { foreignShare } from "./quiet.mjs";
import { median, ratios, spread, valuesOf } from "./statistics.mjs";
import { short } from "./table.mjs";
import { BARE, gateway, ROOT } from "./targets.mjs";

/** If the windows differ by more, the table says so. */
const NOISY = 0.15;

/** @typedef {import("./lanes.mjs").Window} Window */
/** @typedef {import("./workloads.mjs").Workload} Workload */
/** @typedef {import("./workloads.mjs").Run} Run */

/**
 * @param {Run} run
 * @param {readonly Workload[]} workloads
 * @param {readonly string[] | undefined} peerNames parts of the names of the peers that are wanted; default: all
 */
export async function runWorkloads(run, workloads, peerNames) {
  const { upstreamPort, dir, size, report, results } = run;
  const targets = chosenTargets(run, peerNames);
  const can = (/** @type {string} */ id) => targets.filter(({ only }) => only === undefined || only.includes(id));
  const shared = workloads.some(({ fresh }) => fresh !== true)
    ? await startAll(targets, upstreamPort, dir, report.say)
    : [];
  for (const workload of workloads) {
    const able = can(workload.id);
    const lanes =
      workload.fresh === true
        ? able.map((one) => ({ name: one.name, window: () => freshWindow(one, workload, size, upstreamPort, dir) }))
        : shared
            .filter(({ name }) => able.some((one) => one.name === name))
            .map((running) => ({ name: running.name, window: () => load(running, workload, size) }));
    const foreign = foreignShare(shared.map(({ pid }) => pid));
    const windows = await inTurn(lanes, workload.rounds(size), report.say);
    // With processes of their own, the proxies have ended by now. So their time can't be distinguished from other work.
    const others = workload.fresh === true ? undefined : foreign();
    tableOf(run, workload, windows);
    if (others !== undefined) {
      report.say(`other work took ${others} % of the proxies' core`);
      results["other work"] = { ...results["other work"], [workload.id]: [{ percent: others }] };
    }
    results[workload.id] = Object.fromEntries(windows);
  }
  for (const running of shared) await running.stop();
}

/** Returns the targets of this run. Says which ones are left out, with the reason. @param {Run} run @param {readonly string[] | undefined} names */
function chosenTargets({ report, before }, names) {
  const peers = PEERS.filter(({ name }) => names === undefined || names.some((part) => name.includes(part)));
  const ours = [gateway(GATEWAY, ROOT)];
  if (before !== undefined) ours.push(gateway(BEFORE, before));
  return [BARE, ...ours, ...peers].filter(({ name, absent }) => {
    if (absent !== undefined) report.say(`left out: ${name} (${absent})`);
    return absent === undefined;
  });
}

/** @param {Run} run @param {Workload} workload @param {Map<string, Window[]>} windows */
function tableOf({ report }, workload, windows) {
  const bare = windows.get(BARE_NAME);
  const head = [
    "",
    ...workload.figures.flatMap((figure, i) =>
      i === 0 ? [figure.title, "best", "× bare", "best × bare"] : [figure.title, "× bare"],
    ),
  ];
  const rows = [...windows].map(([name, own]) => {
    const cells = workload.figures.flatMap((figure, i) => {
      const values = valuesOf(own, figure.key);
      const more = figure.more === true;
      const ratio = bare === undefined ? undefined : ratios(values, valuesOf(bare, figure.key), more);
      const best = more ? Math.max(...values) : Math.min(...values);
      const said = [short(median(values)), ...(i === 0 ? [short(best)] : [])];
      return [...said, short(ratio?.median), ...(i === 0 ? [short(ratio?.best)] : [])];
    });
    return [name, ...cells];
  });
  report.table(workload.title, head, rows);
  const first = workload.figures[0]?.key ?? "";
  const noise = Math.max(...[GATEWAY, BARE_NAME].map((name) => spread(valuesOf(windows.get(name) ?? [], first))));
  if (noise > NOISY) {
    report.say(`noisy: windows differ by ${Math.round(noise * 100)} %; trust the ratio of the best`);
  }
}
