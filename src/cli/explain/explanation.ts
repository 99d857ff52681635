// Makes an explanation of one dry run. Its fields are the JSON of `explain --format json` (contract, section 2).

import { createHash } from "node:crypto";
import type { Blueprint, RouteBlueprint } from "../../plan/blueprint.ts";
import { systemClock } from "../../runtime/clock.ts";
import { dryEndpoints } from "../../runtime/dry/dry-endpoints.ts";
import type { DryRequest, DryUpstream } from "../../runtime/dry/dry-exchange.ts";
import { type DryRun, dryGuardRegistry, dryRun, maskSecrets } from "../../runtime/dry/dry-run.ts";
import { link } from "../../runtime/link.ts";

export interface ShownUpstream {
  readonly method: string;
  readonly url: string;
  /** By lower-case name. A header that is sent more than once has a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export interface Explanation {
  readonly route: string | null;
  readonly steps: DryRun["steps"];
  readonly reply?: { readonly status: number; readonly body: string };
  readonly upstream?: ShownUpstream;
  readonly timeouts: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * Prepares the explanations of a blueprint, with its secrets masked.
 * @returns a function that explains one request; it can be called any number of times
 */
export function explainer(blueprint: Blueprint): (request: DryRequest) => Explanation {
  const masked = maskSecrets(blueprint);
  const tokens = tokenDigests(blueprint);
  const builtIn = dryEndpoints(blueprint);
  return function explain(request) {
    // Each request gets a plan with new counters, so that one request can't use up the rate limit of another.
    const plan = link(masked, dryGuardRegistry(systemClock));
    const { route: id, steps, reply, upstream } = dryRun(plan, builtIn, request);
    const route = blueprint.routes.find((candidate) => candidate.id === id);
    return {
      route: id,
      steps,
      ...(reply && { reply: { status: reply.status, body: reply.body } }),
      ...(upstream && { upstream: shownUpstream(upstream, tokens) }),
      timeouts: route === undefined ? {} : timeoutsOf(route),
      limits: route === undefined ? {} : limitsOf(route),
    };
  };
}

/** The headers as an object. A gateway token is masked in whichever header the client sent it. */
function shownUpstream({ method, url, headers }: DryUpstream, tokens: ReadonlySet<string>): ShownUpstream {
  const shown: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = maskToken(headers[i + 1] as string, tokens);
    const before = shown[name];
    shown[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return { method, url, headers: shown };
}

function maskToken(value: string, tokens: ReadonlySet<string>): string {
  const lastWord = value.split(/\s+/).at(-1) ?? "";
  const known = [value, lastWord].some((text) => tokens.has(createHash("sha256").update(text, "utf8").digest("hex")));
  return known ? "***" : value;
}

function tokenDigests(blueprint: Blueprint): ReadonlySet<string> {
  const steps = blueprint.routes.flatMap(({ steps }) => steps);
  return new Set(
    steps.flatMap((step) => (step.kind === "auth" ? step.spec.tokens.map(({ digest }) => digest.reveal()) : [])),
  );
}

function timeoutsOf({ forward }: RouteBlueprint): Record<string, number> {
  return {
    connect_timeout_ms: forward.connectTimeoutMs,
    request_timeout_ms: forward.requestTimeoutMs,
    stream_idle_timeout_ms: forward.streamIdleTimeoutMs,
  };
}

function limitsOf({ steps }: RouteBlueprint): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const step of steps) {
    if (step.kind === "rateLimit") limits["rate_per_minute"] = step.spec.perMinute;
    else if (step.kind === "downstreamInflight") limits["downstream_max_inflight"] = step.spec.max;
    else if (step.kind === "upstreamInflight") {
      limits["upstream_max_inflight"] = step.spec.max;
      limits["queue_max_waiting"] = step.spec.maxWaiting;
      if (step.spec.maxWaiting > 0) limits["queue_timeout_ms"] = step.spec.timeoutMs;
    }
  }
  return limits;
}
