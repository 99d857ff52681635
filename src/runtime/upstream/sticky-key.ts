// Reads what keeps a request on one upstream of its pool: its client, or the value of a header (`sticky`; contract, section 14).

import type { StickySpec } from "../../plan/forward.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import { onlyValue } from "../headers/find-header.ts";

/** Makes the function that gives the key of a request; `undefined` for one that may go anywhere. */
export function stickyKeyReader(sticky: StickySpec | undefined): (x: LiveExchange) => string | undefined {
  if (sticky === undefined) return () => undefined;
  if (sticky.by === "client") return ({ client }) => client?.id;
  const { name } = sticky;
  return ({ rawHeaders }) => onlyValue(rawHeaders, name) || undefined;
}
