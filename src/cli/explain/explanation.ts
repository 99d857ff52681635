// What does a dry run come to, in words a person or a program can use? The form of `explain --format json` (spec section 2).

import { createHash } from "node:crypto";
import type { Blueprint, RouteBlueprint } from "../../plan/blueprint.ts";
import { systemClock } from "../../runtime/clock.ts";
import { dryEndpoints } from "../../runtime/dry/dry-endpoints.ts";
import type { DryRequest, DryUpstream } from "../../runtime/dry/dry-exchange.ts";
import { type DryRun, dryGuardRegistry, dryRun, maskSecrets } from "../../runtime/dry/dry-run.ts";
import { eachHeader } from "../../runtime/headers/find-header.ts";
import { link } from "../../runtime/link.ts";

export interface ShownUpstream {
  readonly method: string;
  readonly url: string;
  /** Names lower-case; one that is sent more than once has a list. */
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

/** Makes the dry runner of a blueprint: linked once, its secrets masked, for any number of requests. */
export function explainer(blueprint: Blueprint): (request: DryRequest) => Explanation {
  const masked = maskSecrets(blueprint);
  const tokens = tokenDigests(blueprint);
  const own = dryEndpoints(blueprint);
  return function explain(request) {
    // Linked anew for each request: counts of one must not refuse another.
    const { route: id, steps, reply, upstream } = dryRun(link(masked, dryGuardRegistry(systemClock)), own, request);
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

/** The headers as an object, a gateway token that is left in one masked: it must not be shown, wherever it is. */
function shownUpstream({ method, url, headers }: DryUpstream, tokens: ReadonlySet<string>): ShownUpstream {
  const shown: Record<string, string | string[]> = Object.create(null);
  eachHeader(headers, (spelled, sent) => {
    const name = spelled.toLowerCase();
    const value = maskToken(sent, tokens);
    const before = shown[name];
    shown[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  });
  return { method, url, headers: shown };
}

function maskToken(value: string, tokens: ReadonlySet<string>): string {
  const word = value.split(/\s+/).at(-1) ?? "";
  const known = [value, word].some((text) => tokens.has(createHash("sha256").update(text, "utf8").digest("hex")));
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
