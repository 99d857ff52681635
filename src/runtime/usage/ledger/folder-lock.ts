// Holds the lock of the ledger's folder, so that no two processes write to it. The lock of a process that was killed is taken over.

import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const NAME = "lock";
const FILE_MODE = 0o640;

/** What the lock needs to know about processes. */
export interface Processes {
  /** The number of this process. */
  readonly pid: number;
  /** Whether a process with that number runs. */
  readonly isAlive: (pid: number) => boolean;
}

export type Locked =
  | { readonly ok: true; readonly release: () => void }
  /** Another process holds it, or another ledger of this one. */
  | { readonly ok: false; readonly pid: number };

/** The folders whose lock this process holds. Its number alone says nothing: in a container, the process before had the same. */
const held = new Set<string>();

/**
 * Takes the lock of a folder.
 * @returns the process that holds it, if another one does
 * @throws the error of the system when the lock can't be written
 */
export function lockFolder(dir: string, processes: Processes): Locked {
  const path = resolve(dir, NAME);
  const { pid } = processes;
  if (held.has(path)) return { ok: false, pid };
  const text = `${JSON.stringify({ pid, process: identityOf(pid) })}\n`;
  for (;;) {
    try {
      create(path, text, pid);
      break;
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
    }
    const holder = holderOf(path, processes);
    if (holder !== undefined) return { ok: false, pid: holder };
    removeStale(path, processes);
  }
  held.add(path);
  return { ok: true, release: () => release(path, text) };
}

/** These file systems have no links: FAT, and some of networks. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/**
 * Creates the lock with its text, in one step: another process that starts at the same time would take an empty one for a lock that
 * nobody holds.
 * @throws the error of the system, `EEXIST` where there is one
 */
function create(path: string, text: string, pid: number): void {
  const made = `${path}.${pid}.new`;
  try {
    writeFileSync(made, text, { mode: FILE_MODE });
    linkSync(made, path);
  } catch (err) {
    if (!NO_LINKS.includes((err as NodeJS.ErrnoException).code ?? "")) throw err;
    writeFileSync(path, text, { flag: "wx", mode: FILE_MODE });
  } finally {
    rmSync(made, { force: true });
  }
}

/** The number of the other process that holds a lock; `undefined` when nobody does. */
function holderOf(path: string, { pid: own, isAlive }: Processes): number | undefined {
  try {
    const { pid, process: noted } = JSON.parse(readFileSync(path, "utf8")) as { pid: unknown; process: unknown };
    if (typeof pid !== "number" || pid === own || !isAlive(pid)) return undefined;
    // Nothing outlives a restart of the machine. This has to be compared by itself: where a service may not see the processes of
    // other users (`ProtectProc=invisible`), the rest is not known of the process that has the number now.
    const boot = bootId();
    if (typeof noted === "string" && boot !== null && !noted.startsWith(`${boot} `)) return undefined;
    // A number is given to another process in time, and soon in a container. So the process has to be the same, where we can see that.
    const identity = identityOf(pid);
    return identity === null || noted === null || identity === noted ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a lock that nobody holds. It is moved away first and looked at again, since another process may have replaced it by a
 * lock of its own in the meantime: that one is put back.
 */
function removeStale(path: string, processes: Processes): void {
  const aside = `${path}.${processes.pid}`;
  try {
    renameSync(path, aside);
    if (holderOf(aside, processes) === undefined) unlinkSync(aside);
    else renameSync(aside, path);
  } catch (err) {
    // Another process was faster.
    if ((err as NodeJS.ErrnoException).code !== "ENOENT") throw err;
  }
}

function release(path: string, text: string): void {
  held.delete(path);
  try {
    if (readFileSync(path, "utf8") === text) unlinkSync(path);
  } catch {
    // A lock that stays names a process that is gone, and is taken over.
  }
}

/** Another one after each start of the machine. `null` on systems other than Linux. */
function bootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}

/** The boot and the moment at which a process started. `null` on systems other than Linux, and for a process that can't be seen. */
function identityOf(pid: number): string | null {
  const boot = bootId();
  try {
    const stat = readFileSync(join("/proc", String(pid), "stat"), "utf8");
    // The 22nd field. The second one is a name in brackets, which may hold anything.
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return boot === null ? null : `${boot} ${started}`;
  } catch {
    return null;
  }
}
