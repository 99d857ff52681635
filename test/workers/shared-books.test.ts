// Checks with real processes that the ledger has the lines of all workers, and that metrics on an address of their own speak for all.

import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText } from "../support/config.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { startUpstream } from "../support/upstream.ts";
import { workersOf } from "../support/worker-processes.ts";
import { ends, openStreams, startStreamUpstream } from "./held-streams.ts";

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function serve(base: string, ...top: string[]): Promise<BuiltGateway> {
  const gateway = await startBuiltGateway(configText({ base, top: ["workers: 2", ...top] }));
  closing.push(gateway);
  return gateway;
}

const ANSWER = '{"id":"c","object":"chat.completion","model":"m","usage":{"prompt_tokens":3,"completion_tokens":4}}';

/** A chat completion on a connection of its own. */
async function chat(port: number): Promise<number> {
  const body = '{"model":"m"}';
  const headers = [AUTH, "content-type: application/json", `content-length: ${body.length}`];
  return (await exchange(port, `${requestText("POST", "/up/v1/chat/completions", headers)}${body}`)).status;
}

test("the ledger has a line for each request of each worker, also for those of just before the end", async () => {
  const upstream = await startUpstream((req, res) => {
    req.resume().once("end", () => res.writeHead(200, { "content-type": "application/json" }).end(ANSWER));
  });
  closing.push(upstream);
  const dir = ledgerFolder();
  const gateway = await serve(upstream.url, `usage: {enabled: true, ledger: {dir: "${dir}"}}`);
  const statuses = await Promise.all(Array.from({ length: 40 }, () => chat(gateway.port)));
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const completed = gateway.lines.filter(({ msg }) => msg === "request completed");
  expect(new Set(completed.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  const written = ledgerLines(dir).map(({ request_id }) => request_id);
  expect(written.sort()).toEqual(completed.map(({ request_id }) => request_id).sort());
});

test("metrics on an address of their own are told once, and answered for all workers until the last has drained", async () => {
  const source = await startStreamUpstream();
  closing.push(source);
  const token = "a-metrics-token-0001";
  const metrics = `observability: {metrics: {enabled: true, path: /m, token: ${token}, listen: "127.0.0.1:0"}}`;
  const gateway = await serve(source.url, metrics);
  const addresses = gateway.lines
    .filter(({ msg }) => msg === "metrics listening")
    .map(({ address }) => String(address));
  expect(addresses).toHaveLength(1);
  const port = Number(addresses[0]?.split(":")[1]);
  const inFlight = async (): Promise<string | undefined> => {
    const { body } = await exchange(port, requestText("GET", "/m", [`authorization: Bearer ${token}`]));
    return /^gateway_inflight_requests\{route_id="up"\} (\d+)/m.exec(body.toString())?.[1];
  };
  const streams = await openStreams(gateway.port, 6);
  expect(await inFlight()).toBe("6");
  // Both ports stay when workers are replaced, one after the other.
  for (const pid of workersOf(gateway.pid)) {
    const from = gateway.lines.length;
    process.kill(pid, "SIGKILL");
    await gateway.logged(({ msg }) => msg === "worker serves", from);
  }
  await ends(streams);
  const later = await openStreams(gateway.port, 4);
  expect(await inFlight()).toBe("4");
  gateway.kill("SIGTERM");
  await gateway.logged(({ msg }) => msg === "draining");
  expect(await inFlight()).toBe("4");
  source.finish();
  expect(await ends(later)).toEqual(Array(4).fill("whole"));
  expect(await gateway.ended).toBe(0);
});
