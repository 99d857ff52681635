// Lists the minutes for which block leases are compared with asking for each request, and makes the table of them.

import { short, table } from "../table.mjs";
import { blockMinute, seededRandom } from "./blocks.mjs";

/**
 * In the first three, each gateway gets 1,000 requests a second, and half of them may pass. In the others, 10 % more come than may pass.
 * @type {readonly { gateways: number, limit: number, requests: number }[]}
 */
const MINUTES = [
  { gateways: 1, limit: 30_000, requests: 60_000 },
  { gateways: 10, limit: 300_000, requests: 600_000 },
  { gateways: 100, limit: 3_000_000, requests: 6_000_000 },
  { gateways: 100, limit: 60_000, requests: 66_000 },
  { gateways: 100, limit: 6000, requests: 6600 },
  { gateways: 100, limit: 600, requests: 660 },
];

/** @type {readonly { title: string, block: import("./blocks.mjs").BlockSize }[]} */
const WAYS = [
  { title: "each request asks", block: { fixed: 1 } },
  { title: "blocks of 100", block: { fixed: 100 } },
  { title: "blocks of a tenth of a share", block: { share: 0.1 } },
];

const SEED = 15;

/** The table of all minutes. Half of the requests go to one gateway. It is the same in each run. */
export function minutesTable() {
  const whole = (/** @type {number} */ number) => number.toLocaleString("en");
  const rows = MINUTES.flatMap(({ gateways, limit, requests }) =>
    WAYS.map(({ title, block }) => {
      const { calls, early, unused, over } = blockMinute(
        { gateways, limit, requests, uneven: true, block },
        seededRandom(SEED),
      );
      return [
        `${gateways}`,
        whole(limit),
        whole(requests),
        title,
        short(calls / 60),
        whole(early),
        whole(unused),
        `${over}`,
      ];
    }),
  );
  const head = ["gateways", "limit", "requests", "", "calls/s", "refused early", "not used", "above the limit"];
  return table(head, rows);
}
