// Which models does the mock list, and what is special about each? Any other name is answered too, as the first one is.

import type { Knobs } from "./knobs.ts";

export interface MockModel {
  readonly id: string;
  readonly what: string;
  /** Settings that asking for this model brings; `x-mock-*` headers win over them. */
  readonly knobs: Partial<Knobs>;
}

/** For clients that can name a model but can't send a header. */
export const MODELS: readonly MockModel[] = [
  { id: "mock-1", what: "answers at the mock's own pace", knobs: {} },
  { id: "mock-fast", what: "streams without a pause", knobs: { paceMs: 0 } },
  { id: "mock-slow", what: "streams two events a second", knobs: { paceMs: 500 } },
  { id: "mock-long", what: "answers with 1000 words", knobs: { events: 1000 } },
  { id: "mock-rate-limited", what: "always answers 429", knobs: { status: 429 } },
  { id: "mock-unavailable", what: "always answers 503", knobs: { status: 503 } },
];

/** The settings a model's name brings; none for a name the mock does not list. */
export function knobsOfModel(model: unknown): Partial<Knobs> {
  return MODELS.find((known) => known.id === model)?.knobs ?? {};
}
