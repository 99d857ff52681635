// The script that finds out whether Redis has forgotten what a process has written: it keeps a mark of the process, and tells whether the
// mark was there.

import type { Script } from "../redis-link.ts";

/** Longer than the time between two renewals, so that the mark of a process that lives never ends by itself. */
export const MARK_MS = 60_000;

/** Key: the mark. Returns 1 if it was there, else 0. */
export const MARK: Script = {
  name: "mark",
  lua: `
return redis.call('SET', KEYS[1], '1', 'PX', ${MARK_MS}, 'GET') and 1 or 0
`,
};
