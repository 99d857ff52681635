// Checks what a page of another origin can send and read in a real browser, through a gateway with TLS.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePair } from "../support/certificates.ts";
import { TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { findProgram } from "../support/program.ts";
import { writePair } from "../support/tls-files.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const CHROMIUM = findProgram("chromium");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

describe.skipIf(CHROMIUM === undefined)("a page in Chromium", () => {
  const stops: (() => Promise<unknown>)[] = [];
  let browser: Browser;
  let upstream: Upstream;
  let gateway: TestGateway;
  let pagePort: number;
  /** Sends the second event. The upstream holds it back until the page has read the first. */
  let sendSecond: () => void = () => {};

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "ai-gw-lite-"));
    stops.push(() => rm(folder, { recursive: true }));
    const tls = await writePair(folder, await makePair());

    const pages = createServer((_req, res) => {
      res.setHeader("content-type", "text/html");
      res.end("<!doctype html><title>page</title>");
    }).listen(0, "127.0.0.1");
    await once(pages, "listening");
    stops.push(async () => {
      pages.close();
      pages.closeAllConnections();
    });
    pagePort = (pages.address() as AddressInfo).port;

    upstream = await startUpstream((req, res) => {
      req.resume();
      res.writeHead(200, {
        "content-type": "text/event-stream",
        "access-control-allow-origin": "https://elsewhere.example",
      });
      res.write("data: one\n\n");
      sendSecond = () => res.end("data: two\n\n");
    });
    stops.push(() => upstream.close());

    gateway = await startGateway(`listen: 127.0.0.1:0
gateway_auth: {tokens: ["${TOKEN}"]}
${tls}
cors: {enabled: true, allow_origins: ["http://127.0.0.1:${pagePort}"], expose_headers: [x-request-id]}
errors: {format: openai}
routes:
  - id: up
    prefix: /up
    upstream: {base_url: "${upstream.url}", inject_headers: [{name: authorization, value: "Bearer ${UPSTREAM_KEY}"}]}
`);
    stops.push(() => gateway.close());
    browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS });
    stops.push(() => browser.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** Opens a page of `host`. Its origin is never the gateway's, because its scheme and port differ. */
  async function open(host: string): Promise<Page> {
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    await page.goto(`http://${host}:${pagePort}/`);
    return page;
  }

  // Given as text, because it runs in the page and not in Node.
  const ASK = `async ({ url, token }) => {
    const res = await fetch(url, {
      method: "POST",
      headers: { authorization: "Bearer " + token, "content-type": "application/json", "x-own": "1" },
      body: "{}",
    });
    const decoder = new TextDecoder();
    const pieces = [];
    for (const reader = res.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(decoder.decode(value));
      if (pieces.length === 1 && res.ok) await window.first(pieces[0]);
    }
    return { status: res.status, pieces, id: res.headers.get("x-request-id"), hidden: res.headers.get("vary") };
  }`;
  const ask = (page: Page, token: string): Promise<unknown> => {
    const argument = JSON.stringify({ url: `https://127.0.0.1:${gateway.port}/up/chat`, token });
    return within("an answer in the page", page.evaluate(`(${ASK})(${argument})`), 20_000);
  };

  it("of a listed origin reads each event of a stream before the next one is sent", async () => {
    const page = await open("127.0.0.1");
    const firsts: string[] = [];
    await page.exposeFunction("first", (text: string) => {
      firsts.push(text);
      sendSecond();
    });
    const answer = await ask(page, TOKEN);
    expect(firsts).toEqual(["data: one\n\n"]);
    expect(answer).toMatchObject({ status: 200, pieces: ["data: one\n\n", "data: two\n\n"], hidden: null });
    const done = await gateway.completed(({ outcome }) => outcome === "success");
    expect(answer).toMatchObject({ id: done["request_id"] });
    expect(gateway.logs.filter(({ outcome }) => outcome === "preflight").length).toBe(1);
    expect(upstream.requests.map(({ method }) => method)).toEqual(["POST"]);
    await page.close();
  }, 30_000);

  it("of a listed origin can read why it was refused", async () => {
    const page = await open("127.0.0.1");
    const answer = (await ask(page, "wrong")) as { status: number; pieces: string[] };
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.pieces.join(""))).toMatchObject({ error: { code: "unauthorized" } });
    await page.close();
  }, 30_000);

  it("of another origin gets nothing, and nothing reaches the upstream", async () => {
    const before = upstream.requests.length;
    const page = await open("localhost");
    await expect(ask(page, TOKEN)).rejects.toThrow("Failed to fetch");
    await gateway.completed(({ outcome }) => outcome === "cors_origin_not_allowed");
    expect(upstream.requests.length).toBe(before);
    await page.close();
  }, 30_000);
});
