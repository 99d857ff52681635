// Builds `dist`: the program as one file, and the dashboard. `node scripts/build.mjs [FOLDER]` builds into another folder.
//
// The program is one CommonJS file. Node loads that, and the packages it requires, in about half the time that it takes for many
// ES modules. The file is not minified: a stack trace names the function, and the comment above its module names the source file.

import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildUi } from "./build-ui.mjs";
import { removeOthers, replaceFile } from "./replace-file.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PROGRAM = "ai-gw-lite.cjs";

/** Packages whose code is put into the file. This one is an ES module, which CommonJS can't require before Node 22.12. */
const BUNDLED = ["get-east-asian-width"];

/**
 * Builds the program and the dashboard. A running program and its start are never disturbed: a file is replaced in one step, and one
 * whose contents stay the same is not touched. Files of older builds are removed at the end.
 * @param {string} [folder] default: `dist`
 */
export async function buildAll(folder = join(ROOT, "dist")) {
  const written = [...(await buildProgram(folder)), ...(await buildUi(folder))];
  removeOthers(folder, written);
}

/** @returns {Promise<string[]>} the files */
async function buildProgram(folder) {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/cli/main.ts"],
    outfile: join(folder, PROGRAM),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: Object.keys(dependencies),
    legalComments: "none",
    logLevel: "warning",
    banner: { js: 'const __packageUrl = require("node:url").pathToFileURL(__dirname + "/../");' },
    plugins: [keepModuleUrls],
    metafile: true,
    write: false,
  });
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  const unwanted = packages.filter((name) => !BUNDLED.includes(name));
  if (unwanted.length > 0)
    throw new Error(`not in "dependencies" of package.json: ${[...new Set(unwanted)].join(", ")}`);
  const program = outputFiles.map(({ path, contents }) => replaceFile(folder, path, Buffer.from(contents)));
  // The licence of code must be distributed with it.
  const licences = BUNDLED.map((name) => {
    const licence = readFileSync(join(ROOT, "node_modules", name, "license"));
    return replaceFile(folder, join(folder, `${name}.LICENSE.txt`), licence);
  });
  return [...program, ...licences];
}

/** A module finds files of the package from its own address. In the bundle it is given the address that its source file would have. */
const keepModuleUrls = {
  name: "keep-module-urls",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const address = `new URL(${JSON.stringify(relative(ROOT, path).replaceAll("\\", "/"))}, __packageUrl).href`;
      const contents = readFileSync(path, "utf8").replaceAll("import.meta.url", address);
      return { contents, loader: "ts" };
    });
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  await buildAll(folder && resolve(folder));
}
