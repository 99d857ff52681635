// A response that is still being decoded when its exchange ends is charged to the client's budget once it is known (contract,
// section 12, "Reserve, then settle").

import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { scriptedUpstream } from "../support/scripted-upstream.ts";

const scene = setScene();
const CLIENT = "token-of-client-a-51c7";
const SENT = '{"model":"m","max_tokens":5}';
const POST = requestText(
  "POST",
  "/up/v1/chat/completions",
  [`Authorization: Bearer ${CLIENT}`, `Content-Length: ${SENT.length}`],
  SENT,
);
const USAGE = '"usage":{"prompt_tokens":600,"completion_tokens":360,"total_tokens":960}';
/** It takes a while to decode. */
const BODY = gzipSync(`{"model":"m","text":"${randomBytes(300_000).toString("hex")}",${USAGE}}`);

it.each([
  ["came whole", 0],
  ["broke off in its checksum", 4],
])("a coded response that %s", async (_name, missing) => {
  const lines = ["Content-Type: application/json", "Content-Encoding: gzip", `Content-Length: ${BODY.length}`];
  const head = `HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\n`;
  const end = missing === 0 ? "keep" : "close";
  const upstream = await scriptedUpstream(scene, [
    { pieces: [Buffer.concat([Buffer.from(head), BODY.subarray(0, BODY.length - missing)])], end },
  ]);
  const dir = ledgerFolder();
  const gateway = await scene.gateway({
    base: upstream.url,
    top: [
      `  clients: [{id: a, tokens: [${CLIENT}], budgets: [{per: total, tokens: 1000}]}]`,
      `usage: {enabled: true, ledger: {dir: ${dir}}}`,
    ],
  });
  const client = await scene.client(gateway);
  await client.send(POST);
  expect((await client.response("POST")).status).toBe(200);
  await untilFree(gateway);
  await until("the line of the ledger", () => ledgerLines(dir).length === 1);
  expect(ledgerLines(dir)).toMatchObject([{ client: "a", usage: "reported", input_tokens: 600, charged_tokens: 960 }]);

  // 40 tokens are left, too few for the next request.
  const next = await scene.client(gateway);
  const large = POST.replace('"max_tokens":5', '"max_tokens":99').replace(`${SENT.length}`, `${SENT.length + 1}`);
  await next.send(large);
  expect(await next.response("POST")).toMatchObject({ status: 429 });
  expect(upstream.attempts).toHaveLength(1);
});
