// Checks the guide on WebSockets: its config takes them in each way that it lists, it names only what exists, and both languages agree.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { sectionsWith } from "../src/compiler/schema/shape.ts";
import { startMock } from "../src/mock/start.ts";
import { ERROR_REPLIES } from "../src/plan/replies.ts";
import { startGateway } from "./support/gateway.ts";
import { ledgerFolder } from "./support/ledger-folder.ts";

const file = (path: string): string => readFileSync(resolve(import.meta.dirname, "..", path), "utf8");
const PAGES = { en: file("docs/websocket.md"), zh: file("docs/websocket.zh-CN.md") };

/** The fenced blocks of a page, without comments. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) =>
    text.replaceAll(/\s*#.*$/gm, ""),
  );
}

/** The words in backquotes, outside of fenced blocks. */
function quoted(page: string): string[] {
  return [...page.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
}

const [sample = ""] = blocks(PAGES.en, "yaml");
const TOKEN = "gateway-token-5d1e";
const KEY = "provider-key-9a77";

describe("the guide's config", () => {
  it.each<[string, string, string[], Record<string, string>]>([
    ["a header", "/openai/v1/responses", [], { authorization: `Bearer ${TOKEN}` }],
    ["Azure's header", "/openai/v1/realtime?model=m", [], { "api-key": TOKEN }],
    ["a subprotocol", "/openai/v1/realtime?model=m", ["realtime", `openai-insecure-api-key.${TOKEN}`], {}],
    ["the query", `/openai/v1/realtime?model=m&key=${TOKEN}`, [], {}],
  ])("takes the token in %s", async (_place, path, protocols, headers) => {
    const targets: string[] = [];
    const mock = await startMock({ key: KEY, onRequest: ({ target }) => void targets.push(target) });
    const config = sample
      .replace("127.0.0.1:8080", "127.0.0.1:0")
      .replace("https://api.openai.com", mock.url)
      .replace("enabled: true", `enabled: true\n  ledger: {dir: ${ledgerFolder()}}`);
    const env = { GATEWAY_TOKEN: TOKEN, OPENAI_API_KEY: KEY, GEMINI_API_KEY: "unused-key-0123" };
    const gateway = await startGateway(config, { env });
    onTestFinished(async () => {
      await gateway.close();
      await mock.close();
    });
    const ws = new WebSocket(`${gateway.url.replace("http", "ws")}${path}`, protocols, { headers });
    await once(ws, "open");
    expect(ws.protocol).toBe(protocols[0] ?? "");
    ws.close();
    await once(ws, "close");
    expect(targets).toHaveLength(1);
    expect(targets[0]).not.toContain(TOKEN);
  });
});

describe("both languages", () => {
  it.each(["yaml", "sh", "toml", "js", "nginx"])("have the same blocks in %s", (language) => {
    expect(blocks(PAGES.en, language).length).toBeGreaterThan(0);
    expect(blocks(PAGES.zh, language)).toEqual(blocks(PAGES.en, language));
  });

  it("have the same sections, rows and names", () => {
    for (const pattern of [/^## /gm, /^\| /gm, /^- /gm]) {
      expect(PAGES.zh.match(pattern)?.length).toBe(PAGES.en.match(pattern)?.length);
    }
    expect([...new Set(quoted(PAGES.zh))].sort()).toEqual([...new Set(quoted(PAGES.en))].sort());
  });
});

it("names only errors and keys that exist", () => {
  const words = quoted(PAGES.en);
  const refused = words.flatMap((word) => /^4\d\d (\w+)$/.exec(word)?.[1] ?? []);
  expect(refused.length).toBeGreaterThan(5);
  expect(refused.filter((code) => !Object.hasOwn(ERROR_REPLIES, code))).toEqual([]);
  const keys = words.filter((word) => /_ms$|^\w+(?:\.\w+)+$/.test(word) && !/^response\.|\.md$/.test(word));
  expect(keys.length).toBeGreaterThan(6);
  expect(keys.filter((key) => sectionsWith(key.split(".").at(-1) ?? "").length === 0)).toEqual([]);
});
