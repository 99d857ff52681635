// Tests which signals mean what, and which warnings the gateway logs at start, on machines other than this one.

import { expect, test } from "vitest";
import { signalMeanings } from "../../src/cli/serve/signals.ts";
import { processFacts, startupWarnings } from "../../src/cli/serve/startup-warnings.ts";

const LOOPBACK = { listen: { host: "127.0.0.1", port: 8080 } };
/** A machine that is warned of nothing. */
const FACTS = { node: "99.0.0", descriptors: undefined, container: undefined };

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
  const warnings = startupWarnings({ ...FACTS, node }, LOOPBACK, Date.parse(day));
  expect(warnings.map(({ fields }) => fields["end_of_life"])).toEqual(endOfLife === undefined ? [] : [endOfLife]);
  for (const { fields, message } of warnings) {
    expect(fields["node"]).toBe(node);
    expect(fields["source"]).toMatch(/^https:\/\/github\.com\/nodejs\/release/);
    expect(message).toContain("use Node.js 24");
  }
});

test.each([
  [4095, 1],
  [4096, 0],
  [undefined, 0],
])("%s descriptors give %d warnings", (descriptors, count) => {
  expect(startupWarnings({ ...FACTS, descriptors }, LOOPBACK, 0)).toHaveLength(count);
});

test.each([
  ["127.0.0.1", "/.dockerenv", 1],
  ["::1", "/.dockerenv", 1],
  ["localhost", "KUBERNETES_SERVICE_HOST", 1],
  ["127.0.0.1", undefined, 0],
  ["0.0.0.0", "/.dockerenv", 0],
  ["::", "/.dockerenv", 0],
  ["10.1.2.3", "/.dockerenv", 0],
])("listening on %s in a container (%s) gives %d warnings", (host, container, count) => {
  const warnings = startupWarnings({ ...FACTS, container }, { listen: { host, port: 8080 } }, 0);
  expect(warnings).toHaveLength(count);
  for (const { message, fields } of warnings) {
    expect(fields).toEqual({ container });
    expect(message).toMatch(/^nothing outside this container can reach the gateway: .* Write listen: 0\.0\.0\.0:8080$/);
  }
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
