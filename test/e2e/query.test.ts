// Checks the query that goes upstream: without the gateway token, with the injected parameters, and else byte for byte.

import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { AUTH, configText, TOKEN } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import type { Upstream } from "../support/upstream.ts";

const scene = setScene();
const BY_KEY = "[{type: query, name: key}, {type: authorization_bearer}]";
const OTHER_TOKEN = "a+b c/ü";
const ENCODED = [...TOKEN].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");

interface Setting {
  readonly sources?: string;
  readonly upstream?: readonly string[];
  readonly lines?: readonly string[];
}

/** Sends a GET for this query. Gives the response, and what the upstream saw of the query; `undefined` when it saw nothing. */
async function ask(query: string, { sources, upstream: settings = [], lines = [] }: Setting) {
  const upstream: Upstream = await scene.upstream();
  const top = ["errors: {format: openai}"];
  const parts = { base: upstream.url, upstream: settings, top, ...(sources === undefined ? {} : { sources }) };
  const gateway = await scene.gateway(parts);
  const digest = `sha256:${hash("sha256", OTHER_TOKEN)}`;
  gateway.swap(configText(parts).replace(`tokens: [${TOKEN}]`, `tokens: [${TOKEN}, "${digest}"]`));
  const response = await exchange(gateway.port, requestText("GET", `/up/x${query}`, lines));
  const line = await gateway.completed();
  expect(JSON.stringify(gateway.logs)).not.toContain(TOKEN);
  return { response, line, seen: upstream.requests[0]?.url.slice("/x".length) };
}

describe("a token in the query parameter of a source", () => {
  it.each([
    ["alone", `?key=${TOKEN}`, ""],
    ["first", `?key=${TOKEN}&a=1&b=%2F+c`, "?a=1&b=%2F+c"],
    ["in the middle", `?a=1&key=${TOKEN}&b=2`, "?a=1&b=2"],
    ["last, after empty parameters", `?a&&b=&=&key=${TOKEN}`, "?a&&b=&="],
    ["with its value encoded", `?key=${ENCODED}&a=%zz`, "?a=%zz"],
    ["with its name encoded", `?k%65y=${TOKEN}&a=1`, "?a=1"],
    ["with other characters, encoded as by a form", "?key=a%2Bb+c%2F%C3%BC", ""],
    ["with other characters, encoded as by encodeURIComponent", "?key=a%2Bb%20c%2F%C3%BC", ""],
    ["with a plus as it is", "?key=a+b%20c%2f%c3%bc", ""],
    ["beside parameters that only look alike", `?keys=1&key=${TOKEN}&KEY=2&akey=3`, "?keys=1&KEY=2&akey=3"],
  ])("lets the request in, and is taken out: %s", async (_what, query, seen) => {
    const asked = await ask(query, { sources: BY_KEY });
    expect(asked).toMatchObject({ response: { status: 200 }, seen });
    expect(asked.line["token"]).not.toBeNull();
  });

  it.each([
    ["wrong", "?key=nope", []],
    ["given twice", `?key=${TOKEN}&key=${TOKEN}`, []],
    ["given twice, once encoded, beside a good header", `?key=${TOKEN}&%6bey=`, [AUTH]],
    ["wrong, beside a good header", "?key=nope", [AUTH]],
    ["of another case", `?Key=${TOKEN}`, []],
    ["in the fragment of another", `?a=key=${TOKEN}`, []],
  ])("is refused: %s", async (_what, query, lines) => {
    expect(await ask(query, { sources: BY_KEY, lines })).toMatchObject({ response: { status: 401 }, seen: undefined });
  });

  it("that is empty does not decide, and is taken out", async () => {
    const asked = await ask("?key=&a=1", { sources: BY_KEY, lines: [AUTH] });
    expect(asked).toMatchObject({ response: { status: 200 }, seen: "?a=1" });
  });

  it("is taken out, whatever it holds, when the token came by an earlier source", async () => {
    const sources = "[{type: authorization_bearer}, {type: query, name: key}]";
    const asked = await ask("?a=1&key=their-own&key=2", { sources, lines: [AUTH] });
    expect(asked).toMatchObject({ response: { status: 200 }, seen: "?a=1" });
  });

  it("is one of the places that a 401 names", async () => {
    const { response } = await ask("", { sources: "[{type: query, name: key}, {type: header, name: X-Gw}]" });
    expect(JSON.parse(response.text).error.message).toContain(
      "in the query parameter key, then in the header x-gw. Use a token",
    );
  });
});

describe("a gateway token in a parameter that clients use for keys", () => {
  it.each(["key", "api_key", "api-key", "access_token", "token", "API_KEY"])("is taken out: %s", async (name) => {
    const asked = await ask(`?a=1&${name}=${TOKEN}&${name}=${ENCODED}&${name}=other`, { lines: [AUTH] });
    expect(asked).toMatchObject({ response: { status: 200 }, seen: `?a=1&${name}=other` });
  });

  it("is taken out when it is the token of another client", async () => {
    expect(await ask("?token=a+b+c%2f%c3%bc", { lines: [AUTH] })).toMatchObject({ seen: "?token=a+b+c%2f%c3%bc" });
    expect(await ask("?token=a%2bb+c%2f%c3%bc&x", { lines: [AUTH] })).toMatchObject({ seen: "?x" });
  });

  it("is no token source by itself", async () => {
    expect((await ask(`?key=${TOKEN}`, {})).response.status).toBe(401);
  });

  it.each(["", "?a=1", "?key=provider-key&q=%20+%2b&&", "?%%&=&token"])(
    "the query %j without one is untouched",
    async (query) => {
      expect(await ask(query, { lines: [AUTH] })).toMatchObject({ response: { status: 200 }, seen: query });
    },
  );
});

describe("inject_query", () => {
  const inject = (...entries: readonly string[]): Setting => ({
    lines: [AUTH],
    upstream: [`inject_query: [${entries.join(", ")}]`],
  });
  const VERSION = "{name: api-version, value: 2024-10-21}";

  it.each([
    ["no query", "", [VERSION], "?api-version=2024-10-21"],
    ["other parameters", "?a=%2f+&&b", [VERSION], "?a=%2f+&&b&api-version=2024-10-21"],
    ["the same parameter", "?api-version=1&a=1&api-version=2", [VERSION], "?a=1&api-version=2024-10-21"],
    ["the same parameter, its name encoded", "?api%2Dversion=1&a", [VERSION], "?a&api-version=2024-10-21"],
    ["only the same parameter", "?api-version=1", [VERSION], "?api-version=2024-10-21"],
    ["a value to encode", "?a", ['{name: "a&b", value: "x &=+#ü"}'], "?a&a%26b=x%20%26%3D%2B%23%C3%BC"],
    ["two entries", "", [VERSION, "{name: k, value: v}"], "?api-version=2024-10-21&k=v"],
    ["the client's token in the parameter", `?key=${TOKEN}`, ["{name: key, value: sk-1}"], "?key=sk-1"],
  ])("sets its parameters, and leaves the rest alone: %s", async (_what, query, entries, seen) => {
    expect(await ask(query, inject(...entries))).toMatchObject({ response: { status: 200 }, seen });
  });
});
