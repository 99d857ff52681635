// Checks that tokens with spaces inside and with bytes beyond ASCII are accepted, in each place where a client may send them.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { configText, TOKEN } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
/** What the clients send, as bytes. */
const TOKENS = {
  spaces: "My API  Key",
  utf8: Buffer.from("schlüssel-ключ").toString("latin1"),
  latin1: "\xa0caf\xe9 x",
};
const SOURCES = "[{type: authorization_bearer}, {type: header, name: x-api-key}]";

const tokens = Object.values(TOKENS).map(
  (token) => `sha256:${createHash("sha256").update(token, "latin1").digest("hex")}`,
);

test.each([
  ["inner spaces, as a bearer", `Authorization: Bearer ${TOKENS.spaces}`, 200],
  ["inner spaces, after more than one space", `Authorization: bearer   ${TOKENS.spaces}  `, 200],
  ["inner spaces, in a header of its own", `X-Api-Key: ${TOKENS.spaces}`, 200],
  ["its spaces shortened", "Authorization: Bearer My API Key", 401],
  ["bytes of UTF-8, as a bearer", `Authorization: Bearer ${TOKENS.utf8}`, 200],
  ["bytes of UTF-8, in a header of its own", `X-Api-Key: ${TOKENS.utf8}`, 200],
  ["bytes of Latin-1, as a bearer", `Authorization: Bearer ${TOKENS.latin1}`, 200],
  ["its first word only", "Authorization: Bearer My", 401],
])("a token with %s", async (_what, line, status) => {
  const upstream = await scene.upstream();
  const parts = { base: upstream.url, sources: SOURCES };
  const gateway = await scene.gateway(parts);
  gateway.swap(configText(parts).replace(`tokens: [${TOKEN}]`, `tokens: ${JSON.stringify(tokens)}`));
  expect((await exchange(gateway.port, requestText("GET", "/up/x", [line]))).status).toBe(status);
});
