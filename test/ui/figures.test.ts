// Checks that figures, charts and tables of the page agree, which time range is shown at first, and that nothing is hidden
// without a sign.

import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Summary } from "../../src/ui/summary.ts";
import type { Used } from "../../src/ui/usage.ts";
import { AT_SAMPLE, cellsOf, enterToken, figure, openPages, waitForState } from "./browser.ts";
import { type PageServer, startPageServer, TOKEN } from "./page-server.ts";
import { busySummary, crowdedSummary, LONG_ID, meterlessSummary, youngSummary } from "./sample-summary.ts";
import { NOTHING, used } from "./sample-usage.ts";

const { open } = openPages();
let server: PageServer;
beforeEach(async () => {
  server = await startPageServer(busySummary());
});
afterEach(() => server.close());

async function openDashboard(summary: Summary, options = {}): Promise<Page> {
  server.respondWith(summary);
  const page = await open(server.url, { ...AT_SAMPLE, ...options });
  await enterToken(page, TOKEN);
  await waitForState(page, "live");
  return page;
}

const PHONE = { viewport: { width: 360, height: 780 } };
const numberIn = (text: string | null | undefined) => Number((text ?? "").replaceAll(/[^0-9]/g, ""));

describe("the results", () => {
  it.each(["Last 15 min", "Last hour", "Last 24 hours"])("add up to the key figures: %s", async (range) => {
    const page = await openDashboard(busySummary());
    await page.getByRole("radio", { name: range }).check();
    const requests = numberIn(await figure(page, "requests"));
    const [errors, of] = ((await page.locator("[data-figure=errors] + dd").textContent()) ?? "").split(" of ");
    expect(numberIn(of)).toBe(requests);
    const captions = await page.locator(".result-groups caption b").allTextContents();
    const rows = await Promise.all(
      ["upstream", "gateway", "incomplete"].map((group) => cellsOf(page, `results-${group}`)),
    );
    const totals = rows.map((group) => group.reduce((sum, [, count]) => sum + numberIn(count), 0));
    expect(captions.map(numberIn)).toEqual(totals);
    expect(totals.reduce((sum, total) => sum + total)).toBe(requests);
    const byClass = async (name: string) => numberIn(await page.locator(`[data-class=${name}] b`).textContent());
    expect((await byClass("client_error")) + (await byClass("server_error"))).toBe(numberIn(errors));
    // The legend of the chart of errors shows the same.
    const legend = page.locator(".chart", { hasText: "Errors" }).locator(".legend b");
    expect((await legend.allTextContents()).map(numberIn)).toEqual([
      await byClass("server_error"),
      await byClass("client_error"),
      await byClass("client_closed"),
    ]);
  });

  it("say in words what each result means, and show a newer one without words", async () => {
    const page = await openDashboard(crowdedSummary());
    const gateway = page.locator("[data-table=results-gateway]");
    expect(await gateway.getByRole("row", { name: /^rate_limited limit of requests per minute 240/ }).count()).toBe(1);
    await page.locator(".results").getByRole("button", { name: "Show all 23" }).click();
    expect((await cellsOf(page, "results-gateway")).at(-1)?.[0]).toBe("some_newer_word");
    const incomplete = page.locator("[data-table=results-incomplete]");
    expect(await incomplete.getByText("response took too long").count()).toBe(1);
  });
});

