// Shows the first items of a long list, and a button that shows all of them, so that no item is hidden without a sign.

import { el, setAttribute, setText } from "../dom.ts";
import type { Locale } from "../locale.ts";

export interface LongList {
  /** The button; hidden while all items are shown anyway. */
  readonly button: HTMLButtonElement;
  /** Returns the items to show. */
  visible<T>(items: readonly T[]): readonly T[];
}

/**
 * @param max how many items are shown at first
 * @param onToggle called when the user wants to see more or fewer items
 */
export function longList({ texts, formats }: Locale, max: number, onToggle: () => void): LongList {
  let all = false;
  const button = el("button", { type: "button", class: "more", hidden: true });
  button.addEventListener("click", () => {
    all = !all;
    onToggle();
  });
  return {
    button,
    visible(items) {
      button.hidden = items.length <= max;
      setAttribute(button, "aria-expanded", String(all));
      setText(button, all ? texts.lists.fewer : texts.lists.all(formats.count(items.length)));
      return all ? items : items.slice(0, max);
    },
  };
}
