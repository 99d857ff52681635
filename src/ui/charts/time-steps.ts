// Chooses the time steps that a chart shows: those since the process started, and how far its axis goes.

import type { Series } from "../summary.ts";

/** The time steps of a chart, the current one included. */
export interface TimeSteps {
  /** The start of each step, unix ms. */
  readonly starts: readonly number[];
  readonly stepMs: number;
  /** The end of the axis, unix ms: the end of the current step, or later if there are few steps. */
  readonly axisEnd: number;
  /** The index in the summary of the first step that is shown. */
  readonly first: number;
}

/** A chart with fewer steps is filled from the left. Otherwise its first bars would be as wide as the chart. */
const MIN_AXIS_STEPS = 18;

/** @param startedAt when the process started, unix ms: no step before it is shown */
export function timeSteps({ requests, start_unix_ms, step_seconds }: Series, startedAt: number): TimeSteps {
  const stepMs = step_seconds * 1000;
  const before = Math.floor((startedAt - start_unix_ms) / stepMs);
  // The current step is always shown, also if the clock was set back.
  const first = Math.min(Math.max(0, before), requests.length - 1);
  const starts = requests.slice(first).map((_, index) => start_unix_ms + (first + index) * stepMs);
  const axisSteps = Math.max(starts.length, Math.min(MIN_AXIS_STEPS, requests.length));
  return { starts, stepMs, axisEnd: (starts[0] ?? start_unix_ms) + axisSteps * stepMs, first };
}
