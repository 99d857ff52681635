// Keeps the metrics token in this tab's session storage, and nowhere else (contract, section 11).

const KEY = "ai-gw-lite.metrics-token";

/** The token of this tab. A browser can refuse storage; the token then lasts only until the page is reloaded. */
export const tokenStore = {
  read(): string | undefined {
    try {
      return sessionStorage.getItem(KEY) ?? undefined;
    } catch {
      return undefined;
    }
  },
  save(token: string): void {
    try {
      sessionStorage.setItem(KEY, token);
    } catch {
      // The page works without storage; after a reload it asks for the token again.
    }
  },
  forget(): void {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Without storage there is nothing to remove.
    }
  },
};
