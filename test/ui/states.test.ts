// Checks what the page shows in each state: token form, wrong token, loading, empty, live, paused, unavailable.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AT_SAMPLE, cellsOf, enterToken, figure, openPages, waitForState } from "./browser.ts";
import { type PageServer, startPageServer, TOKEN } from "./page-server.ts";
import { busySummary, emptySummary } from "./sample-summary.ts";

const { open } = openPages();
let server: PageServer;
beforeEach(async () => {
  server = await startPageServer(busySummary());
});
afterEach(() => server.close());

/** Opens the page and enters the token. */
async function openDashboard(options = {}) {
  const page = await open(server.url, { ...AT_SAMPLE, ...options });
  await enterToken(page, TOKEN);
  await waitForState(page, "live");
  return page;
}

describe("the token form", () => {
  it("accepts the token and keeps it in session storage only", async () => {
    const page = await openDashboard();
    expect(await page.evaluate("Object.values(sessionStorage)")).toEqual([TOKEN]);
    expect(await page.evaluate("Object.values(localStorage)")).toEqual([]);
    expect(await page.evaluate("document.cookie")).toBe("");
    expect(page.url()).toBe(server.url);
    await page.reload();
    await waitForState(page, "live");
  });

  it("says that a token is wrong and asks again", async () => {
    const page = await open(server.url, { failures: true });
    await enterToken(page, "not-the-token");
    const alert = page.getByRole("alert");
    await alert.filter({ hasText: "does not accept this token" }).waitFor();
    expect(await page.getByLabel("Metrics token").getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.activeElement.type")).toBe("password");
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    await enterToken(page, TOKEN);
    await waitForState(page, "live");
  });

  it.each(["", "   ", "日本", "a\u0007b"])("does not send %j", async (token) => {
    const page = await open(server.url);
    await enterToken(page, token);
    await page.getByRole("alert").filter({ hasText: /token/ }).waitFor();
    expect(server.requests).toBe(0);
  });

  it.each([
    ["broken", "does not respond"],
    [502, "Unexpected response (status 502)"],
  ] as const)("distinguishes a wrong token from the response %s", async (response, text) => {
    server.respondWith(response);
    const page = await open(server.url, { failures: true });
    await enterToken(page, TOKEN);
    await page.getByRole("alert").filter({ hasText: text }).waitFor();
  });

  it("is shown again when the token is no longer accepted, and the token is forgotten", async () => {
    const page = await openDashboard({ failures: true });
    server.acceptToken("another");
    await page.clock.runFor(5000);
    await page.getByRole("alert").filter({ hasText: "no longer accepts the previous token" }).waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
  });

  it('is shown again after "Forget token"', async () => {
    const page = await openDashboard();
    await page.getByRole("button", { name: "Forget token" }).click();
    await page.getByLabel("Metrics token").waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    const { requests } = server;
    await page.clock.runFor(60_000);
    expect(server.requests).toBe(requests);
  });
});

describe("the dashboard", () => {
  it("refreshes every five seconds", async () => {
    const page = await openDashboard();
    expect(await figure(page, "inflight")).toBe("23");
    const next = busySummary();
    server.respondWith({ ...next, routes: next.routes.map((route) => ({ ...route, inflight_current: 7 })) });
    const before = server.requests;
    await page.clock.runFor(5000);
    await page.locator("[data-figure=inflight]", { hasText: "35" }).waitFor();
    expect(server.requests - before).toBe(1);
  });

  it("keeps table rows on a refresh, and so the user’s text selection", async () => {
    const page = await openDashboard();
    const row = await page.locator("[data-table=routes] tbody tr").nth(1).elementHandle();
    await page.clock.runFor(10_000);
    expect(await row?.evaluate((element: { isConnected: boolean }) => element.isConnected)).toBe(true);
  });

  it("shows its empty parts while the first data is loading", async () => {
    const page = await openDashboard();
    await page.route("**/summary", () => {});
    await page.reload();
    await waitForState(page, "loading");
    expect(await page.locator("main[aria-busy=true] .figure").count()).toBe(5);
  });

  it("says so when there were no requests", async () => {
    server.respondWith(emptySummary());
    const page = await openDashboard();
    await page.getByText("No requests in the last 24 hours.").waitFor();
    expect(await figure(page, "requests")).toBe("0");
    expect(await figure(page, "latency")).toBe("–");
    expect(await page.getByRole("img", { name: "Requests. No requests in the last 15 minutes" }).count()).toBe(1);
    expect(await cellsOf(page, "tokens")).toEqual([[]]);
    await page.getByText("No client or token has been used in the last 24 hours.").waitFor();
    server.respondWith(busySummary());
    await page.clock.runFor(5000);
    await page.locator("[data-figure=requests]", { hasText: /^\d,\d{3}$/ }).waitFor();
    expect(await page.locator(".notice").isVisible()).toBe(false);
  });

  it("switches to the last 24 hours", async () => {
    const page = await openDashboard();
    const { total_requests_24h } = busySummary();
    await page.getByRole("radio", { name: "Last 24 hours" }).check();
    expect(await figure(page, "requests")).toBe(total_requests_24h.toLocaleString("en"));
    expect(await page.getByText("per 15 minutes", { exact: true }).count()).toBe(2);
    expect(await page.getByText("per 15 minutes · provider’s answers", { exact: true }).count()).toBe(2);
  });

  it("does not refresh while it is paused or its tab is hidden", async () => {
    const page = await openDashboard();
    await page.getByRole("button", { name: "Pause" }).click();
    await waitForState(page, "paused");
    let { requests } = server;
    await page.clock.runFor(30_000);
    expect(server.requests).toBe(requests);
    await page.getByRole("button", { name: "Resume" }).click();
    await waitForState(page, "live");
    expect(server.requests).toBe(requests + 1);

    const setHidden = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
         document.dispatchEvent(new Event("visibilitychange"));`,
      );
    await setHidden(true);
    requests = server.requests;
    await page.clock.runFor(60_000);
    expect(server.requests).toBe(requests);
    const answered = page.waitForResponse("**/summary");
    await setHidden(false);
    await answered;
    expect(server.requests).toBe(requests + 1);
  });

  it("says when the gateway does not respond, retries less and less often, and says when it responds again", async () => {
    const page = await openDashboard({ failures: true });
    server.respondWith("broken");
    await page.clock.runFor(5000);
    await waitForState(page, "unavailable");
    const notice = page.locator(".notice.unavailable");
    expect(await notice.textContent()).toContain("The data below is from 14:05:30. Retrying in 5 s.");
    expect(await page.getByRole("status").textContent()).toBe("The gateway does not respond.");
    expect(await page.title()).toContain("Unavailable");
    expect(await figure(page, "inflight")).toBe("23");
    for (const seconds of [5, 10, 20, 40, 60]) {
      const { requests } = server;
      const failed = page.waitForEvent("requestfailed");
      await page.clock.runFor(seconds * 1000);
      await failed;
      expect(server.requests).toBe(requests + 1);
      const next = Math.min(60, seconds * 2);
      await notice.filter({ hasText: `Retrying in ${next} s.` }).waitFor();
    }
    server.respondWith(503);
    await page.getByRole("button", { name: "Retry now" }).click();
    await notice.filter({ hasText: "(status 503)" }).waitFor();
    server.respondWith(busySummary());
    await page.getByRole("button", { name: "Retry now" }).click();
    await waitForState(page, "live");
    expect(await page.getByRole("status").textContent()).toBe("The gateway responds again.");
    expect(await notice.isVisible()).toBe(false);
    const { requests } = server;
    const answered = page.waitForResponse("**/summary");
    await page.clock.runFor(5000);
    await answered;
    expect(server.requests).toBe(requests + 1);
  });
});

describe("the user", () => {
  it("gets Chinese texts if the browser prefers Chinese", async () => {
    const page = await openDashboard({ locale: "zh-CN" });
    expect(await page.evaluate("document.documentElement.lang")).toBe("zh-Hans");
    await page.getByRole("heading", { name: "首字节时间" }).waitFor();
    expect(await page.title()).toContain("仪表盘");
  });

  it("can use everything by keyboard", async () => {
    const page = await open(server.url, AT_SAMPLE);
    await page.keyboard.type(TOKEN);
    await page.keyboard.press("Enter");
    await waitForState(page, "live");
    const reached: string[] = [];
    await page.evaluate("document.activeElement.blur()");
    for (let step = 0; step < 24; step++) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate<string>("document.activeElement.textContent || document.activeElement.value"));
    }
    for (const name of ["Skip to content", "hour", "Pause", "Forget token", "Show as table: Requests"]) {
      expect(reached).toContain(name);
    }
    await page.getByRole("radio", { name: "Last hour" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("per 15 minutes", { exact: true }).first().waitFor();
  });

  it("can read each chart as a table and as a sentence for screen readers", async () => {
    const page = await openDashboard();
    const { series, total_requests_1h } = busySummary();
    const total = total_requests_1h.toLocaleString("en");
    const image = page.getByRole("img", { name: new RegExp(`^Requests\\. Requests: ${total} in total, highest`) });
    await image.waitFor();
    await page.getByText("Show as table: Requests").click();
    const rows = page.getByRole("region", { name: "Requests", exact: true }).getByRole("row");
    const counts = (await rows.locator("td").allTextContents()).map(Number);
    expect(counts.reverse()).toEqual(series.hour.requests);
  });

  it("sees the values at the pointer’s time on all charts, also after a refresh", async () => {
    const page = await openDashboard();
    const { hour } = busySummary().series;
    await page.clock.runFor(500);
    await page.locator("[data-chart=requests] .u-over").hover();
    const times = page.locator(".hovered-time", { hasText: /^\d\d:\d\d$/ });
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

  it("can choose the colours, and the choice is kept", async () => {
    const page = await openDashboard({ colorScheme: "light" });
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await page.getByLabel("Colours").selectOption("dark");
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await waitForState(page, "live");
    expect(await background()).toBe(dark);
  });
});
