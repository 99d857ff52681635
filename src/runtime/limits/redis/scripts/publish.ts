// The script that counts what a process has charged on some days.

import type { Script } from "../redis-link.ts";
import { CHARGES } from "./parts/charges.ts";
import { CLOCK } from "./parts/clock.ts";
import { PERIODS } from "./parts/periods.ts";

/** Key: the subject's usage. Arguments: run, process; then day, tokens, ticks of each day. */
export const PUBLISH: Script = {
  name: "publish",
  lua: `
${CLOCK}${PERIODS}${CHARGES}
local today = floor(clock() / 86400000)
local effects = {}
for i = 3, #ARGV, 3 do
  effects[#effects + 1] = charge(KEYS[1], ARGV[1], ARGV[2], today, tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]))
end
return effects
`,
};
