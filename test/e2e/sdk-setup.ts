// Starts what the SDK tests need: a gateway with the demo's config and one token, and a mock provider with another key.

import { expect } from "vitest";
import { type DemoSecrets, demoConfig } from "../../src/cli/demo/demo-config.ts";
import { type Mock, type SeenRequest, startMock } from "../../src/mock/start.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";

export const TOKEN = "gw-token-of-the-client-0123456789";
export const UPSTREAM_KEY = "sk-key-of-the-gateway-9876543210";

export interface Stage {
  readonly url: string;
  readonly mock: Mock;
  /** Every request that reached the mock so far. */
  readonly seen: readonly SeenRequest[];
  readonly gateway: TestGateway;
  close(): Promise<void>;
}

/** Starts both on free loopback ports. The mock streams without pauses. */
export async function startStage(): Promise<Stage> {
  const seen: SeenRequest[] = [];
  const mock = await startMock({ key: UPSTREAM_KEY, paceMs: 0, onRequest: (request) => seen.push(request) });
  const env: DemoSecrets = {
    DEMO_TOKEN: TOKEN,
    DEMO_TEAM_A_TOKEN: "gw-token-of-team-a-0123456789",
    DEMO_TEAM_B_TOKEN: "gw-token-of-team-b-0123456789",
    DEMO_METRICS_TOKEN: "metrics-token-0123456789",
    DEMO_UPSTREAM_KEY: UPSTREAM_KEY,
  };
  const gateway = await startGateway(demoConfig(0, mock.url, ledgerFolder()), { env: { ...env } });
  return {
    url: gateway.url,
    mock,
    seen,
    gateway,
    async close() {
      await gateway.close();
      await mock.close();
    },
  };
}

/** Fails unless each request had `value` (with the upstream key) once, in `header`, and the client's token nowhere. */
export function expectKeyHidden(seen: readonly SeenRequest[], header: string, value: string): void {
  expect(seen.length).toBeGreaterThan(0);
  for (const { target, rawHeaders } of seen) {
    const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === header);
    expect(values).toEqual([value]);
    expect(rawHeaders.join("\n")).not.toContain(TOKEN);
    expect(target).not.toContain(TOKEN);
  }
}

/** Fails when the gateway logged a secret or an internal error. */
export function expectSilentLogs({ gateway }: Pick<Stage, "gateway">): void {
  const text = JSON.stringify(gateway.logs);
  expect(text).toContain('"outcome":"success"');
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain(UPSTREAM_KEY);
  expect(gateway.logs.filter(({ outcome }) => outcome === "internal_error")).toEqual([]);
}
