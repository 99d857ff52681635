// Reads the metrics of a built gateway.

import { request } from "node:http";
import { text } from "node:stream/consumers";
import { type Sample, samplesOf } from "../support/prometheus.ts";
import { METRICS_TOKEN } from "./real-fleet.ts";

/** Everything that the workers had to report when it was asked for is in it. */
export function scrape(port: number): Promise<Sample[]> {
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path: "/metrics", headers, agent: false }, (res) => {
      text(res).then((all) => resolve(samplesOf(all)), reject);
    });
    sent.once("error", reject);
    sent.end();
  });
}
