// Makes an explanation of one dry run. Its fields are the JSON of `explain --format json` (contract, section 2).

import { createHash } from "node:crypto";
import { type Blueprint, limitsOf, type RouteBlueprint } from "../../plan/blueprint.ts";
import type { ClientAccess } from "../../plan/exchange.ts";
import type { UpstreamSpec } from "../../plan/forward.ts";
import type { Reply } from "../../plan/replies.ts";
import { TICKS_PER_USD } from "../../plan/usage.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { DryRequest, DryUpstream } from "../../runtime/dry/dry-exchange.ts";
import { type DryRun, dryRunner, maskSecrets } from "../../runtime/dry/dry-run.ts";
import { eachHeader } from "../../runtime/headers/find-header.ts";
import { readingsOf } from "../../runtime/headers/query.ts";
import {
  type ShownCandidate,
  type ShownPool,
  type ShownRetry,
  shownCandidates,
  shownPool,
  shownRetry,
} from "./shown-choice.ts";

const MASK = "***";

/** By lower-case name. A header that is sent more than once has a list. */
export type ShownHeaders = Readonly<Record<string, string | readonly string[]>>;

export interface ShownUpstream {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: ShownHeaders;
}

export interface ShownReply {
  readonly status: number;
  /** Without `date`. */
  readonly headers: ShownHeaders;
  readonly body: string;
}

export interface Explanation {
  readonly route: string | null;
  readonly steps: DryRun["steps"];
  /** The client's models decide whether it may send the request, and its model is not given. The rest holds if it may. */
  readonly scope_decides?: true;
  readonly reply?: ShownReply;
  /** The upstream that would be asked first. */
  readonly upstream?: ShownUpstream;
  /** On a route with something to choose: in the order of being asked. */
  readonly upstreams?: readonly ShownCandidate[];
  readonly pool?: ShownPool;
  readonly retry?: ShownRetry;
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
  const run = dryRunner(masked, systemClock);
  return function explain(request) {
    const { route: id, steps, reply, upstream, choice, client, scopeDecides } = run(request);
    const route = blueprint.routes.find((candidate) => candidate.id === id);
    const forward = route?.forward;
    const asked = forward?.upstreams.find((candidate) => candidate.id === upstream?.id) ?? forward?.upstreams[0];
    return {
      route: id,
      steps,
      ...(scopeDecides && { scope_decides: true }),
      ...(reply && { reply: shownReply(reply, tokens) }),
      ...(upstream && { upstream: shownUpstream(upstream, tokens) }),
      ...(choice && forward && { upstreams: shownCandidates(choice, forward, (url) => shownUrl(url, tokens)) }),
      ...(forward?.pool && { pool: shownPool(forward.pool, choice) }),
      ...(forward?.retry && { retry: shownRetry(forward.retry) }),
      timeouts: route === undefined || asked === undefined ? {} : timeoutsOf(asked, route, blueprint),
      limits:
        route === undefined || asked === undefined
          ? {}
          : { ...shownLimits(asked, route), ...clientLimits(client?.access), ...clientBudgets(client?.access, route) },
    };
  };
}

function shownReply({ status, headers, body }: Reply, tokens: ReadonlySet<string>): ShownReply {
  return { status, headers: shownHeaders(headers, tokens), body };
}

/** A gateway token is masked in whichever header or parameter the client sent it. */
function shownUpstream({ id, method, url, headers }: DryUpstream, tokens: ReadonlySet<string>): ShownUpstream {
  return { id, method, url: shownUrl(url, tokens), headers: shownHeaders(headers, tokens) };
}

function shownUrl(url: string, tokens: ReadonlySet<string>): string {
  return url.replaceAll(/(?<=[?&][^=&]*=)[^&]+/g, (value) => (hasToken(value, tokens) ? MASK : value));
}

/** The headers as an object, gateway tokens masked. */
function shownHeaders(headers: readonly string[], tokens: ReadonlySet<string>): ShownHeaders {
  const shown: Record<string, string | string[]> = Object.create(null);
  eachHeader(headers, (spelled, sent) => {
    const name = spelled.toLowerCase();
    const value = maskToken(sent, tokens);
    const before = shown[name];
    shown[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  });
  return shown;
}

/** The value may be a token, or a token behind other words such as `Bearer`. A token may have spaces of its own. */
function maskToken(value: string, tokens: ReadonlySet<string>): string {
  const ends = [0, ...Array.from(value.matchAll(/\s+/g), ({ 0: space, index }) => index + space.length)];
  return ends.some((end) => tokens.has(sha256(value.slice(end), "utf8"))) ? MASK : value;
}

function hasToken(value: string, tokens: ReadonlySet<string>): boolean {
  return readingsOf(value).some((reading) => tokens.has(sha256(reading, "latin1")));
}

function sha256(text: string, encoding: "utf8" | "latin1"): string {
  return createHash("sha256").update(text, encoding).digest("hex");
}

function tokenDigests(blueprint: Blueprint): ReadonlySet<string> {
  const steps = blueprint.routes.flatMap(({ steps }) => steps);
  return new Set(
    steps.flatMap((step) => (step.kind === "auth" ? step.spec.tokens.map(({ digest }) => digest.reveal()) : [])),
  );
}

/** @param asked the upstream that would be asked first */
function timeoutsOf(asked: UpstreamSpec, { forward }: RouteBlueprint, { server }: Blueprint): Record<string, number> {
  return withoutUndefined({
    connect_timeout_ms: asked.connectTimeoutMs,
    request_timeout_ms: asked.requestTimeoutMs,
    attempt_timeout_ms: forward.retry?.attemptTimeoutMs,
    first_byte_timeout_ms: asked.firstByteTimeoutMs,
    stream_idle_timeout_ms: asked.streamIdleTimeoutMs,
    sse_keepalive_ms: asked.sseKeepaliveMs,
    send_timeout_ms: server.sendTimeoutMs,
  });
}

function shownLimits(asked: UpstreamSpec, route: RouteBlueprint): Record<string, number> {
  const { ratePerMinute, downstreamMax, upstreamMax, queueMaxWaiting, queueTimeoutMs } = limitsOf({
    ...route,
    forward: { ...route.forward, upstreams: [asked] },
  });
  return withoutUndefined({
    rate_per_minute: ratePerMinute,
    downstream_max_inflight: downstreamMax,
    upstream_max_inflight: upstreamMax,
    queue_max_waiting: queueMaxWaiting,
    queue_timeout_ms: queueMaxWaiting === 0 ? undefined : queueTimeoutMs,
  });
}

/** On a route that is not metered, requests cost the budgets of their client nothing. */
function clientBudgets(access: ClientAccess | undefined, { steps }: RouteBlueprint): Record<string, number> {
  if (access === undefined || !steps.some(({ kind }) => kind === "budget")) return {};
  const amounts = access.budgets.flatMap(({ per, maxTicks, maxTokens }) => [
    [`client_budget_${per}_usd`, maxTicks && maxTicks / TICKS_PER_USD] as const,
    [`client_budget_${per}_tokens`, maxTokens] as const,
  ]);
  return withoutUndefined({ client_tokens_per_minute: access.tokensPerMinute, ...Object.fromEntries(amounts) });
}

function clientLimits(access: ClientAccess | undefined): Record<string, number> {
  return withoutUndefined({
    client_rate_per_minute: access?.ratePerMinute,
    client_max_inflight: access?.maxInflight,
  });
}

function withoutUndefined(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
