// Lets a script import TypeScript files: a loader hook strips their types with esbuild. Node 20 can't do it alone.
//
//   import { register } from "node:module";
//   register("./load-typescript.mjs", import.meta.url);

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

/** The hook of node:module that gives the text of a module. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return nextLoad(url, context);
  const text = await readFile(fileURLToPath(url), "utf8");
  const { code } = await transform(text, { loader: "ts", format: "esm", target: "node20" });
  return { format: "module", source: code, shortCircuit: true };
}
