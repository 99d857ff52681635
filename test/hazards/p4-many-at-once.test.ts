// Hazard P4: an agent without a free socket queues requests, and setting their headers later throws. Here no request is queued:
// all are sent at once.

import { expect, test } from "vitest";
import { AUTH, UPSTREAM_KEY } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const AT_ONCE = 300;

test(`${AT_ONCE} uploads at once all reach the upstream before the first is answered`, async () => {
  const answers: (() => void)[] = [];
  const upstream = await scene.upstream((_req, res) => {
    answers.push(() => res.end("ok"));
    if (answers.length === AT_ONCE) for (const answer of answers) answer();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const statuses = await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, i) => {
      const client = await scene.client(gateway);
      await client.send(requestText("POST", `/up/${i}`, [AUTH, "Content-Length: 4"]), "body");
      return (await client.response("POST", 15_000)).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(upstream.requests).toHaveLength(AT_ONCE);
  for (const arrival of upstream.requests) {
    expect(arrival.headers("authorization")).toEqual([`Bearer ${UPSTREAM_KEY}`]);
    expect((await arrival.body).toString()).toBe("body");
  }
  await untilFree(gateway);
});
