// Opens pages in a headless Chromium and fails a test whose page reports an error or sends a request to another host.

import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { buildUi } from "../../scripts/build-ui.mjs";
import { NOW } from "./sample-summary.ts";

const CHROMIUM = "/usr/bin/chromium";
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** Time limit for tests and hooks. A browser on a busy machine is slow. */
const TIMEOUT_MS = 60_000;

export interface OpenOptions extends BrowserContextOptions {
  /** Start time of a fake clock, unix ms. Timers of the page run only when the test advances it. */
  readonly clockAt?: number;
  /** Requests are expected to fail, so their errors in the console are no problem. */
  readonly failures?: boolean;
}

export interface Pages {
  open(url: string, options?: OpenOptions): Promise<Page>;
}

/**
 * Starts a browser for the tests of a file. After each test its pages are closed. The test fails if a page had an
 * error in its console, broke the content policy or sent a request to another host.
 */
export function openPages(): Pages {
  let browser: Browser | undefined;
  const problems: string[] = [];
  const closing: (() => Promise<void>)[] = [];

  vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });
  beforeAll(async () => {
    if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}: run scripts/test-tools.sh`);
    await buildUi();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    expect(problems.splice(0)).toEqual([]);
  });
  afterAll(() => browser?.close());

  return {
    async open(url, { clockAt, failures = false, ...options } = {}) {
      if (browser === undefined) throw new Error("the browser did not start");
      const context = await browser.newContext({
        locale: "en-GB",
        timezoneId: "UTC",
        viewport: { width: 1440, height: 1000 },
        ...options,
      });
      closing.push(() => context.close());
      const page = await context.newPage();
      recordProblems(page, new URL(url).origin, failures, problems);
      await page.addInitScript(
        "addEventListener('securitypolicyviolation', (e) => console.error('policy', e.violatedDirective, e.blockedURI))",
      );
      if (clockAt !== undefined) await page.clock.install({ time: clockAt });
      await page.goto(url);
      return page;
    },
  };
}

function recordProblems(page: Page, origin: string, failures: boolean, problems: string[]): void {
  page.on("console", (message) => {
    const failedLoad = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !(failures && failedLoad)) problems.push(message.text());
  });
  page.on("pageerror", (err) => problems.push(String(err)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`request to ${request.url()}`);
  });
}

/** Types the token and presses Enter. */
export async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel(/Metrics token|指标令牌/).fill(token);
  await page.keyboard.press("Enter");
}

/** Waits until the dashboard shows a state. */
export async function waitForState(page: Page, state: "loading" | "live" | "paused" | "unavailable"): Promise<void> {
  await page.locator(`.dashboard[data-state=${state}]`).waitFor();
}

/** Returns the cells of a table's body, row by row. */
export async function cellsOf(page: Page, table: string): Promise<string[][]> {
  const rows = await page.locator(`[data-table=${table}] tbody tr`).all();
  return Promise.all(rows.map((row) => row.locator("th > span:first-child, td > span:first-child").allTextContents()));
}

/** Returns the text of a key figure. */
export function figure(page: Page, name: string): Promise<string | null> {
  return page.locator(`[data-figure=${name}]`).textContent();
}

/** Returns the problems that axe finds, as `impact rule: elements`. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

/** Starts the clock at the time of the sample summary. */
export const AT_SAMPLE: OpenOptions = { clockAt: NOW };
