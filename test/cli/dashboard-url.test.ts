// Checks the URL of the dashboard that `serve` logs.

import { expect, it } from "vitest";
import { dashboardUrl } from "../../src/cli/serve/dashboard-url.ts";
import type { ServerSpec } from "../../src/plan/blueprint.ts";

const TLS = { certPath: "a.crt" };
const listen = { host: "10.0.0.5", port: 9090 };

it.each([
  [undefined, undefined, undefined],
  [{ path: "/metrics" }, undefined, "http://127.0.0.1:8080/metrics/ui"],
  [{ path: "/ops" }, TLS, "https://127.0.0.1:8080/ops/ui"],
  [{ path: "/metrics", listen }, undefined, "http://10.0.0.5:9090/metrics/ui"],
  // A separate address speaks plain HTTP, also where the main one has TLS.
  [{ path: "/metrics", listen }, TLS, "http://10.0.0.5:9090/metrics/ui"],
  [{ path: "/metrics", listen: { host: "127.0.0.1", port: 0 } }, undefined, undefined],
])("with metrics %j and TLS %j the page is at %s", (metrics, tls, url) => {
  const server = { metrics, tls } as unknown as ServerSpec;
  expect(dashboardUrl(server, { address: "127.0.0.1", family: "IPv4", port: 8080 })).toBe(url);
});
