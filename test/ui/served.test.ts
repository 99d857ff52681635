// Checks how the page's files are served: content types, content policy, caching and size.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildUi } from "../../scripts/build-ui.mjs";
import { readPage } from "../../src/runtime/endpoints/ui.ts";
import { configText } from "../support/config.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";

const METRICS = ["observability: {metrics: {enabled: true, path: /ops/metrics, token: metrics-4f1c77aa}}"];

let gateway: TestGateway;
beforeAll(async () => {
  await buildUi();
  gateway = await startGateway(configText({ base: "http://127.0.0.1:9", top: METRICS }));
});
afterAll(() => gateway.close());

const get = (below: string, init: RequestInit = {}) =>
  fetch(`${gateway.url}/ops/metrics/ui${below}`, { redirect: "manual", ...init });

describe("the dashboard's files", () => {
  it.each([
    ["", "text/html; charset=utf-8"],
    ["/app.js", "text/javascript; charset=utf-8"],
    ["/app.css", "text/css; charset=utf-8"],
    ["/icon.svg", "image/svg+xml"],
  ])("serves %j as %s, also for HEAD, and with 304 if the client has them", async (below, contentType) => {
    const response = await get(below);
    const body = await response.text();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": contentType,
      "content-length": String(Buffer.byteLength(body)),
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    const head = await get(below, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(response.headers.get("content-length"));
    const etag = response.headers.get("etag") ?? "";
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get(below, { headers: { "if-none-match": known } });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    }
    expect((await get(below, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  it("allows nothing but its own files", async () => {
    const policy = (await get("")).headers.get("content-security-policy")?.split("; ");
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
      ]),
    );
    expect(policy?.join()).not.toMatch(/unsafe|\*|http|data:/);
  });

  it("names no other host and no secret", async () => {
    const texts = await Promise.all(["", "/app.js", "/app.css"].map(async (below) => (await get(below)).text()));
    const urls = texts.join("").match(/https?:\/\/[^"'`\s)]+/g) ?? [];
    expect(urls.filter((url) => !url.startsWith("http://www.w3.org/"))).toEqual([]);
    expect(texts.join("")).not.toContain("metrics-4f1c77aa");
  });

  it.each([
    ["/", 308],
    ["/none.js", 404],
    ["/index.html", 404],
    ["/app.js/", 404],
    ["/__proto__", 404],
  ])("answers %j with %i", async (below, status) => {
    const response = await get(below);
    expect(response.status).toBe(status);
    if (status === 308) expect(response.headers.get("location")).toBe("../ui");
  });

  it("takes GET and HEAD only", async () => {
    const response = await get("", { method: "POST" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("is small", async () => {
    const sizes = await Promise.all(["", "/app.js", "/app.css", "/icon.svg"].map(async (b) => (await get(b)).text()));
    // The texts of both languages are a fifth of it.
    expect(sizes.join("").length).toBeLessThan(126_000);
  });
});

it("is not served if it was not built", () => {
  const empty = mkdtempSync(join(tmpdir(), "no-page-"));
  try {
    expect(readPage(pathToFileURL(`${empty}/`))).toBeUndefined();
  } finally {
    rmSync(empty, { recursive: true });
  }
});
