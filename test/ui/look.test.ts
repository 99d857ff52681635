// Can everybody read the page, in every state and scheme? Axe looks at each, and so may we: the pictures are kept.

import { mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AT_SAMPLE, axeFindings, enter, inState, watchPages } from "./browser.ts";
import { busySummary, emptySummary } from "./sample-summary.ts";
import { STAGE_TOKEN, type Stage, setStage } from "./stage.ts";

const PICTURES = join(tmpdir(), "ai-gw-lite-dashboard");

const { open } = watchPages();
let stage: Stage;
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  stage = await setStage(busySummary());
});
afterAll(() => stage.close());

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 780 } },
  wide: { colorScheme: "dark", viewport: { width: 1920, height: 1080 } },
  chinese: { colorScheme: "light", locale: "zh-CN" },
} as const;

type Look = keyof typeof LOOKS;

/** Nothing axe minds, nothing wider than its window; and a picture of it. */
async function expectGood(page: Page, name: string): Promise<void> {
  await page.clock.runFor(500);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  const picture = join(PICTURES, `${name}.png`);
  await page.screenshot({ path: picture, fullPage: true });
  expect(statSync(picture).size).toBeGreaterThan(5000);
  expect(await axeFindings(page)).toEqual([]);
}

it.each(Object.keys(LOOKS) as Look[])("has nothing axe minds and does not overflow in the look %s", async (look) => {
  stage.play(busySummary());
  const page = await open(stage.url, { ...AT_SAMPLE, ...LOOKS[look], failures: true });
  await enter(page, "wrong");
  await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
  await expectGood(page, `${look}-gate`);

  await enter(page, STAGE_TOKEN);
  await inState(page, "live");
  await expectGood(page, `${look}-board`);

  stage.play("gone");
  await page.clock.runFor(5000);
  await inState(page, "gone");
  await expectGood(page, `${look}-gone`);

  stage.play(emptySummary());
  await page.clock.runFor(5000);
  await inState(page, "live");
  await expectGood(page, `${look}-empty`);
});

it("draws its charts, and again in other colours when the scheme changes", async () => {
  stage.play(busySummary());
  const page = await open(stage.url, { ...AT_SAMPLE, colorScheme: "light" });
  await enter(page, STAGE_TOKEN);
  await inState(page, "live");
  await page.clock.runFor(500);
  const prints = () => page.evaluate<string[]>("[...document.querySelectorAll('canvas')].map((c) => c.toDataURL())");
  const blank = await page.evaluate<string[]>(
    "[...document.querySelectorAll('canvas')].map((c) => Object.assign(document.createElement('canvas'), { width: c.width, height: c.height }).toDataURL())",
  );
  /** How many charts look like none of these. */
  const unlike = async (...others: string[][]) =>
    (await prints()).filter((print, at) => others.every((other) => other[at] !== print)).length;
  expect(blank).toHaveLength(5);
  await expect.poll(() => unlike(blank)).toBe(5);
  const light = await prints();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => unlike(blank, light)).toBe(5);
});
