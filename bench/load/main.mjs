// Runs one window of one workload and prints its result as a line of JSON. Arguments: workload name, its settings as JSON.

import { burst } from "./burst.mjs";
import { idle } from "./idle.mjs";
import { large } from "./large.mjs";
import { paced } from "./paced.mjs";
import { small } from "./small.mjs";

/**
 * What every workload is told.
 * @typedef {{ port: number, prefix: string, token: string, pid: number }} Settings
 */

/** @type {Record<string, (settings: any) => Promise<Record<string, number | readonly number[]>>>} */
const WORKLOADS = { small, paced, burst, idle, large };

const [name = "", settings = "{}"] = process.argv.slice(2);
const workload = WORKLOADS[name];
if (workload === undefined) throw new Error(`no workload ${name}`);
process.stdout.write(`${JSON.stringify(await workload(JSON.parse(settings)))}\n`, () => process.exit(0));
