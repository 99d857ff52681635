// Checks accessibility and overflow of the page in each state, colour scheme and width, and keeps screenshots to look at.

import { mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AT_SAMPLE, axeFindings, enterToken, openPages, waitForState } from "./browser.ts";
import { type PageServer, startPageServer, TOKEN } from "./page-server.ts";
import { busySummary, crowdedSummary, emptySummary, youngSummary } from "./sample-summary.ts";

const SCREENSHOTS = join(tmpdir(), "ai-gw-lite-dashboard");

const { open } = openPages();
let server: PageServer;
beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  server = await startPageServer(busySummary());
});
afterAll(() => server.close());

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 780 } },
  wide: { colorScheme: "dark", viewport: { width: 1920, height: 1080 } },
  chinese: { colorScheme: "light", locale: "zh-CN" },
} as const;

type Look = keyof typeof LOOKS;

/** Takes a screenshot. Nothing may be wider than the window and axe may find nothing. */
async function expectGood(page: Page, name: string): Promise<void> {
  await page.clock.runFor(500);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  const screenshot = join(SCREENSHOTS, `${name}.png`);
  await page.screenshot({ path: screenshot, fullPage: true });
  expect(statSync(screenshot).size).toBeGreaterThan(5000);
  expect(await axeFindings(page)).toEqual([]);
}

it.each(Object.keys(LOOKS) as Look[])("passes axe and does not overflow in the look %s", async (look) => {
  server.respondWith(busySummary());
  const page = await open(server.url, { ...AT_SAMPLE, ...LOOKS[look], failures: true });
  await enterToken(page, "wrong");
  await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
  await expectGood(page, `${look}-token-form`);

  await enterToken(page, TOKEN);
  await waitForState(page, "live");
  await expectGood(page, `${look}-dashboard`);

  for (const [name, summary] of [["young", youngSummary(130)] as const, ["crowded", crowdedSummary()] as const]) {
    server.respondWith(summary);
    const answered = page.waitForResponse("**/summary");
    await page.clock.runFor(5000);
    await answered;
    await expectGood(page, `${look}-${name}`);
  }

  server.respondWith("broken");
  await page.clock.runFor(5000);
  await waitForState(page, "unavailable");
  await expectGood(page, `${look}-unavailable`);

  server.respondWith(emptySummary());
  await page.clock.runFor(5000);
  await waitForState(page, "live");
  await expectGood(page, `${look}-empty`);
});

it("draws its charts, and redraws them in other colours when the colour scheme changes", async () => {
  server.respondWith(busySummary());
  const page = await open(server.url, { ...AT_SAMPLE, colorScheme: "light" });
  await enterToken(page, TOKEN);
  await waitForState(page, "live");
  await page.clock.runFor(500);
  const images = () => page.evaluate<string[]>("[...document.querySelectorAll('canvas')].map((c) => c.toDataURL())");
  const blank = await page.evaluate<string[]>(
    "[...document.querySelectorAll('canvas')].map((c) => Object.assign(document.createElement('canvas'), { width: c.width, height: c.height }).toDataURL())",
  );
  /** How many charts differ from all of these images. */
  const differing = async (...others: string[][]) =>
    (await images()).filter((image, at) => others.every((other) => other[at] !== image)).length;
  expect(blank).toHaveLength(5);
  await expect.poll(() => differing(blank)).toBe(5);
  const light = await images();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => differing(blank, light)).toBe(5);
});

it("draws the bar of the current step in a paler colour than the others", async () => {
  server.respondWith(busySummary());
  const page = await open(server.url, { ...AT_SAMPLE, colorScheme: "light" });
  await enterToken(page, TOKEN);
  await waitForState(page, "live");
  await page.clock.runFor(500);
  // The colours of a line of pixels just above the horizontal axis, from left to right; each at least four pixels wide.
  const colors = await page.evaluate<string[]>(`(() => {
    const canvas = document.querySelector("[data-chart=requests] canvas");
    const { bottom } = document.querySelector("[data-chart=requests] .u-over").getBoundingClientRect();
    const y = Math.round((bottom - canvas.getBoundingClientRect().top - 3) * devicePixelRatio);
    const { data } = canvas.getContext("2d").getImageData(0, y, canvas.width, 1);
    const pixels = Array.from({ length: canvas.width }, (_, x) => [...data.slice(4 * x, 4 * x + 4)].join());
    return pixels.filter((color, x) => color.endsWith(",255") && [1, 2, 3].every((more) => pixels[x + more] === color));
  })()`);
  const [first] = colors;
  expect(new Set(colors).size).toBe(2);
  expect(colors.lastIndexOf(first ?? "")).toBeLessThan(colors.findIndex((color) => color !== first));
  const brightness = (color: string | undefined) =>
    (color ?? "").split(",").reduce((sum, part) => sum + Number(part), 0);
  expect(brightness(colors.at(-1))).toBeGreaterThan(brightness(first) + 100);
});
