// Where does the metrics token live? In this tab's session storage, and nowhere else (contract, section 11).

const KEY = "ai-gw-lite.metrics-token";

/** The token of this session. Storage can be shut off by the browser: then the token lives as long as the page. */
export const tokenStore = {
  read(): string | undefined {
    try {
      return sessionStorage.getItem(KEY) ?? undefined;
    } catch {
      return undefined;
    }
  },
  keep(token: string): void {
    try {
      sessionStorage.setItem(KEY, token);
    } catch {
      // The page goes on without it; a reload asks again.
    }
  },
  forget(): void {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Nothing was kept.
    }
  },
};
