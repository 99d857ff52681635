// Lists the test files that `npm run test:fast` leaves out. `npm test` and CI run them all.

/** Slow for one of these reasons, as paths from the root of the repository. */
export const SLOW: readonly string[] = [
  // They start the gateway as a process of its own, and most of them build it first.
  "test/cli/demo-process.test.ts",
  "test/cli/serve-process.test.ts",
  "test/costs/system-calls.test.ts",
  "test/clients/large-upload.test.ts",
  "test/edges/browser.test.ts",
  "test/edges/proxies.test.ts",
  "test/edges/tls.test.ts",
  "test/faults/drain-process.test.ts",
  "test/faults/large-body-memory.test.ts",
  "test/metering/killed-process.test.ts",
  "test/metering/large-body-memory.test.ts",
  "test/observe/log-process.test.ts",
  "test/package/build.test.ts",
  "test/package/image.test.ts",
  "test/package/package.test.ts",
  "test/reload/process.test.ts",
  "test/reload/two-hundred.test.ts",
  "test/runtime/freed-memory.test.ts",
  "test/websocket/fuzz.test.ts",
  "test/websocket/large-messages.test.ts",
  "test/websocket/many-sockets.test.ts",
  // They start many gateways with workers, and a Redis.
  "test/fleet/exact.test.ts",
  "test/fleet/killed-worker.test.ts",
  "test/fleet/log.test.ts",
  "test/fleet/redis-away.test.ts",
  "test/fleet/reloads.test.ts",
  "test/fleet/restart.test.ts",
  "test/workers/log.test.ts",
  "test/workers/lost-worker.test.ts",
  "test/workers/reload.test.ts",
  "test/workers/shared-books.test.ts",
  "test/workers/start-and-stop.test.ts",
  // They open the dashboard in a browser.
  "test/ui/figures.test.ts",
  "test/ui/live.test.ts",
  "test/ui/look.test.ts",
  "test/ui/states.test.ts",
  // They wait for the retries of an SDK, or for a collector.
  "test/edges/sdk-errors.test.ts",
  "test/observe/tracing.test.ts",
  // They wait for times of whole seconds, or for many short ones.
  "test/failover/first-event.test.ts",
  "test/failover/held-answers.test.ts",
  "test/failover/told-waits.test.ts",
  // A new Redis Cluster takes two seconds until it answers.
  "test/redis/link-cluster.test.ts",
  // They start many programs.
  "test/deploy/balancers.test.ts",
  "test/e2e/sdk-recipes.test.ts",
  "test/e2e/lenient-parser.test.ts",
  // They let time pass: providers that are silent or down.
  "test/scenarios/failover-bench.test.ts",
  "test/scenarios/outage.test.ts",
  // Some hundred gateways, one after the other.
  "test/metering/inexact-estimates.test.ts",
  // They start a Redis and gateways for each case, or let the Redis be away again and again.
  "test/redis/any-mix.test.ts",
  "test/redis/budgets.test.ts",
  "test/redis/killed.test.ts",
  "test/redis/late.test.ts",
  "test/redis/outages.test.ts",
  "test/redis/reload.test.ts",
  "test/redis/slots.test.ts",
  // Thousands of exchanges, or many megabytes.
  "test/clients/model-scope.test.ts",
  "test/metering/ten-thousand.test.ts",
  "test/redis/link-leaks.test.ts",
  "test/observe/mixed-exchanges.test.ts",
  "test/websocket/pressure.test.ts",
  // Thousands of calls to Redis, one after the other.
  "test/redis/counts.property.test.ts",
  // Each response of the corpus, cut at each of its bytes.
  "test/usage/corpus-splits.test.ts",
];
