// Loads the code that talks to Redis from the source tree, so that what is measured is what the gateway runs.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");

const ENTRY = `
export { openRedisLink } from "./src/runtime/limits/redis/open-link.ts";
export { RedisCounts } from "./src/runtime/limits/redis/redis-counts.ts";
export { Secret } from "./src/plan/secret.ts";
`;

/**
 * @typedef {object} Source
 * @property {typeof import("../../src/runtime/limits/redis/open-link.ts").openRedisLink} openRedisLink
 * @property {typeof import("../../src/runtime/limits/redis/redis-counts.ts").RedisCounts} RedisCounts
 * @property {typeof import("../../src/plan/secret.ts").Secret} Secret
 */

/** @param {string} dir for the file that is built @returns {Promise<Source>} */
export async function loadSource(dir) {
  const file = join(dir, "redis-counts.cjs");
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    write: false,
    logLevel: "warning",
  });
  writeFileSync(file, outputFiles[0]?.contents ?? "");
  return createRequire(import.meta.url)(file);
}