describe("clients and tokens", () => {
  const notes = async (page: Page) => {
    const rows = await page.locator("[data-table=tokens] tbody th").all();
    return Promise.all(rows.map((row) => row.locator("span").allTextContents()));
  };

  it("are listed by id or label, with the limits of a client and what it has in flight", async () => {
    const page = await openDashboard(busySummary());
    expect(await page.getByRole("heading", { name: "Clients and tokens" }).count()).toBe(1);
    expect(await notes(page)).toEqual([
      ["team-search", "11 of 40 in flight · at most 600 per minute"],
      ["ci-***k2#90aa31fe"],
      ["eva***9x#5d2207bc"],
      ["a***#c81f6e05"],
      ["nightly-evaluation.eu", "8 of 8 in flight"],
      ["intern", "1 of 2 in flight · at most 20 per minute"],
    ]);
  });

  it("follow the summary: a limit that is gone is not shown any more", async () => {
    const busy = busySummary();
    const page = await openDashboard(busy);
    const [first] = busy.tokens;
    if (first === undefined) throw new Error("the sample has no clients");
    const tokens = [
      { ...first, max_inflight: null, inflight_current: null },
      { ...first, token: "ci-***k2#90aa31fe", rate_per_minute: null, max_inflight: null, inflight_current: null },
    ];
    server.respondWith({ ...busy, tokens });
    const answered = page.waitForResponse("**/summary");
    await page.clock.runFor(5000);
    await answered;
    await expect.poll(() => notes(page)).toEqual([["team-search", "at most 600 per minute"], ["ci-***k2#90aa31fe"]]);
  });
});

it("WebSockets are shown below the requests in flight of their route", async () => {
  const page = await openDashboard(busySummary());
  const notes = page.locator("[data-table=routes] td .note");
  expect(await notes.allTextContents()).toEqual(["WebSockets: 4"]);
  const chinese = await openDashboard(busySummary(), { locale: "zh-CN" });
  expect(await chinese.locator("[data-table=routes] td .note").allTextContents()).toEqual(["WebSocket：4"]);
});

describe("the upstreams of pools", () => {
  /** The state of each upstream with what follows it. */
  const statesOf = (page: Page) => page.locator("[data-table=upstreams] td.words").allTextContents();

  it("are listed with their state, why and for how long, and their requests and failures of the last hour", async () => {
    const page = await openDashboard(busySummary());
    expect(await cellsOf(page, "upstreams")).toEqual([
      ["account-1", "cooling", "2,214", "6"],
      ["account-2", "well", "1,873", "3"],
      ["azure-west-europe", "to be tried", "61", "9"],
      ["main", "cooling", "1,402", "88"],
      ["second", "well", "871", "4"],
    ]);
    expect(await statesOf(page)).toEqual([
      "cooling42s left · rate limit",
      "well",
      "to be triedby one request · several failures in a row",
      "cooling4m 12s left · quota spent",
      "well",
    ]);
    expect(await page.locator("[data-table=upstreams] th .note").allTextContents()).toEqual([
      "route openai",
      "route openai",
      "route openai",
      "route anthropic",
      "route anthropic",
    ]);
  });

  it("follow the summary, and show a newer reason as it is", async () => {
    const busy = busySummary();
    const page = await openDashboard(busy);
    const upstreams = [
      { state: "cooling", reason: "some newer words", until_unix_ms: null },
      { state: "well" },
    ] as const;
    const well = { reason: null, until_unix_ms: null, attempts_1h: 0, failures_1h: 0 };
    const routes = busy.routes.map((route, at) => ({
      ...route,
      upstreams: at === 0 ? upstreams.map((each, id) => ({ ...well, id: `u${id}`, ...each })) : [],
    }));
    server.respondWith({ ...busy, routes });
    await page.clock.runFor(5000);
    await expect.poll(() => statesOf(page)).toEqual(["coolingsome newer words", "well"]);
  });

  it("that are not well come first in a long list", async () => {
    const page = await openDashboard(crowdedSummary());
    expect(await page.locator("[data-table=upstreams] tbody tr").count()).toBe(10);
    expect((await cellsOf(page, "upstreams")).filter(([, state]) => state === "well")).toEqual([]);
  });

  it("are not mentioned where no route has a pool", async () => {
    const busy = busySummary();
    const page = await openDashboard({ ...busy, routes: busy.routes.map((route) => ({ ...route, upstreams: [] })) });
    expect(await page.locator("[data-table=routes] tbody tr").count()).toBe(5);
    expect(await page.getByText("Upstreams of pools").isVisible()).toBe(false);
    server.respondWith(busy);
    await page.clock.runFor(5000);
    await page.getByRole("heading", { name: "Upstreams of pools" }).waitFor();
  });
});

