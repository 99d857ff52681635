// What runs when the gateway stops is in the ledger: exchanges that break then, and responses of which a part is still being decoded
// (contract, section 13, "Ledger").

import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { AUTH } from "../support/config.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { scriptedUpstream } from "../support/scripted-upstream.ts";

const scene = setScene();
const SENT = '{"model":"m"}';
const POST = requestText("POST", "/up/x", [AUTH, `Content-Length: ${SENT.length}`], SENT);
const NUMBERS = '"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}';

/** A response that takes a while to decode. */
const LONG = gzipSync(`{"model":"m","text":"${randomBytes(300_000).toString("hex")}",${NUMBERS}}`);
const head = (length: number, lines: readonly string[]): string =>
  ["HTTP/1.1 200 OK", "Content-Type: application/json", `Content-Length: ${length}`, ...lines, "", ""].join("\r\n");

async function start(pieces: readonly (string | Buffer)[]) {
  const upstream = await scriptedUpstream(scene, [{ pieces }]);
  const dir = ledgerFolder();
  const gateway = await scene.gateway({ base: upstream.url, top: [`usage: {enabled: true, ledger: {dir: ${dir}}}`] });
  return { gateway, dir };
}

it("a response whose last part is still being decoded", async () => {
  const { gateway, dir } = await start([head(LONG.length, ["Content-Encoding: gzip"]), LONG]);
  const clients = await Promise.all(Array.from({ length: 8 }, () => scene.client(gateway)));
  await Promise.all(
    clients.map(async (client) => {
      await client.send(POST);
      expect((await client.response()).body.equals(LONG)).toBe(true);
    }),
  );
  await gateway.close();
  const line = { usage: "reported", input_tokens: 3, output_tokens: 4, outcome: "success" };
  expect(ledgerLines(dir)).toMatchObject(clients.map(() => line));
});

it.each([
  ["whole", [], Buffer.from(`{"model":"m",${NUMBERS}, "text": "`)],
  [
    "coded",
    ["Content-Encoding: gzip"],
    gzipSync(`{"model":"m",${NUMBERS}, "text": "${"long ".repeat(99)}"}`).subarray(0, -9),
  ],
])("a response that breaks when the gateway stops: %s", async (_name, lines, body) => {
  const { gateway, dir } = await start([head(body.length + 1, lines), body]);
  const clients = await Promise.all(Array.from({ length: 8 }, () => scene.client(gateway)));
  for (const client of clients) {
    await client.send(POST);
    const { length } = await client.head();
    expect(length).toBeGreaterThan(0);
    await client.until("the body", () => client.bytes.length === body.length || undefined);
  }
  await gateway.close();
  expect(ledgerLines(dir)).toMatchObject(clients.map(() => ({ status: 200, model: "m" })));
});
