// What the process hears and what it says of the place it runs in, on machines that are not this one.

import { expect, test } from "vitest";
import { signalMeanings } from "../../src/cli/serve/signals.ts";
import { processFacts, startupWarnings } from "../../src/cli/serve/startup-warnings.ts";

test.each([
  ["20.19.0", ["CVE-2026-58044", "CVE-2026-21710"]],
  ["20.20.2", ["CVE-2026-58044"]],
  ["22.22.1", ["CVE-2026-58044", "CVE-2026-21710"]],
  ["22.23.1", ["CVE-2026-58044"]],
  ["22.23.2", []],
  ["23.11.0", ["CVE-2026-58044", "CVE-2026-21710"]],
  ["24.18.1", []],
  ["25.9.0", ["CVE-2026-58044"]],
  ["26.5.0", ["CVE-2026-58044"]],
  ["26.10.0", []],
  ["28.0.0", []],
])("Node %s has the flaws %j", (node, flaws) => {
  const warnings = startupWarnings({ node, descriptors: undefined });
  expect(warnings.map(({ fields }) => fields["cve"])).toEqual(flaws);
  for (const { fields } of warnings) expect(fields["source"]).toMatch(/^https:\/\/nodejs\.org\//);
});

test.each([
  [4095, 1],
  [4096, 0],
  [undefined, 0],
])("%s descriptors are worth %d warnings", (descriptors, count) => {
  expect(startupWarnings({ node: "99.0.0", descriptors })).toHaveLength(count);
});

test("this process knows its own", () => {
  const { node, descriptors } = processFacts();
  expect(node).toBe(process.versions.node);
  if (process.platform === "linux") expect(descriptors).toBeGreaterThan(0);
});

test("a hang-up asks for a reload, but on Windows it says that the console closes", () => {
  expect(signalMeanings("linux")).toEqual({ stop: ["SIGTERM", "SIGINT"], reload: ["SIGHUP"] });
  expect(signalMeanings("win32").stop).toContain("SIGHUP");
  expect(signalMeanings("win32").reload).toEqual([]);
});
