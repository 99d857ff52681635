// What did the gateway answer to the page? Its summary, that the token is wrong, or nothing that can be used.

import type { Summary } from "./summary.ts";

export type Answer =
  | { readonly kind: "summary"; readonly summary: Summary }
  | { readonly kind: "unauthorized" }
  /** No answer at all, or one that is no summary: then with its status. */
  | { readonly kind: "gone"; readonly status?: number };
