// Reads the sample of each code from the fixtures in test/diagnostics: those that have a `right.yaml`.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Sample } from "./diagnostics-reference.ts";

const ROOT = new URL("../../test/diagnostics/", import.meta.url);

/** The samples by code: `rule/duplicate-prefix`. */
export function readSamples(): Map<string, Sample> {
  const samples = new Map<string, Sample>();
  for (const path of readdirSync(ROOT, { recursive: true, encoding: "utf8" }).sort()) {
    const [stage = "", code = "", name = "", file] = path.split(/[\\/]/);
    if (file !== "right.yaml") continue;
    const folder = new URL(`${stage}/${code}/${name}/`, ROOT);
    samples.set(`${stage}/${code}`, {
      // The content of such a file is not what is wrong with it.
      wrong: stage === "file" ? "" : read(new URL("config.yaml", folder)),
      right: read(new URL("right.yaml", folder)),
      printed: read(new URL("expected.txt", folder)),
    });
  }
  return samples;
}

function read(file: URL): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
