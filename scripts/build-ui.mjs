// Builds the dashboard: bundles src/ui into a few small files in dist/ui. The gateway serves them from memory.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("../", import.meta.url);
const source = new URL("src/ui/", root);
const target = new URL("dist/ui/", root);

/** Browsers that support `light-dark()`, since spring 2024. */
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

/** Builds the files of the dashboard. A file whose contents stay the same is not written. */
export async function buildUi() {
  const { outputFiles } = await build({
    entryPoints: [
      { in: fileURLToPath(new URL("main.ts", source)), out: "app" },
      { in: fileURLToPath(new URL("styles/main.css", source)), out: "app" },
    ],
    outdir: fileURLToPath(target),
    bundle: true,
    minify: true,
    format: "esm",
    target: BROWSERS,
    banner: { js: "/*! Contains uPlot by Leon Sorokin, under the MIT licence: see uplot.LICENSE.txt */" },
    logLevel: "warning",
    write: false,
  });
  mkdirSync(target, { recursive: true });
  for (const { path, contents } of outputFiles) writeIfChanged(path, Buffer.from(contents));
  for (const name of ["index.html", "icon.svg"]) {
    writeIfChanged(fileURLToPath(new URL(name, target)), readFileSync(new URL(name, source)));
  }
  // The licence of the charting library must be distributed with its code.
  const licence = new URL("node_modules/uplot/LICENSE", root);
  writeIfChanged(fileURLToPath(new URL("uplot.LICENSE.txt", target)), readFileSync(licence));
}

function writeIfChanged(path, contents) {
  if (!read(path)?.equals(contents)) writeFileSync(path, contents);
}

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildUi();
