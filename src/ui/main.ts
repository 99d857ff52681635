// Starts the page: asks for the metrics token, then shows the dashboard and keeps its data fresh.

import { fetchSummary } from "./fetch-summary.ts";
import { LANG_TAG, type Locale, localeOf, pickLanguage } from "./locale.ts";
import { Refresher, type RefreshResult } from "./refresher.ts";
import type { SummaryResult } from "./summary.ts";
import { applyTheme, onSystemTheme, readTheme, saveTheme, type Theme } from "./theme.ts";
import { tokenStore } from "./token-store.ts";
import { Dashboard } from "./views/dashboard.ts";
import { tokenForm } from "./views/token-form.ts";

/** Relative to the page at `{path}/ui`, so that a reverse proxy may serve both below another path. */
const SUMMARY_URL = "summary";

/** Shows either the token form or the dashboard. The page has one instance. */
class App {
  readonly #locale: Locale;
  readonly #host: HTMLElement;
  #dashboard: Dashboard | undefined = undefined;
  #refresher: Refresher | undefined = undefined;
  #paused = false;

  constructor(locale: Locale, host: HTMLElement) {
    this.#locale = locale;
    this.#host = host;
    document.addEventListener("visibilitychange", () => this.#startOrStop());
    onSystemTheme(() => this.#dashboard?.redrawCharts());
  }

  start(): void {
    const token = tokenStore.read();
    if (token === undefined) this.#showTokenForm(false);
    else this.#showDashboard(token);
  }

  #showTokenForm(tokenExpired: boolean): void {
    const form = tokenForm(this.#locale, tokenExpired, {
      onToken: async (token) => {
        const result = await fetchSummary(SUMMARY_URL, token, new AbortController().signal);
        if (result.kind === "summary") {
          tokenStore.save(token);
          this.#showDashboard(token, result);
          this.#dashboard?.focus();
        }
        return result;
      },
    });
    document.title = `${this.#locale.texts.product} · ${this.#locale.texts.page}`;
    this.#host.replaceChildren(form.root);
    form.focus();
  }

  #showDashboard(token: string, first?: SummaryResult): void {
    const dashboard = new Dashboard(this.#locale, {
      onPause: (paused) => {
        this.#paused = paused;
        if (paused) dashboard.showPaused();
        this.#startOrStop();
      },
      onTheme: (theme) => this.#changeTheme(theme),
      onForgetToken: () => this.#forgetToken(false),
      onRetry: () => this.#refresher?.start(),
    });
    this.#paused = false;
    this.#dashboard = dashboard;
    this.#refresher = new Refresher(
      (signal) => fetchSummary(SUMMARY_URL, token, signal),
      (refreshed) => this.#onRefresh(refreshed),
    );
    this.#host.replaceChildren(dashboard.root);
    if (first?.kind === "summary") dashboard.update(first.summary);
    this.#startOrStop();
  }

  #onRefresh({ result, waitMs }: RefreshResult): void {
    if (result.kind === "unauthorized") this.#forgetToken(true);
    else if (result.kind === "unavailable") this.#dashboard?.showUnavailable(result.status, waitMs);
    else this.#dashboard?.update(result.summary);
  }

  /** Refreshes only while the tab is visible and the dashboard is not paused. */
  #startOrStop(): void {
    if (document.hidden || this.#paused) this.#refresher?.stop();
    else this.#refresher?.start();
  }

  #forgetToken(tokenExpired: boolean): void {
    this.#refresher?.stop();
    this.#refresher = undefined;
    this.#dashboard = undefined;
    tokenStore.forget();
    this.#showTokenForm(tokenExpired);
  }

  #changeTheme(theme: Theme): void {
    saveTheme(theme);
    applyTheme(theme);
    this.#dashboard?.redrawCharts();
  }
}

const host = document.getElementById("app");
if (host !== null) {
  const language = pickLanguage(navigator.languages);
  document.documentElement.lang = LANG_TAG[language];
  applyTheme(readTheme());
  new App(localeOf(language), host).start();
}
