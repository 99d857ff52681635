// Checks that what many workers say of Redis is told once.

import { expect, it } from "vitest";
import { FleetState } from "../../src/runtime/workers/fleet-state.ts";

type Step = readonly ["up" | "away" | "gone", number] | readonly ["refused", number, string];

function toldOf(steps: readonly Step[]): string[] {
  const told: string[] = [];
  const state = new FleetState({
    up: () => told.push("up"),
    away: (cause) => told.push(cause),
    stillAway: (cause) => told.push(`still away: ${cause}`),
  });
  for (const [what, worker, refusal] of steps) {
    if (what === "refused") state.away(worker, refusal);
    else if (what === "away") state.away(worker, `away: ${worker}`);
    else state[what](worker);
  }
  return told;
}

it.each<[string, readonly Step[], readonly string[]]>([
  [
    "the first that is up",
    [
      ["up", 1],
      ["up", 2],
      ["up", 3],
    ],
    ["up"],
  ],
  [
    "the first that is away",
    [
      ["up", 1],
      ["up", 2],
      ["away", 2],
      ["away", 1],
    ],
    ["up", "away: 2"],
  ],
  [
    "up again when all are",
    [
      ["away", 1],
      ["away", 2],
      ["up", 2],
      ["up", 1],
    ],
    ["away: 1", "up"],
  ],
  [
    "each time",
    [
      ["up", 1],
      ["away", 1],
      ["up", 1],
      ["away", 1],
    ],
    ["up", "away: 1", "up", "away: 1"],
  ],
  [
    "away from the start on, by one of them",
    [
      ["up", 1],
      ["away", 2],
      ["up", 2],
    ],
    ["up", "away: 2", "up"],
  ],
  [
    "up when the only one that was away has ended",
    [
      ["up", 1],
      ["away", 2],
      ["gone", 2],
    ],
    ["up", "away: 2", "up"],
  ],
  [
    "nothing when the last one ends",
    [
      ["away", 1],
      ["gone", 1],
    ],
    ["away: 1"],
  ],
  [
    "nothing when one ends and another comes",
    [
      ["up", 1],
      ["gone", 1],
      ["up", 2],
    ],
    ["up"],
  ],
  [
    "away only once, by whoever comes",
    [
      ["away", 1],
      ["gone", 1],
      ["away", 2],
      ["up", 2],
    ],
    ["away: 1", "up"],
  ],
  [
    "a refusal once, whichever worker met it, and again the next time",
    [
      ["up", 1],
      ["up", 2],
      ["away", 1],
      ["away", 2],
      ["refused", 1, "no password"],
      ["refused", 2, "no password"],
      ["refused", 2, "loading"],
      ["up", 1],
      ["up", 2],
      ["away", 2],
      ["refused", 2, "no password"],
    ],
    ["up", "away: 1", "still away: no password", "still away: loading", "up", "away: 2", "still away: no password"],
  ],
])("tells of %s", (_what, steps, told) => {
  expect(toldOf(steps)).toEqual(told);
});
