// Reads the CA certificates that the environment adds to those of Node. Node reads them, too, but Node 20 forgets them for an
// upstream with a `ca_path`.

import type { CompilerHost } from "../../compiler/index.ts";

/** The contents of the file in NODE_EXTRA_CA_CERTS; `undefined` without one. Node itself warns when it can't be read. */
export function readExtraCas({ env, readFile }: Pick<CompilerHost, "env" | "readFile">): Buffer | undefined {
  const path = env("NODE_EXTRA_CA_CERTS");
  if (path === undefined || path === "") return undefined;
  const read = readFile(path);
  return read.ok ? Buffer.from(read.bytes) : undefined;
}
