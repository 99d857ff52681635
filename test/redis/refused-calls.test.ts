// Checks what is said when Redis is there and refuses a call: the line tells why, and what happens to such requests.

import { expect, test } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { startWorld } from "./world.ts";

test.skipIf(!hasRedis)(
  "a call that the user of Redis may not make is told once, with what decides instead",
  async () => {
    const world = await startWorld({ a: "max_inflight: 5", state: "timeout_ms: 2000, on_failure: closed" }, 1);
    expect((await world.ask(0)).status).toBe(200);
    world.redis.cli("ACL", "SETUSER", "default", "-zadd");
    for (let n = 0; n < 3; n++) expect(await world.ask(0)).toMatchObject({ status: 503, code: "state_unavailable" });
    const told = world.gateways[0]?.logs.filter(({ msg }) => msg.startsWith("redis refuses"));
    expect(told).toMatchObject([
      {
        level: "error",
        cause: "the user may not do what is needed in Redis: ACL LOG there says which command or key it was",
        on_failure: "closed",
        msg: "redis refuses a call: requests that need it are decided as if redis were away",
      },
    ]);
    expect(await world.metric(0, "gateway_state_fallback_total")).toBe(3);
    expect(await world.summary(0)).toMatchObject({ state: { up: true, fallback_total: 3 } });
    await world.redis.kill();
    await world.untilUp(false);
    expect(await world.summary(0)).toMatchObject({ state: { up: false, fallback_total: 3 } });
  },
);
