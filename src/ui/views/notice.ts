// Shows a message above the data: the gateway does not respond, or it has had no requests.

import { el, setText } from "../dom.ts";
import type { Locale } from "../locale.ts";

export interface Unavailable {
  /** When the data on the page was made, unix ms; undefined if there is none. */
  readonly dataFrom: number | undefined;
  /** The status of a response that is not a summary. */
  readonly status: number | undefined;
  /** Time of the next request, on the clock of `performance.now()`. */
  readonly nextRetryAt: number;
}

export interface Notice {
  readonly root: HTMLElement;
  showUnavailable(unavailable: Unavailable): void;
  showNoRequests(): void;
  hide(): void;
}

/** @param onRetry called when the user does not want to wait for the next request */
export function notice({ texts, formats }: Locale, onRetry: () => void): Notice {
  const { status, noRequestsYet } = texts;
  const title = el("strong");
  const text = el("span");
  const countdown = el("span", { class: "countdown" });
  const button = el("button", { type: "button" }, status.retryNow);
  const root = el("div", { class: "notice", hidden: true }, el("p", {}, title, " ", text, " ", countdown), button);
  let timer: ReturnType<typeof setInterval> | undefined;

  const stopCountdown = () => clearInterval(timer);
  const show = (unavailable: boolean) => {
    stopCountdown();
    root.hidden = false;
    root.classList.toggle("unavailable", unavailable);
    button.hidden = !unavailable;
    setText(countdown, "");
  };
  button.addEventListener("click", () => {
    stopCountdown();
    setText(countdown, status.retrying);
    onRetry();
  });
  return {
    root,
    showUnavailable({ dataFrom, status: code, nextRetryAt }) {
      show(true);
      setText(title, code === undefined ? status.noResponse : status.unexpected(code));
      setText(text, dataFrom === undefined ? status.noData : status.dataFrom(formats.timeOfDay(dataFrom)));
      const tick = () => {
        const seconds = Math.ceil((nextRetryAt - performance.now()) / 1000);
        setText(countdown, seconds > 0 ? status.nextRetry(seconds) : status.retrying);
      };
      tick();
      timer = setInterval(tick, 1000);
    },
    showNoRequests() {
      show(false);
      setText(title, noRequestsYet.title);
      setText(text, noRequestsYet.text);
    },
    hide() {
      stopCountdown();
      root.hidden = true;
    },
  };
}
