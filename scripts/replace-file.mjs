// Writes the files of a build so that a program that reads them at the same time sees the old file or the new one, never a part.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";

/** How the name of a file starts that is still being written. It is never part of a package, and another build leaves it alone. */
const UNFINISHED = ".writing-";

/**
 * Replaces a file in one step. A file whose contents stay the same is not touched.
 * @param {string} folder of the build; the new file is written there first
 * @param {string} path below that folder
 * @param {Buffer} contents
 * @returns {string} the path
 */
export function replaceFile(folder, path, contents) {
  if (read(path)?.equals(contents)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = join(folder, `${UNFINISHED}${process.pid}-${basename(path)}`);
  writeFileSync(unfinished, contents);
  renameSync(unfinished, path);
  return path;
}

/**
 * Removes everything that a build did not write, such as files of an older build.
 * @param {string} folder of the build
 * @param {readonly string[]} written the paths of its files
 */
export function removeOthers(folder, written) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(UNFINISHED) || written.includes(path)) continue;
    if (written.some((file) => file.startsWith(path + sep))) removeOthers(path, written);
    else rmSync(path, { recursive: true, force: true });
  }
}

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
