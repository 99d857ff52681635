// Tells whether this process runs in a container, where a loopback address can't be reached from outside.

import { existsSync, readFileSync } from "node:fs";
import { isLoopback } from "../compiler/index.ts";

/** What is asked of the machine, so that tests can describe another one. */
export interface Surroundings {
  env(name: string): string | undefined;
  exists(path: string): boolean;
  /** The text of a file, empty when it can't be read. */
  read(path: string): string;
}

/** Files that container runtimes put into their containers: Docker, Podman. */
const MARKS: readonly string[] = ["/.dockerenv", "/run/.containerenv"];
/** Set by Kubernetes in each of its containers. */
const KUBERNETES = "KUBERNETES_SERVICE_HOST";
const CGROUP = "/proc/self/cgroup";
/** The control groups of application containers. Not those of LXC and systemd-nspawn, which are used like whole machines. */
const CONTAINER_GROUP = /\/(?:docker[-/][0-9a-f]{12}|libpod-[0-9a-f]{12}|kubepods|cri-containerd-|crio-|ecs\/)/;

/** What shows that this is a container: a file, a variable or a control group; `undefined` when nothing does. */
export function containerSign({ env, exists, read }: Surroundings): string | undefined {
  const mark = MARKS.find(exists);
  if (mark !== undefined) return mark;
  if ((env(KUBERNETES) ?? "") !== "") return KUBERNETES;
  return CONTAINER_GROUP.test(read(CGROUP)) ? CGROUP : undefined;
}

/** The sentence for a gateway in a container that listens on a loopback address only; `undefined` for any other. */
export function unreachable(
  listen: { readonly host: string; readonly port: number },
  sign: string | undefined,
): string | undefined {
  if (sign === undefined || !isLoopback(listen.host)) return undefined;
  return `nothing outside this container can reach the gateway: it listens on ${listen.host} only. Write listen: 0.0.0.0:${listen.port}`;
}

/** The surroundings of the running process. */
export const SURROUNDINGS: Surroundings = {
  env: (name) => process.env[name],
  exists: existsSync,
  read(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  },
};
