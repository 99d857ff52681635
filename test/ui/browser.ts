// In which browser is the page looked at? A headless Chromium that notes every complaint and every request that leaves home.

import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { buildUi } from "../../scripts/build-ui.mjs";
import { NOW } from "./sample-summary.ts";

const CHROMIUM = "/usr/bin/chromium";
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** A browser on a busy machine takes its time. */
const SLOW_MS = 60_000;

export interface OpenOptions extends BrowserContextOptions {
  /** Timers of the page run only when the test says so, from this moment on. */
  readonly clockAt?: number;
  /** Requests are expected to fail: refused, broken or answered with an error status. */
  readonly failures?: boolean;
}

export interface Watching {
  open(url: string, options?: OpenOptions): Promise<Page>;
}

/**
 * A browser for the tests of this file. After each test its pages are closed, and it must hold that none complained:
 * no error in the console, no breach of the content policy, no request to another place.
 */
export function watchPages(): Watching {
  let browser: Browser | undefined;
  const trouble: string[] = [];
  const closing: (() => Promise<void>)[] = [];

  vi.setConfig({ testTimeout: SLOW_MS, hookTimeout: SLOW_MS });
  beforeAll(async () => {
    if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}: run scripts/test-tools.sh`);
    await buildUi();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    expect(trouble.splice(0)).toEqual([]);
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
      watch(page, new URL(url).origin, failures, trouble);
      await page.addInitScript(
        "addEventListener('securitypolicyviolation', (e) => console.error('policy', e.violatedDirective, e.blockedURI))",
      );
      if (clockAt !== undefined) await page.clock.install({ time: clockAt });
      await page.goto(url);
      return page;
    },
  };
}

function watch(page: Page, home: string, failures: boolean, trouble: string[]): void {
  page.on("console", (message) => {
    const failedLoad = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !(failures && failedLoad)) trouble.push(message.text());
  });
  page.on("pageerror", (err) => trouble.push(String(err)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== home) trouble.push(`asked ${request.url()}`);
  });
}

/** Types the token and enters. */
export async function enter(page: Page, token: string): Promise<void> {
  await page.getByLabel(/Metrics token|指标令牌/).fill(token);
  await page.keyboard.press("Enter");
}

/** The state the board says it is in. */
export async function inState(page: Page, state: "loading" | "live" | "paused" | "gone"): Promise<void> {
  await page.locator(`.board[data-state=${state}]`).waitFor();
}

/** A table's body, cell by cell. */
export async function cellsOf(page: Page, table: string): Promise<string[][]> {
  const rows = await page.locator(`[data-table=${table}] tbody tr`).all();
  return Promise.all(rows.map((row) => row.locator("th > span:first-child, td > span:first-child").allTextContents()));
}

/** A large figure's text. */
export function figure(page: Page, name: string): Promise<string | null> {
  return page.locator(`[data-figure=${name}]`).textContent();
}

/** What axe finds wrong, as `rule: first place`. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

/** For pages made of the sample figures: a clock that stands where they do. */
export const AT_SAMPLE: OpenOptions = { clockAt: NOW };
