// Tests that times are written as ISO 8601 texts.

import fc from "fast-check";
import { expect, it } from "vitest";
import { isoTimes } from "../../src/runtime/iso-time.ts";

it("writes the same text as Date, whatever was written before", () => {
  const time = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: -1e12, max: 8e12 }));
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (times) => {
      const isoTime = isoTimes();
      for (const ms of times) expect(isoTime(ms)).toBe(new Date(ms).toISOString());
    }),
  );
});
