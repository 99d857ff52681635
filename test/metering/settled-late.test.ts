// A reservation is settled by what a compressed response told, although its copy is decoded only after the exchange has ended.

import { expect, it } from "vitest";
import { startMock } from "../../src/mock/start.ts";
import { configText } from "../support/config.ts";
import { startGateway } from "../support/gateway.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";

const TOKEN = "a-token-of-ana-0123456789";
const BUDGET = 100;

it.each(["identity", "gzip", "br"])("with the coding %s", async (coding) => {
  const mock = await startMock({ paceMs: 0 });
  const dir = ledgerFolder();
  const client = `{id: ana, tokens: [${TOKEN}], budgets: [{per: total, tokens: ${BUDGET}}]}`;
  const top = [`usage: {enabled: true, ledger: {dir: ${dir}}}`];
  const config = configText({ base: mock.url, top }).replace("  tokens:", `  clients: [${client}]\n  tokens:`);
  const gateway = await startGateway(config);
  const body = JSON.stringify({ model: "mock-fast", max_tokens: 9, messages: [{ role: "user", content: "hi" }] });
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    "content-type": "application/json",
    "accept-encoding": coding,
    ...(coding === "identity" ? {} : { "x-mock-coding": coding }),
  };
  let status = 200;
  for (let sent = 0; status === 200 && sent < 50; sent++) {
    const response = await fetch(`${gateway.url}/up/v1/chat/completions`, { method: "POST", headers, body });
    await response.arrayBuffer();
    status = response.status;
  }
  await gateway.close();
  await mock.close();
  const used = ledgerLines(dir).reduce((sum, line) => sum + line.charged_tokens, 0);
  expect(status).toBe(429);
  expect(used).toBeGreaterThan(BUDGET / 3);
  expect(used).toBeLessThanOrEqual(BUDGET);
});
