// Assembles the dashboard from its parts, passes each summary to them and shows the state of the page.

import { CHARTS } from "../charts/chart-specs.ts";
import { Palette } from "../charts/palette.ts";
import { el, setAttribute, setText, uniqueId } from "../dom.ts";
import type { Locale } from "../locale.ts";
import { type Range, type Summary, usageOf } from "../summary.ts";
import { budgetsCard } from "./budgets-card.ts";
import { chartCard } from "./chart-card.ts";
import { gatewayCard } from "./gateway-card.ts";
import { keyFigures } from "./key-figures.ts";
import { limitsCard } from "./limits-card.ts";
import { notice } from "./notice.ts";
import { resultsCard } from "./results-card.ts";
import { routesTable } from "./routes-table.ts";
import { tokensTable } from "./tokens-table.ts";
import { type PageState, type TopBarEvents, topBar } from "./top-bar.ts";
import { upstreamsTable } from "./upstreams-table.ts";
import { usageTables, usageTotals } from "./usage-tables.ts";

export interface DashboardEvents extends Omit<TopBarEvents, "onRange"> {
  /** The user wants the next request now, without waiting for the timer. */
  onRetry(): void;
}

const QUARTER_SECONDS = 15 * 60;

/** The dashboard. It only shows what it is given: it neither fetches data nor knows the token. */
export class Dashboard {
  readonly root: HTMLElement;
  readonly #locale: Locale;
  readonly #main: HTMLElement;
  readonly #topBar;
  readonly #notice;
  readonly #views;
  readonly #charts;
  readonly #usage: HTMLElement;
  readonly #palette: Palette;
  /** Invisible; a screen reader reads it out when it changes. */
  readonly #announcement = el("p", { class: "visually-hidden", role: "status" });
  #summary: Summary | undefined = undefined;
  /** Chosen by the user, or by the first data. */
  #range: Range | undefined = undefined;
  #state: PageState = "loading";

  constructor(locale: Locale, events: DashboardEvents) {
    const { texts } = locale;
    this.#locale = locale;
    this.#topBar = topBar(locale, { ...events, onRange: (range) => this.#updateViews(range) });
    this.#notice = notice(locale, events.onRetry);
    this.#main = el("main", { id: "content", tabindex: -1, "aria-busy": "true" });
    const skipLink = el("a", { class: "skip-link", href: "#content" }, texts.skip);
    this.root = el("div", { class: "dashboard" }, skipLink, this.#topBar.root, this.#announcement, this.#main);
    this.#palette = new Palette(this.root);
    this.#charts = CHARTS.map((spec) => chartCard(spec, locale, this.#palette));
    const figures = keyFigures(locale);
    const results = resultsCard(locale);
    const tables = [routesTable(locale), upstreamsTable(locale), tokensTable(locale)];
    const sideCards = [limitsCard(locale), gatewayCard(locale)];
    const usage = [usageTotals(locale), budgetsCard(locale), ...usageTables(locale)];
    this.#views = [figures, ...this.#charts, results, ...usage, ...tables, ...sideCards];
    const [requests, errors, ...otherCharts] = this.#charts.map(({ root }) => root);
    const pale = el("p", { class: "pale-hint" }, texts.charts.pale);
    const overTime = [requests, errors, results.root, ...otherCharts, pale].filter((node) => node !== undefined);
    const columns = [tables, sideCards].map((views) => el("div", {}, ...views.map(({ root }) => root)));
    this.#usage = section("usage", texts.usage.title, ...usage.map(({ root }) => root));
    this.#usage.hidden = true;
    this.#main.append(
      this.#notice.root,
      section("now", texts.figures.title, figures.root),
      section("over-time", texts.charts.title, ...overTime),
      this.#usage,
      section("detail", texts.detail, ...columns),
    );
    this.#setState("loading");
  }

  /** Shows new data. */
  update(summary: Summary): void {
    const wasUnavailable = this.#state === "unavailable";
    this.#summary = summary;
    this.#main.removeAttribute("aria-busy");
    if (summary.total_requests_24h === 0) this.#notice.showNoRequests();
    else this.#notice.hide();
    this.#setState("live");
    if (wasUnavailable) setText(this.#announcement, this.#locale.texts.status.back);
    if (this.#range === undefined) {
      this.#range = firstRange(summary);
      this.#topBar.showRange(this.#range);
    }
    this.#updateViews(this.#range);
  }

  /**
   * Says that the gateway gave no data. The last data stays visible.
   * @param status of a response that is not a summary; undefined if there was no response
   * @param waitMs time until the next request
   */
  showUnavailable(status: number | undefined, waitMs: number): void {
    const dataFrom = this.#summary?.generated_at_unix_ms;
    this.#notice.showUnavailable({ dataFrom, status, nextRetryAt: performance.now() + waitMs });
    if (this.#state !== "unavailable") setText(this.#announcement, this.#locale.texts.status.noResponse);
    this.#setState("unavailable");
  }

  showPaused(): void {
    this.#notice.hide();
    setText(this.#announcement, this.#locale.texts.status.paused);
    this.#setState("paused");
  }

  /** Call this after a switch between light and dark. */
  redrawCharts(): void {
    this.#palette.clear();
    for (const chart of this.#charts) chart.redraw();
  }

  focus(): void {
    // A screen reader starts reading here. The page does not scroll, so the top stays visible.
    this.#main.focus({ preventScroll: true });
  }

  #setState(state: PageState): void {
    this.#state = state;
    setAttribute(this.root, "data-state", state);
    this.#topBar.showState(state, this.#summary?.generated_at_unix_ms);
    const { texts } = this.#locale;
    document.title =
      state === "unavailable" ? `⚠ ${texts.status.unavailable} · ${texts.product}` : `${texts.product} · ${texts.page}`;
  }

  #updateViews(range: Range): void {
    this.#range = range;
    const summary = this.#summary;
    if (summary === undefined) return;
    this.#usage.hidden = usageOf(summary) === undefined;
    for (const view of this.#views) view.update(summary, range);
  }
}

/** The time range that is shown at first. A process that has just started would leave the hour almost empty. */
function firstRange({ uptime_seconds }: Summary): Range {
  return uptime_seconds < QUARTER_SECONDS ? "quarter" : "hour";
}

/** A section of the page. Only screen readers get its heading. */
function section(name: string, title: string, ...content: readonly Node[]): HTMLElement {
  const id = uniqueId(name);
  const heading = el("h2", { id, class: "visually-hidden" }, title);
  return el("section", { class: name, "aria-labelledby": id }, heading, ...content);
}
