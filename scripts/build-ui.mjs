// Builds the dashboard: bundles src/ui into a few small files in dist/ui. The gateway serves them from memory.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { replaceFile } from "./replace-file.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SOURCE = join(ROOT, "src/ui");

/** Browsers that support `light-dark()`, since spring 2024. */
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

/**
 * Builds the files of the dashboard.
 * @param {string} [folder] of the build, default `dist`; the files are put into `ui` below it
 * @returns {Promise<string[]>} the files
 */
export async function buildUi(folder = join(ROOT, "dist")) {
  const target = join(folder, "ui");
  const { outputFiles } = await build({
    entryPoints: [
      { in: join(SOURCE, "main.ts"), out: "app" },
      { in: join(SOURCE, "styles/main.css"), out: "app" },
    ],
    outdir: target,
    bundle: true,
    minify: true,
    format: "esm",
    target: BROWSERS,
    banner: { js: "/*! Contains uPlot by Leon Sorokin, under the MIT licence: see uplot.LICENSE.txt */" },
    logLevel: "warning",
    write: false,
  });
  const built = outputFiles.map(({ path, contents }) => replaceFile(folder, path, Buffer.from(contents)));
  const copied = [
    ["index.html", join(SOURCE, "index.html")],
    ["icon.svg", join(SOURCE, "icon.svg")],
    // The licence of the charting library must be distributed with its code.
    ["uplot.LICENSE.txt", join(ROOT, "node_modules/uplot/LICENSE")],
  ].map(([name, from]) => replaceFile(folder, join(target, name), readFileSync(from)));
  return [...built, ...copied];
}