describe("the time range shown at first", () => {
  it.each([
    [20, "Last 15 min"],
    [14 * 60, "Last 15 min"],
    [15 * 60, "Last hour"],
  ])("is, %d s after the start, %s", async (seconds, range) => {
    const page = await openDashboard(youngSummary(seconds));
    expect(await page.getByRole("radio", { name: range }).isChecked()).toBe(true);
  });

  it("stays as the user chose it", async () => {
    const page = await openDashboard(youngSummary(60));
    await page.getByRole("radio", { name: "Last 24 hours" }).check();
    const answered = page.waitForResponse("**/summary");
    await page.clock.runFor(5000);
    await answered;
    expect(await page.getByRole("radio", { name: "Last 24 hours" }).isChecked()).toBe(true);
  });
});

describe("a process that has just started", () => {
  it("is shown from its start, in steps of 10 seconds, with the current step marked", async () => {
    // Started at 14:04:43; now it is 14:05:30.
    const page = await openDashboard(youngSummary(47));
    await page.getByText("Show as table: Requests").click();
    const region = page.getByRole("region", { name: "Requests", exact: true });
    expect(await region.getByRole("row").locator("th[scope=row]").allTextContents()).toEqual([
      "14:05:30, so far",
      "14:05:20",
      "14:05:10",
      "14:05:00",
      "14:04:50",
      "14:04:40",
    ]);
    await page.getByRole("radio", { name: "Last hour" }).check();
    await expect
      .poll(() => region.getByRole("row").locator("th[scope=row]").allTextContents())
      .toEqual(["14:05, so far", "14:04"]);
  });

  it("counts its first requests in the last minute", async () => {
    const young = youngSummary(47);
    const page = await openDashboard(young);
    const all = young.series.quarter.requests.reduce((sum, count) => sum + count, 0);
    expect(await page.locator("[data-figure=requests] + dd").textContent()).toBe(`${all} in the last minute`);
  });
});

describe("nothing is hidden without a sign", () => {
  it("long lists have a button that shows all, and shows fewer again", async () => {
    const page = await openDashboard(crowdedSummary());
    const rows = page.locator("[data-table=routes] tbody tr");
    expect(await rows.count()).toBe(10);
    const button = page.locator(".routes").getByRole("button", { name: "Show all 40" });
    await button.click();
    expect(await rows.count()).toBe(40);
    const answered = page.waitForResponse("**/summary");
    await page.clock.runFor(5000);
    await answered;
    expect(await rows.count()).toBe(40);
    await page.locator(".routes").getByRole("button", { name: "Show fewer" }).click();
    expect(await rows.count()).toBe(10);
    expect(await page.getByRole("button", { name: /^Show all/ }).allTextContents()).toEqual([
      "Show all 23",
      "Show all 30",
      "Show all 30",
      "Show all 21",
      "Show all 40",
      "Show all 40",
      "Show all 50",
      "Show all 30",
      "Show all 42",
    ]);
    // Limits that are nearly full come before the others, below the two of the whole gateway.
    const gauges = await page.locator("[data-list=limits] .bar").all();
    const classes = await Promise.all(gauges.map((bar) => bar.getAttribute("class")));
    expect(classes.map((name) => name?.includes("nearly-full"))).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    ["a phone", PHONE],
    ["a tablet", { viewport: { width: 820, height: 1100 } }],
    ["a large tablet", { viewport: { width: 990, height: 1100 } }],
    ["a small desktop", { viewport: { width: 1200, height: 1000 } }],
    ["a desktop", {}],
    ["a wide desktop", { viewport: { width: 1490, height: 1000 } }],
  ])("all figures of a table are visible on %s, whatever its names are", async (_, options) => {
    const page = await openDashboard(crowdedSummary(), options);
    const hidden = await page.evaluate<string[]>(`[...document.querySelectorAll("main table :is(td, tbody th)")]
      .filter((cell) => {
        const { left, right, width } = cell.getBoundingClientRect();
        return cell.checkVisibility() && (width === 0 || left < 0 || right > innerWidth);
      })
      .map((cell) => cell.textContent)`);
    expect(hidden).toEqual([]);
    const scrolled = await page.evaluate<number>(
      `[...document.querySelectorAll("main > :not(.over-time) .scroll, .result-groups > *")]
        .filter((box) => box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth).length`,
    );
    expect(scrolled).toBe(0);
  });

  it("a long name is cut, with all of it in its title", async () => {
    const page = await openDashboard(crowdedSummary(), PHONE);
    const name = page.locator("[data-table=routes] tbody th > span", { hasText: LONG_ID });
    expect(await name.getAttribute("title")).toBe(LONG_ID);
    expect((await name.boundingBox())?.height).toBeLessThan(80);
    const note = page.locator("[data-table=upstreams] .note", { hasText: LONG_ID }).first();
    expect(await note.getAttribute("title")).toBe(`route ${LONG_ID}`);
    expect((await note.boundingBox())?.height).toBeLessThan(80);
  });

  it("on a phone each value stands below the name of its column, and a screen reader still gets a table", async () => {
    const page = await openDashboard(busySummary(), PHONE);
    const routes = page.locator("[data-table=routes]");
    const first = routes.getByRole("row", { name: /^openai/ });
    expect(await first.getByRole("cell").count()).toBe(9);
    const labels = await page.evaluate<string[]>(`["routes", "upstreams"].map((table) =>
      getComputedStyle(document.querySelector("[data-table=" + table + "] tbody td"), "::before").content)`);
    expect(labels).toEqual(['"Requests 1 h"', '"State"']);
  });
});

