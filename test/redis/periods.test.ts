// Checks that scripts and gateway agree on when the periods of budgets begin and end.

import { describe, expect, it } from "vitest";
import { periodOf } from "../../src/runtime/limits/budget-period.ts";
import { PERIODS } from "../../src/runtime/limits/redis/scripts/parts/periods.ts";
import { hasRedis } from "../support/redis.ts";
import { redisScene } from "./scene.ts";

const ASK = `${PERIODS}
local answers = {}
for day = ARGV[1], ARGV[2] do
  for _, per in ipairs({'d', 'w', 'm'}) do
    answers[#answers + 1] = firstDay(per, day)
    answers[#answers + 1] = endDay(per, day)
  end
end
return answers`;

describe.skipIf(!hasRedis)("the periods of the scripts", () => {
  const scene = redisScene();

  it("are those of the gateway, for 200 years", async () => {
    const last = 73_000;
    const answers = await scene.runner.redis.eval(ASK, 0, 0, last);
    const expected: (number | undefined)[] = [];
    for (let day = 0; day <= last; day++) {
      for (const per of ["day", "week", "month"] as const) {
        const { firstDay, endDay } = periodOf(per, day);
        expected.push(firstDay, endDay);
      }
    }
    const wrong = expected.findIndex((each, i) => Array.isArray(answers) && answers[i] !== each);
    expect([wrong, Array.isArray(answers) && answers.length]).toEqual([-1, expected.length]);
  });
});
