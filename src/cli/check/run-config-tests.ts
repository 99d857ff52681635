// Runs the `tests` of a config. Each test is one dry run, with the code that `explain` and the gateway itself use.

import type { ConfigTest, FailedExpectation, RunConfigTests } from "../../compiler/index.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { DryUpstream } from "../../runtime/dry/dry-exchange.ts";
import { type DryRun, dryRunner } from "../../runtime/dry/dry-run.ts";

/** Runs every test of a config. Each gets counters of its own, so that one test can't use up the rate limit of another. */
export const runConfigTests: RunConfigTests = (blueprint, tests) => {
  const dryRun = dryRunner(blueprint, systemClock);
  return tests.map(({ request, expect }) => {
    const run = dryRun({
      method: request.method.toUpperCase(),
      target: request.path,
      rawHeaders: rawHeaders(request.headers ?? {}),
      model: request.model,
      client: request.client,
    });
    const taken = blueprint.routes.findIndex(({ id }) => id === run.route);
    const failed = [...failedRoute(run, expect.route, taken), ...failedStatus(run, expect.status, taken)];
    // With the wrong route or status, differences in the upstream request would only repeat the same finding.
    return failed.length > 0 ? failed : failedUpstream(run, expect);
  });
};

const SCOPE_DECIDES = "the model of the request decides whether the client may send it, and `request` has no `model`";

type Expect = ConfigTest["expect"];

function rawHeaders(headers: Readonly<Record<string, string>>): string[] {
  const raw = Object.entries(headers).flat();
  const host = Object.keys(headers).some((name) => name.toLowerCase() === "host");
  return host ? raw : ["host", "localhost", ...raw];
}

function failedRoute(run: DryRun, route: string | undefined, taken: number): FailedExpectation[] {
  if (route === undefined) return [];
  const path = ["expect", "route"];
  if (run.reply !== undefined) return [{ path, problem: refusal(run) }];
  return run.route === route ? [] : [{ path, problem: "the request is taken by route", takenBy: taken }];
}

function failedStatus(run: DryRun, status: number | undefined, taken: number): FailedExpectation[] {
  if (status === undefined || run.reply?.status === status) return [];
  const path = ["expect", "status"];
  if (run.reply !== undefined) return [{ path, problem: refusal(run) }];
  if (run.scopeDecides) return [{ path, problem: SCOPE_DECIDES }];
  return [{ path, problem: "the request is not refused but taken by route", takenBy: taken }];
}

function refusal({ reply }: DryRun): string {
  return `the request is answered with ${reply?.status} ${reply?.outcome}`;
}

function failedUpstream(run: DryRun, expect: Expect): FailedExpectation[] {
  const { upstream: id, upstream_url: url, upstream_headers: headers, absent_headers: absent } = expect;
  const asked = Object.keys({ ...(id && { id }), ...(url && { url }), ...headers }).length + (absent?.length ?? 0) > 0;
  const { upstream } = run;
  if (upstream === undefined) return asked ? [{ path: ["expect"], problem: whyNothing(run) }] : [];
  // At another upstream, the rest differs for the same reason.
  if (id !== undefined && id !== upstream.id) {
    return [{ path: ["expect", "upstream"], problem: "another upstream is asked first" }];
  }
  return [
    ...(url === undefined || url === upstream.url
      ? []
      : [{ path: ["expect", "upstream_url"], problem: "the request is sent to another URL" }]),
    ...Object.entries(headers ?? {}).flatMap(([name, value]) => failedHeader(upstream, name, value)),
    ...(absent ?? []).flatMap((name, index) =>
      valuesOf(upstream, name).length === 0
        ? []
        : [{ path: ["expect", "absent_headers", index], problem: "this header is sent" }],
    ),
  ];
}

function whyNothing(run: DryRun): string {
  if (run.reply !== undefined) return `${refusal(run)}, nothing is sent`;
  return "the model of the request decides which upstream is asked, and `request` has no `model`";
}

function failedHeader(upstream: DryUpstream, name: string, value: string): FailedExpectation[] {
  const sent = valuesOf(upstream, name);
  if (sent.includes(value)) return [];
  const problem = sent.length === 0 ? "this header is not sent" : "this header is sent with another value";
  return [{ path: ["expect", "upstream_headers", name], problem }];
}

function valuesOf({ headers }: DryUpstream, name: string): string[] {
  return headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name.toLowerCase());
}
