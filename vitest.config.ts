import { defineConfig } from "vitest/config";
import { SLOW } from "./test/slow.ts";

// `npm test` runs every file. `npm run test:fast` sets the mode, and leaves the slow ones out.
export default defineConfig(({ mode }) => ({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    ...(mode === "fast" ? { exclude: [...SLOW], maxWorkers: "100%" } : {}),
  },
}));