/** Responses that told nothing. */
const SILENT = { records: 2, records_without_tokens: 2, records_without_cost: 2, cost_usd: null } as const;

describe("usage", () => {
  const section = (page: Page) => page.locator("section.usage");
  /** The notes of the budgets, each after its name, amounts, and whether its bar says that it is nearly used up. */
  const budgetsOf = (page: Page) =>
    page.evaluate<string[][]>(`[...document.querySelectorAll("[data-list=budgets] li")].map((item) =>
      [...item.children].map((part) => part.matches(".bar")
        ? part.style.getPropertyValue("--fill") + (part.matches(".nearly-full") ? " nearly full" : "")
        : part.textContent))`);

  it("is shown in all for the last hour and day, with costs that are not all known as the least they can be", async () => {
    const page = await openDashboard({
      ...busySummary(),
      usage_1h: used(4, 2, { untold: 1, unpriced: 1 }),
      usage_24h: used(400_000, 2),
    });
    expect(await cellsOf(page, "usage-totals")).toEqual([
      ["Last hour", "4", "≥ 20.9K", "13K", "≥ 1.6K", "≥ $0.05"],
      ["Last 24 hours", "400,000", "2.1B", "1.3B", "164M", "$5,496.00"],
    ]);
  });

  it("is listed by client, model and route for the hour or the day, the most expensive first, and without those that used nothing", async () => {
    const busy = busySummary();
    const figures = (hour: Used, day: Used) => ({ usage_1h: hour, usage_24h: day });
    const [first, second, third] = busy.tokens;
    const [route] = busy.routes;
    if (!first || !second || !third || !route) throw new Error("the sample is too small");
    const page = await openDashboard({
      ...busy,
      tokens: [
        { ...first, token: "cheap", ...figures(used(9, 0.1), used(9, 0.1)) },
        { ...second, token: "dear", ...figures(used(1, 50), used(2, 50)) },
        { ...third, token: "idle", ...figures(NOTHING, used(100, 9)) },
      ],
      models: [{ model: "other", ...figures(used(10, null), used(10, null)) }],
      routes: [{ ...route, route_id: "silent", ...figures({ ...NOTHING, ...SILENT }, { ...NOTHING, ...SILENT }) }],
    });
    await page.getByRole("radio", { name: "Last hour" }).check();
    expect(await cellsOf(page, "usage-clients")).toEqual([
      ["dear", "5.2K", "3.2K", "410", "$0.34"],
      ["cheap", "47.1K", "29.2K", "3.7K", "<$0.01"],
    ]);
    expect(await cellsOf(page, "usage-models")).toEqual([["other", "52.3K", "32.4K", "4.1K", "unknown"]]);
    expect(await section(page).getByText("all other names").count()).toBe(1);
    expect(await cellsOf(page, "usage-routes")).toEqual([["silent", "unknown", "unknown", "unknown", "unknown"]]);
    await page.getByRole("radio", { name: "Last 24 hours" }).check();
    await expect
      .poll(async () => (await cellsOf(page, "usage-clients")).map(([name]) => name))
      .toEqual(["idle", "dear", "cheap"]);
    expect(await section(page).locator(".per").allTextContents()).toEqual(Array(3).fill("Last 24 hours"));
  });

  it("has the budgets, with what is left and the end of the period in UTC", async () => {
    const page = await openDashboard(busySummary(), { timezoneId: "Asia/Shanghai" });
    expect(await budgetsOf(page)).toEqual([
      [
        "team-search, per month",
        "$1,834.20 of $2,500.00",
        "0.73368",
        "$664.55 left · $1.25 reserved · until 31 Mar, 00:00 UTC",
      ],
      ["team-search, per day", "38.1M of 60M tokens", "0.63534", "21.8M left · 41K reserved · until 15 Mar, 00:00 UTC"],
      [
        "nightly-evaluation.eu, per week",
        "$204.36 of $200.00",
        "1 nearly full",
        "$0.00 left · until 16 Mar, 00:00 UTC",
      ],
      [
        "intern, per day",
        "$4.71 of $5.00",
        "0.942 nearly full",
        "$0.17 left · $0.12 reserved · until 15 Mar, 00:00 UTC",
      ],
      ["intern, in total", "$12.50 of $100.00", "0.125", "$87.38 left · $0.12 reserved"],
    ]);
  });

  it("shows those budgets first that are nearly used up, where there are many", async () => {
    const page = await openDashboard(crowdedSummary());
    const names = (await budgetsOf(page)).map(([name]) => name);
    expect(names).toHaveLength(9);
    expect(names.every((name) => /^(nightly-evaluation\.eu-\d, per week|intern-\d, per day)$/.test(name ?? ""))).toBe(
      true,
    );
    await page.locator(".budgets").getByRole("button", { name: "Show all 30" }).click();
    expect(await budgetsOf(page)).toHaveLength(30);
  });

  it("is not mentioned on a gateway that writes none down, and budgets are not where there are none", async () => {
    const page = await openDashboard(meterlessSummary());
    await page.locator("[data-table=routes]").waitFor();
    expect(await section(page).isVisible()).toBe(false);
    server.respondWith({ ...busySummary(), budgets: [] });
    await page.clock.runFor(5000);
    await page.getByRole("heading", { name: "Tokens and cost" }).waitFor();
    expect(await page.getByRole("heading", { name: "Budgets" }).isVisible()).toBe(false);
  });
});

describe("the facts of the gateway", () => {
  const shown = async (page: Page, name: string): Promise<string | undefined> => {
    const fact = page.locator(`[data-fact=${name}]`);
    return (await fact.isVisible()) ? ((await fact.textContent()) ?? "") : undefined;
  };

  it.each([
    ["one process", {}, undefined, undefined],
    ["all workers, and Redis", { workers: { configured: 2, alive: 2 }, state: { up: true } }, "2", "counted"],
    ["a worker that has died", { workers: { configured: 4, alive: 3 } }, "3 of 4", undefined],
    ["a Redis that is away", { state: { up: false } }, undefined, "can’t be used"],
  ])("tell of %s", async (_what, members, workers, redis) => {
    const page = await openDashboard({ ...busySummary(), ...members });
    expect([await shown(page, "workers"), await shown(page, "redis")]).toEqual([workers, redis]);
    const isBad = await page.locator("[data-fact=redis] .badge").evaluate((badge) => badge.classList.contains("bad"));
    expect(isBad).toBe(redis === "can’t be used");
  });
});
