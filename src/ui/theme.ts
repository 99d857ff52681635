// Applies the light or dark colours: as the system prefers, or as the user chose. The choice is kept for the next visit.

export type Theme = "auto" | "light" | "dark";

const KEY = "ai-gw-lite.theme";

export function readTheme(): Theme {
  try {
    const saved = localStorage.getItem(KEY);
    return saved === "light" || saved === "dark" ? saved : "auto";
  } catch {
    return "auto";
  }
}

/** Sets `color-scheme`. Every colour of the style sheet is a `light-dark()` pair, so nothing else has to change. */
export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === "auto" ? "light dark" : theme;
}

export function saveTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
}

/** Calls back when the system switches between light and dark. */
export function onSystemTheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
