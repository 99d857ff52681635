// What does the whole dashboard look like, and in which state is it? Its parts in their places, all fed by one summary.

import { CHARTS } from "../charts/chart-specs.ts";
import { Palette } from "../charts/palette.ts";
import { el, freshId, setAttribute, setText } from "../dom.ts";
import type { Reader } from "../reader.ts";
import type { Range, Summary } from "../summary.ts";
import { chartCard } from "./chart-card.ts";
import { figureStrip } from "./figure-strip.ts";
import { gatewayCard } from "./gateway-card.ts";
import { limitsCard } from "./limits-card.ts";
import { notice } from "./notice.ts";
import { outcomesCard } from "./outcomes-card.ts";
import { routesTable } from "./routes-table.ts";
import { tokensTable } from "./tokens-table.ts";
import { type PageState, type TopBarEvents, topBar } from "./top-bar.ts";

export interface BoardEvents extends Omit<TopBarEvents, "onRange"> {
  onTryNow(): void;
}

/** The dashboard. It knows no token and asks nobody: it shows what it is given. */
export class Board {
  readonly root: HTMLElement;
  readonly #reader: Reader;
  readonly #main: HTMLElement;
  readonly #bar;
  readonly #notice;
  readonly #views;
  readonly #charts;
  readonly #palette: Palette;
  /** Spoken when it changes, seen never. */
  readonly #spoken = el("p", { class: "unseen", role: "status" });
  #summary: Summary | undefined = undefined;
  #range: Range = "hour";
  #state: PageState = "loading";

  constructor(reader: Reader, events: BoardEvents) {
    const { words } = reader;
    this.#reader = reader;
    this.#bar = topBar(reader, { ...events, onRange: (range) => this.#show(range) });
    this.#notice = notice(reader, events.onTryNow);
    this.#main = el("main", { id: "figures", tabindex: -1, "aria-busy": "true" });
    const skip = el("a", { class: "skip", href: "#figures" }, words.skip);
    this.root = el("div", { class: "board" }, skip, this.#bar.root, this.#spoken, this.#main);
    this.#palette = new Palette(this.root);
    this.#charts = CHARTS.map((spec) => chartCard(spec, reader, this.#palette));
    const strip = figureStrip(reader);
    const outcomes = outcomesCard(reader);
    const tables = [routesTable(reader), tokensTable(reader)];
    const beside = [limitsCard(reader), gatewayCard(reader)];
    this.#views = [strip, ...this.#charts, outcomes, ...tables, ...beside];
    const [requests, errors, ...rest] = this.#charts.map(({ root }) => root);
    this.#main.append(
      this.#notice.root,
      part("now", words.figures.title, strip.root),
      part(
        "over-time",
        words.charts.title,
        ...[requests, errors, outcomes.root, ...rest].filter((node) => node !== undefined),
      ),
      part("detail", words.detail, ...[tables, beside].map((views) => el("div", {}, ...views.map(({ root }) => root)))),
    );
    this.#enter("loading");
  }

  /** New figures, fresh from the gateway. */
  update(summary: Summary): void {
    const wasGone = this.#state === "gone";
    this.#summary = summary;
    this.#main.removeAttribute("aria-busy");
    if (summary.total_requests_24h === 0) this.#notice.nothingYet();
    else this.#notice.clear();
    this.#enter("live");
    if (wasGone) setText(this.#spoken, this.#reader.words.status.back);
    this.#show(this.#range);
  }

  /** The gateway gave no figures. @param waitMs the pause until the next try */
  gone(status: number | undefined, waitMs: number): void {
    const figuresFrom = this.#summary?.generated_at_unix_ms;
    this.#notice.gone({ figuresFrom, status, nextTryAt: performance.now() + waitMs });
    if (this.#state !== "gone") setText(this.#spoken, this.#reader.words.status.goneTitle);
    this.#enter("gone");
  }

  paused(): void {
    this.#notice.clear();
    setText(this.#spoken, this.#reader.words.status.paused);
    this.#enter("paused");
  }

  recolor(): void {
    this.#palette.forget();
    for (const chart of this.#charts) chart.recolor();
  }

  focus(): void {
    // Said to those who hear the page; those who see it keep the top in sight.
    this.#main.focus({ preventScroll: true });
  }

  #enter(state: PageState): void {
    this.#state = state;
    setAttribute(this.root, "data-state", state);
    this.#bar.state(state, this.#summary?.generated_at_unix_ms);
    const { words } = this.#reader;
    document.title =
      state === "gone" ? `⚠ ${words.status.gone} · ${words.product}` : `${words.product} · ${words.page}`;
  }

  #show(range: Range): void {
    this.#range = range;
    const summary = this.#summary;
    if (summary === undefined) return;
    for (const view of this.#views) view.update(summary, range);
  }
}

/** A region of the page with a heading that is heard, not seen. */
function part(name: string, title: string, ...content: readonly Node[]): HTMLElement {
  const id = freshId(name);
  return el("section", { class: name, "aria-labelledby": id }, el("h2", { id, class: "unseen" }, title), ...content);
}
