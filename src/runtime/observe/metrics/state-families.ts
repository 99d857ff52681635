// Lists the metrics of the state that several processes share (contract, section 16).

import type { Family } from "./exposition.ts";

/** How the shared state is. */
export interface SharedState {
  /** Redis is used. */
  readonly up: boolean;
  /** How many requests were decided without Redis. */
  readonly decidedAlone: number;
}

export function stateFamilies(state: () => SharedState): Family[] {
  return [
    {
      type: "gauge",
      name: "gateway_state_up",
      help: "Whether the limits are counted in Redis: 1, or 0 while it can't be used.",
      write: (lines) => lines.sample({}, state().up ? 1 : 0),
    },
    {
      type: "counter",
      name: "gateway_state_fallback_total",
      help: "Requests with limits that were decided without Redis.",
      write: (lines) => lines.sample({}, state().decidedAlone),
    },
  ];
}
