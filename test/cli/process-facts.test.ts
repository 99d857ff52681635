// Tests which signals mean what, and which warnings the gateway logs at start, on machines other than this one.

import { expect, test } from "vitest";
import { signalMeanings } from "../../src/cli/serve/signals.ts";
import { processFacts, startupWarnings } from "../../src/cli/serve/startup-warnings.ts";

test.each([
  ["20.20.2", "2026-04-29", undefined],
  ["20.20.2", "2026-04-30", "2026-04-30"],
  ["20.20.2", "2026-11-23", "2026-04-30"],
  ["21.7.3", "2026-11-23", "2024-06-01"],
  ["22.23.2", "2026-11-23", undefined],
  ["22.23.2", "2027-05-01", "2027-04-30"],
  ["23.11.0", "2026-11-23", "2025-06-01"],
  ["24.18.1", "2028-04-29", undefined],
  ["24.18.1", "2028-04-30", "2028-04-30"],
  ["25.9.0", "2026-05-31", undefined],
  ["25.9.0", "2026-06-01", "2026-06-01"],
  ["26.10.0", "2029-04-29", undefined],
  ["26.10.0", "2029-04-30", "2029-04-30"],
  ["28.0.0", "2029-04-30", undefined],
])("Node %s on %s: warned of its end of life %s", (node, day, endOfLife) => {
  const warnings = startupWarnings({ node, descriptors: undefined }, Date.parse(day));
  expect(warnings.map(({ fields }) => fields["end_of_life"])).toEqual(endOfLife === undefined ? [] : [endOfLife]);
  for (const { fields } of warnings) {
    expect(fields["node"]).toBe(node);
    expect(fields["source"]).toMatch(/^https:\/\/github\.com\/nodejs\/release/);
  }
});

test.each([
  [4095, 1],
  [4096, 0],
  [undefined, 0],
])("%s descriptors give %d warnings", (descriptors, count) => {
  expect(startupWarnings({ node: "99.0.0", descriptors }, 0)).toHaveLength(count);
});

test("this process knows its own facts", () => {
  const { node, descriptors } = processFacts();
  expect(node).toBe(process.versions.node);
  if (process.platform === "linux") expect(descriptors).toBeGreaterThan(0);
});

test("a hang-up asks for a reload, but on Windows it says that the console closes", () => {
  expect(signalMeanings("linux")).toEqual({ stop: ["SIGTERM", "SIGINT"], reload: ["SIGHUP"] });
  expect(signalMeanings("win32").stop).toContain("SIGHUP");
  expect(signalMeanings("win32").reload).toEqual([]);
});
