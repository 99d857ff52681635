// Runs one window of one workload and prints the result as one line of JSON. Arguments: workload name, settings as JSON.

import { burst } from "./burst.mjs";
import { fullSpeed } from "./full-speed.mjs";
import { idle } from "./idle.mjs";
import { large } from "./large.mjs";
import { paced } from "./paced.mjs";
import { small } from "./small.mjs";

/**
 * The settings that every workload gets. `path` and `headers` say how a request reaches the upstream's `{action}`.
 * @typedef {{ port: number, path: string, headers: readonly string[], token: string, pid: number }} Settings
 */

/** @type {Record<string, (settings: any) => Promise<Record<string, number | readonly number[]>>>} */
const WORKLOADS = { small, paced, burst, idle, large, fullSpeed };

// Nothing is left that could end the window: the proxy has closed connections before their responses were complete.
process.once("exit", (code) => {
  if (code === 13) console.error(`${name}: the proxy closed connections too early`);
});

const [name = "", settings = "{}"] = process.argv.slice(2);
const workload = WORKLOADS[name];
if (workload === undefined) throw new Error(`no workload ${name}`);
process.stdout.write(`${JSON.stringify(await workload(JSON.parse(settings)))}\n`, () => process.exit(0));
