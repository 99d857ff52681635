// Shows how the upstream of a request is chosen, and when a failed request is tried again, in the words of the config.

import type { ForwardSpec, PoolSpec, RetrySpec } from "../../plan/forward.ts";
import type { DryCandidate, DryChoice } from "../../runtime/dry/dry-exchange.ts";

/** One upstream of a route with something to choose. */
export interface ShownCandidate {
  readonly id: string;
  readonly url: string;
  readonly weight: number;
  readonly models?: readonly string[];
  readonly rename_models?: Readonly<Record<string, string>>;
  /** Left out where the model of the request decides, and none is given. */
  readonly takes?: boolean;
  /** The name that replaces the model of the request on the way there. */
  readonly model?: string;
}

export interface ShownPool {
  readonly balance: PoolSpec["balance"];
  readonly sticky?: PoolSpec["sticky"];
  readonly cooldown: { readonly after_failures: number; readonly ms: number; readonly max_ms: number };
  /** Why the first of the upstreams is the first. */
  readonly chosen_by?: DryChoice["by"];
}

export interface ShownRetry {
  readonly max_attempts: number;
  readonly retry_on: readonly string[];
  readonly max_body_bytes: number;
  readonly backoff_ms: number;
  readonly max_backoff_ms: number;
  readonly attempt_timeout_ms?: number;
  readonly tell_clients: boolean;
}

/** The upstreams in the order in which they would be asked, then those that would not be asked. */
export function shownCandidates(
  { candidates }: DryChoice,
  { upstreams }: ForwardSpec,
  showUrl: (url: string) => string,
): ShownCandidate[] {
  const specs = new Map(upstreams.map((upstream) => [upstream.id, upstream]));
  return candidates.map(({ id, url, takes, newModel }: DryCandidate) => {
    const { weight = 1, models, renameModels = [] } = specs.get(id) ?? {};
    return {
      id,
      url: showUrl(url),
      weight,
      ...(models && { models }),
      ...(renameModels.length > 0 && {
        rename_models: Object.fromEntries(renameModels.map(({ from, to }) => [from, to])),
      }),
      ...(takes !== undefined && { takes }),
      ...(newModel !== undefined && { model: newModel }),
    };
  });
}

/** @param choice `undefined` when the request is refused before an upstream is chosen */
export function shownPool({ balance, sticky, cooldown }: PoolSpec, choice: DryChoice | undefined): ShownPool {
  const { afterFailures: after_failures, ms, maxMs: max_ms } = cooldown;
  return {
    balance,
    ...(sticky && { sticky }),
    cooldown: { after_failures, ms, max_ms },
    ...(choice && { chosen_by: choice.by }),
  };
}

export function shownRetry(retry: RetrySpec): ShownRetry {
  return {
    max_attempts: retry.maxAttempts,
    retry_on: retry.retryOn,
    max_body_bytes: retry.maxBodyBytes,
    backoff_ms: retry.backoffMs,
    max_backoff_ms: retry.maxBackoffMs,
    ...(retry.attemptTimeoutMs !== undefined && { attempt_timeout_ms: retry.attemptTimeoutMs }),
    tell_clients: retry.tellClients,
  };
}
