// What stands above the figures when they need a word? That the gateway is gone, or that nothing has come through yet.

import { el, setText } from "../dom.ts";
import type { Reader } from "../reader.ts";

export interface Gone {
  /** When the figures on the page were made, unix ms; undefined when there are none. */
  readonly figuresFrom: number | undefined;
  /** The status of an answer that was no summary. */
  readonly status: number | undefined;
  /** When the next try is due, by `performance.now()`. */
  readonly nextTryAt: number;
}

export interface Notice {
  readonly root: HTMLElement;
  gone(gone: Gone): void;
  nothingYet(): void;
  clear(): void;
}

export function notice({ words, formats }: Reader, tryNow: () => void): Notice {
  const { status, nothingYet } = words;
  const title = el("strong");
  const text = el("span");
  const next = el("span", { class: "countdown" });
  const button = el("button", { type: "button" }, status.tryNow);
  const root = el("div", { class: "notice", hidden: true }, el("p", {}, title, " ", text, " ", next), button);
  let ticking: ReturnType<typeof setInterval> | undefined;

  const stop = () => clearInterval(ticking);
  const show = (kind: "gone" | "quiet") => {
    stop();
    root.hidden = false;
    root.classList.toggle("gone", kind === "gone");
    button.hidden = kind !== "gone";
    setText(next, "");
  };
  button.addEventListener("click", () => {
    stop();
    setText(next, status.trying);
    tryNow();
  });
  return {
    root,
    gone({ figuresFrom, status: code, nextTryAt }) {
      show("gone");
      setText(title, `${code === undefined ? status.goneTitle : status.goneStrange(code)}.`);
      setText(
        text,
        figuresFrom === undefined ? status.goneNothingYet : status.goneSince(formats.timeOfDay(figuresFrom)),
      );
      const tick = () => {
        const seconds = Math.ceil((nextTryAt - performance.now()) / 1000);
        setText(next, seconds > 0 ? status.nextTry(seconds) : status.trying);
      };
      tick();
      ticking = setInterval(tick, 1000);
    },
    nothingYet() {
      show("quiet");
      setText(title, `${nothingYet.title}.`);
      setText(text, nothingYet.text);
    },
    clear() {
      stop();
      root.hidden = true;
    },
  };
}
