// What does the page do? Ask for the token, show the board, keep it fresh while somebody looks.

import type { Answer } from "./answer.ts";
import { askSummary } from "./ask.ts";
import { type Reader, readerOf } from "./reader.ts";
import { Refresher, type Told } from "./refresher.ts";
import { applyTheme, keepTheme, onSystemTheme, readTheme, type Theme } from "./theme.ts";
import { tokenStore } from "./token-store.ts";
import { Board } from "./views/board.ts";
import { gate } from "./views/gate.ts";
import { LANG_TAG, pickLanguage } from "./words/index.ts";

/** Relative to the page at `{path}/ui`: right behind a proxy that moves both. */
const SUMMARY_URL = "summary";

/** The page's one instance: the gate, or the board with its asking. */
class App {
  readonly #reader: Reader;
  readonly #host: HTMLElement;
  #board: Board | undefined = undefined;
  #refresher: Refresher | undefined = undefined;
  #paused = false;

  constructor(reader: Reader, host: HTMLElement) {
    this.#reader = reader;
    this.#host = host;
    document.addEventListener("visibilitychange", () => this.#breathe());
    onSystemTheme(() => this.#board?.recolor());
  }

  start(): void {
    const token = tokenStore.read();
    if (token === undefined) this.#showGate(false);
    else this.#showBoard(token);
  }

  #showGate(noLonger: boolean): void {
    const made = gate(this.#reader, noLonger, {
      onToken: async (token) => {
        const answer = await askSummary(SUMMARY_URL, token, new AbortController().signal);
        if (answer.kind === "summary") {
          tokenStore.keep(token);
          this.#showBoard(token, answer);
          this.#board?.focus();
        }
        return answer;
      },
    });
    document.title = `${this.#reader.words.product} · ${this.#reader.words.page}`;
    this.#host.replaceChildren(made.root);
    made.focus();
  }

  #showBoard(token: string, first?: Answer): void {
    const board = new Board(this.#reader, {
      onPause: (paused) => {
        this.#paused = paused;
        if (paused) board.paused();
        this.#breathe();
      },
      onTheme: (theme) => this.#retheme(theme),
      onLeave: () => this.#leave(false),
      onTryNow: () => this.#refresher?.wake(),
    });
    this.#paused = false;
    this.#board = board;
    this.#refresher = new Refresher(
      (signal) => askSummary(SUMMARY_URL, token, signal),
      (told) => this.#told(told),
    );
    this.#host.replaceChildren(board.root);
    if (first?.kind === "summary") board.update(first.summary);
    this.#breathe();
  }

  #told({ answer, waitMs }: Told): void {
    if (answer.kind === "unauthorized") this.#leave(true);
    else if (answer.kind === "gone") this.#board?.gone(answer.status, waitMs);
    else this.#board?.update(answer.summary);
  }

  /** Asks while the page is seen and not paused, else not. */
  #breathe(): void {
    if (document.hidden || this.#paused) this.#refresher?.sleep();
    else this.#refresher?.wake();
  }

  #leave(noLonger: boolean): void {
    this.#refresher?.sleep();
    this.#refresher = undefined;
    this.#board = undefined;
    tokenStore.forget();
    this.#showGate(noLonger);
  }

  #retheme(theme: Theme): void {
    keepTheme(theme);
    applyTheme(theme);
    this.#board?.recolor();
  }
}

/** Brings the page to life in an element. */
export function startApp(host: HTMLElement): void {
  const language = pickLanguage(navigator.languages);
  document.documentElement.lang = LANG_TAG[language];
  applyTheme(readTheme());
  new App(readerOf(language), host).start();
}
