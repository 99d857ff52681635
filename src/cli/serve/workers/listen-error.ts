// Words the error of a worker that can't listen as Node does in a process without a primary.

import { getSystemErrorMap } from "node:util";
import { hostPort } from "../../../plan/host-port.ts";

/** The text of an error of the start. */
export function listenErrorText(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  const { code, errno, syscall, address, port } = err as NodeJS.ErrnoException & { address?: string; port?: number };
  // In a worker, Node says `bind EADDRINUSE` and leaves out what that means.
  const [, meaning] = getSystemErrorMap().get(errno ?? 0) ?? [];
  if (syscall !== "bind" || meaning === undefined || address === undefined) return err.message;
  return `listen ${code}: ${meaning} ${hostPort({ host: address, port: port ?? 0 })}`;
}
