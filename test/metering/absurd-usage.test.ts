// Whatever numbers an upstream tells: what its client's budgets were charged is in the ledger, and is known again after a restart.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { setScene } from "../support/scene.ts";
import { startBooks, tokenOf, totalTokens } from "./books-scene.ts";

const scene = setScene();
const MAX = Number.MAX_SAFE_INTEGER;

it.each([
  [
    "the largest counts that can be",
    { prompt_tokens: MAX, completion_tokens: MAX },
    { usage: "reported", tokens: MAX },
  ],
  ["counts beyond them", { prompt_tokens: 2 ** 53, completion_tokens: 7 }, { usage: "unknown", tokens: 4100 }],
  ["a count below zero", { prompt_tokens: 11, completion_tokens: -7 }, { usage: "unknown", tokens: 4100 }],
])("%s", async (_, usage, told) => {
  const upstream = await scene.upstream((req, res) => {
    req.resume().once("end", () => {
      res.writeHead(200, { "content-type": "application/json" });
      res.end(JSON.stringify({ object: "chat.completion", model: "m", usage }));
    });
  });
  const books = await startBooks({ base: upstream.url });
  const headers = { authorization: `Bearer ${tokenOf("alice")}`, "content-type": "application/json" };
  const url = `${books.gateway.url}/up/v1/chat/completions`;
  await (await fetch(url, { method: "POST", headers, body: '{"model":"m"}' })).arrayBuffer();
  expect(await books.lines()).toMatchObject([{ usage: told.usage, charged_tokens: told.tokens }]);
  expect(books.shown("alice", totalTokens())).toMatchObject([{ used: told.tokens, reserved: 0 }]);
  await books.gateway.close();
  // Then the line is read again.
  rmSync(join(books.dir, "checkpoint.json"));
  const again = await startBooks({ base: upstream.url, dir: books.dir });
  expect(again.shown("alice", totalTokens())).toMatchObject([{ used: told.tokens, reserved: 0 }]);
  await again.gateway.close();
});
