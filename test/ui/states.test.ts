// Does the page say what is the case: asked for a token, given a wrong one, waiting, empty, live, paused, left alone?

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AT_SAMPLE, cellsOf, enter, figure, inState, watchPages } from "./browser.ts";
import { busySummary, emptySummary } from "./sample-summary.ts";
import { STAGE_TOKEN, type Stage, setStage } from "./stage.ts";

const { open } = watchPages();
let stage: Stage;
beforeEach(async () => {
  stage = await setStage(busySummary());
});
afterEach(() => stage.close());

/** The page, past the gate. */
async function opened(options = {}) {
  const page = await open(stage.url, { ...AT_SAMPLE, ...options });
  await enter(page, STAGE_TOKEN);
  await inState(page, "live");
  return page;
}

describe("the gate", () => {
  it("stands open to who has the token, and keeps it in the session only", async () => {
    const page = await opened();
    expect(await page.evaluate("Object.values(sessionStorage)")).toEqual([STAGE_TOKEN]);
    expect(await page.evaluate("Object.values(localStorage)")).toEqual([]);
    expect(await page.evaluate("document.cookie")).toBe("");
    expect(page.url()).toBe(stage.url);
    await page.reload();
    await inState(page, "live");
  });

  it("says that a token is wrong, and asks again", async () => {
    const page = await open(stage.url, { failures: true });
    await enter(page, "not-the-token");
    const alert = page.getByRole("alert");
    await alert.filter({ hasText: "does not take this token" }).waitFor();
    expect(await page.getByLabel("Metrics token").getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.activeElement.type")).toBe("password");
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    await enter(page, STAGE_TOKEN);
    await inState(page, "live");
  });

  it.each(["", "   ", "日本", "a\u0007b"])("does not even try %j", async (token) => {
    const page = await open(stage.url);
    await enter(page, token);
    await page.getByRole("alert").filter({ hasText: /token/ }).waitFor();
    expect(stage.asked).toBe(0);
  });

  it.each([
    ["gone", "does not answer"],
    [502, "was not the gateway’s (status 502)"],
  ] as const)("tells a wrong token from %s", async (act, text) => {
    stage.play(act);
    const page = await open(stage.url, { failures: true });
    await enter(page, STAGE_TOKEN);
    await page.getByRole("alert").filter({ hasText: text }).waitFor();
  });

  it("comes back when the token is no longer taken, and forgets it", async () => {
    const page = await opened({ failures: true });
    stage.takes("another");
    await page.clock.runFor(5000);
    await page.getByRole("alert").filter({ hasText: "no longer takes the token" }).waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
  });

  it("comes back when told to forget the token", async () => {
    const page = await opened();
    await page.getByRole("button", { name: "Forget token" }).click();
    await page.getByLabel("Metrics token").waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    const { asked } = stage;
    await page.clock.runFor(60_000);
    expect(stage.asked).toBe(asked);
  });
});

describe("the board", () => {
  it("asks again every five seconds and shows what is new", async () => {
    const page = await opened();
    expect(await figure(page, "inflight")).toBe("23");
    const next = busySummary();
    stage.play({ ...next, routes: next.routes.map((route) => ({ ...route, inflight_current: 7 })) });
    const before = stage.asked;
    await page.clock.runFor(5000);
    await page.locator("[data-figure=inflight]", { hasText: "35" }).waitFor();
    expect(stage.asked - before).toBe(1);
  });

  it("keeps the rows it has, and with them what a reader selected", async () => {
    const page = await opened();
    const row = await page.locator("[data-table=routes] tbody tr").nth(1).elementHandle();
    await page.clock.runFor(10_000);
    expect(await row?.evaluate((element: { isConnected: boolean }) => element.isConnected)).toBe(true);
  });

  it("waits for the first figures with its parts in place", async () => {
    const page = await opened();
    await page.route("**/summary", () => {});
    await page.reload();
    await inState(page, "loading");
    expect(await page.locator("main[aria-busy=true] .figure").count()).toBe(5);
  });

  it("says so when nothing has come through", async () => {
    stage.play(emptySummary());
    const page = await opened();
    await page.getByText("Nothing has come through yet.").waitFor();
    expect(await figure(page, "requests")).toBe("0");
    expect(await figure(page, "latency")).toBe("–");
    expect(await page.getByRole("img", { name: "Requests. No requests in the last hour" }).count()).toBe(1);
    expect(await cellsOf(page, "tokens")).toEqual([[]]);
    await page.getByText("No token has been used in the last 24 hours.").waitFor();
    stage.play(busySummary());
    await page.clock.runFor(5000);
    await page.locator("[data-figure=requests]", { hasText: "5," }).waitFor();
    expect(await page.locator(".notice").isVisible()).toBe(false);
  });

  it("shows the day when asked for it", async () => {
    const page = await opened();
    const { total_requests_24h } = busySummary();
    await page.getByRole("radio", { name: "Last 24 hours" }).check();
    expect(await figure(page, "requests")).toBe(total_requests_24h.toLocaleString("en"));
    expect(await page.getByText("per 15 minutes", { exact: true }).count()).toBe(4);
  });

  it("rests while paused, and while nobody looks", async () => {
    const page = await opened();
    await page.getByRole("button", { name: "Pause" }).click();
    await inState(page, "paused");
    let { asked } = stage;
    await page.clock.runFor(30_000);
    expect(stage.asked).toBe(asked);
    await page.getByRole("button", { name: "Resume" }).click();
    await inState(page, "live");
    expect(stage.asked).toBe(asked + 1);

    const look = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
         document.dispatchEvent(new Event("visibilitychange"));`,
      );
    await look(true);
    asked = stage.asked;
    await page.clock.runFor(60_000);
    expect(stage.asked).toBe(asked);
    const answered = page.waitForResponse("**/summary");
    await look(false);
    await answered;
    expect(stage.asked).toBe(asked + 1);
  });

  it("says when the gateway is gone, tries later and later, and says when it is back", async () => {
    const page = await opened({ failures: true });
    stage.play("gone");
    await page.clock.runFor(5000);
    await inState(page, "gone");
    const notice = page.locator(".notice.gone");
    expect(await notice.textContent()).toContain("The figures below are from 14:05:30. Next try in 5 s.");
    expect(await page.getByRole("status").textContent()).toBe("The gateway does not answer");
    expect(await page.title()).toContain("No answer");
    expect(await figure(page, "inflight")).toBe("23");
    for (const seconds of [5, 10, 20, 40, 60]) {
      const { asked } = stage;
      const failed = page.waitForEvent("requestfailed");
      await page.clock.runFor(seconds * 1000);
      await failed;
      expect(stage.asked).toBe(asked + 1);
      const next = Math.min(60, seconds * 2);
      await notice.filter({ hasText: `Next try in ${next} s.` }).waitFor();
    }
    stage.play(503);
    await page.getByRole("button", { name: "Try now" }).click();
    await notice.filter({ hasText: "(status 503)" }).waitFor();
    stage.play(busySummary());
    await page.getByRole("button", { name: "Try now" }).click();
    await inState(page, "live");
    expect(await page.getByRole("status").textContent()).toBe("The gateway answers again");
    expect(await notice.isVisible()).toBe(false);
    const { asked } = stage;
    const answered = page.waitForResponse("**/summary");
    await page.clock.runFor(5000);
    await answered;
    expect(stage.asked).toBe(asked + 1);
  });
});

describe("the reader", () => {
  it("is spoken to in Chinese when the browser asks for it", async () => {
    const page = await opened({ locale: "zh-CN" });
    expect(await page.evaluate("document.documentElement.lang")).toBe("zh-Hans");
    await page.getByRole("heading", { name: "首字节时间" }).waitFor();
    expect(await page.title()).toContain("仪表盘");
  });

  it("can use everything by keyboard", async () => {
    const page = await open(stage.url, AT_SAMPLE);
    await page.keyboard.type(STAGE_TOKEN);
    await page.keyboard.press("Enter");
    await inState(page, "live");
    const reached: string[] = [];
    await page.evaluate("document.activeElement.blur()");
    for (let step = 0; step < 24; step++) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate<string>("document.activeElement.textContent || document.activeElement.value"));
    }
    for (const name of ["Skip to the figures", "hour", "Pause", "Forget token", "As a table: Requests"]) {
      expect(reached).toContain(name);
    }
    await page.getByRole("radio", { name: "Last hour" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("per 15 minutes", { exact: true }).first().waitFor();
  });

  it("can read each chart as a table, and hears it in a sentence", async () => {
    const page = await opened();
    const { series, total_requests_1h } = busySummary();
    const total = total_requests_1h.toLocaleString("en");
    const image = page.getByRole("img", { name: new RegExp(`^Requests\\. Requests: ${total} in all, at most`) });
    await image.waitFor();
    await page.getByText("As a table: Requests").click();
    const rows = page.getByRole("region", { name: "Requests", exact: true }).getByRole("row");
    const counts = (await rows.locator("td").allTextContents()).map(Number);
    expect(counts.reverse()).toEqual(series.hour.requests);
  });

  it("sees on all charts what was at the time pointed at, also after a refresh", async () => {
    const page = await opened();
    const { hour } = busySummary().series;
    await page.clock.runFor(500);
    await page.locator("[data-chart=requests] .u-over").hover();
    const times = page.locator(".pointed", { hasText: /^\d\d:\d\d$/ });
    await expect.poll(() => times.count()).toBe(5);
    const [time] = await times.allTextContents();
    const at = hour.requests.findIndex((_, step) => {
      const start = new Date(hour.start_unix_ms + step * 60_000);
      return start.toISOString().slice(11, 16) === time;
    });
    const legend = page.locator(".legend-line", { hasText: "Requests" }).locator("b");
    expect(await legend.textContent()).toBe(String(hour.requests[at]));
    const answered = page.waitForResponse("**/summary");
    await page.clock.runFor(5000);
    await answered;
    expect(await times.count()).toBe(5);
    await page.mouse.move(0, 0);
    await expect.poll(() => times.count()).toBe(0);
  });

  it("may choose the colours, and finds them again", async () => {
    const page = await opened({ colorScheme: "light" });
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    await page.getByLabel("Colours").selectOption("dark");
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await inState(page, "live");
    expect(await ground()).toBe(dark);
  });
});
