// Light or dark? As the system says, unless the reader chose otherwise; the choice is kept for the next visit.

export type Theme = "auto" | "light" | "dark";

const KEY = "ai-gw-lite.theme";

export function readTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}

/** The style sheet does the rest: every colour of it is a pair, and `color-scheme` picks. */
export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === "auto" ? "light dark" : theme;
}

export function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice holds until the page is left.
  }
}

/** Calls back whenever the system changes its mind. */
export function onSystemTheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
