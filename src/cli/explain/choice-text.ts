// Writes in words how the upstream of a request is chosen, and when a failed request is tried again.

import { NOT_REPEATABLE } from "../../runtime/upstream/retries.ts";
import type { Explanation } from "./explanation.ts";
import type { ShownCandidate, ShownPool, ShownRetry } from "./shown-choice.ts";

type Title = "upstreams" | "pool" | "retry";

/** The lines about the choice of the upstream; none for a route with one upstream that gets every request. */
export function choiceLines({ upstream, upstreams = [], pool, retry }: Explanation): string[] {
  const attempts = retry?.max_attempts ?? 1;
  const isBound = pool?.chosen_by === "account";
  const askable = upstreams.filter(({ takes }, index) => takes !== false && !(isBound && index > 0));
  return [
    ...section(
      "upstreams",
      upstreams.flatMap((upstream) => candidateLines(upstream, askable.indexOf(upstream), attempts, pool)),
    ),
    ...section("pool", pool === undefined ? [] : poolLines(pool)),
    ...section("retry", retry === undefined ? [] : retryLines(retry, pool !== undefined && !isBound, upstream?.method)),
  ];
}

function section(title: Title, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

/** @param place its place among those that may be asked; -1 for one that is not */
function candidateLines(
  upstream: ShownCandidate,
  place: number,
  attempts: number,
  pool: ShownPool | undefined,
): string[] {
  const { id, url, weight, models, rename_models, model } = upstream;
  const names = Object.entries(rename_models ?? {}).map(
    ([from, to]) => `${from === "*" ? "any model" : from} as ${to}`,
  );
  return [
    `${place < 0 ? "-" : `${place + 1}.`} ${id}: ${url}`,
    ...[
      whenAsked(upstream, place, attempts, pool),
      ...(pool === undefined ? [] : [`weight ${weight}`]),
      ...(models === undefined ? [] : [takesLine(models)]),
      ...(names.length === 0 ? [] : [`sends ${names.join(", ")}`]),
      ...(model === undefined ? [] : [`sends this request's model as ${model}`]),
    ].map((line) => `   ${line}`),
  ];
}

function whenAsked(
  { takes, rename_models }: ShownCandidate,
  place: number,
  attempts: number,
  pool: ShownPool | undefined,
): string {
  if (place < 0 && takes !== false) return "not asked: the path leads to state of one account";
  if (place < 0 && rename_models === undefined) return "not asked: it does not take the model of this request";
  if (place < 0) return "not asked: it does not take this request's model, or can't replace its name where it stands";
  const condition = takes === undefined ? ", if it takes the model of the request" : "";
  if (place === 0) return pool === undefined ? `asked${condition}` : `asked first${condition}: ${reason(pool)}`;
  if (place < attempts) return `asked when the attempt before it failed${condition}`;
  return `asked only when one before it cools or has no free slot${condition}`;
}

function takesLine(models: readonly string[]): string {
  return models.length === 0 ? "takes no model: its list is empty" : `takes only the models ${models.join(", ")}`;
}

/** Why the first upstream is the first. All are taken to be well and idle. */
function reason({ chosen_by, sticky }: ShownPool): string {
  if (chosen_by === "client") return "sticky keeps this client there";
  if (chosen_by === "header" && sticky?.by === "header") return `sticky keeps this value of ${sticky.name} there`;
  if (chosen_by === "account") return `the path leads to state of one account, and ${homeOf(sticky)}`;
  if (chosen_by === "round_robin") return "after a start it has the first turn";
  if (chosen_by === "least_inflight") return "all are idle, and it has the first turn";
  return "it is the first in order";
}

function homeOf(sticky: ShownPool["sticky"]): string {
  return sticky === undefined ? "such requests go to the first in order" : "sticky decides where such requests go";
}

function poolLines({ balance, sticky, cooldown, chosen_by }: ShownPool): string[] {
  const { after_failures, ms, max_ms } = cooldown;
  const failures = after_failures === 1 ? "1 failure" : `${after_failures} failures in a row`;
  const longest = max_ms > ms ? `, twice as long each further time, at most ${max_ms} ms` : "";
  return [
    `balance ${balance}: ${BALANCE[balance]}`,
    ...stickyLines(sticky, chosen_by),
    `an upstream cools for ${ms} ms after ${failures}${longest}`,
    `after a spent quota or a refused key it cools for ${max_ms} ms; after a 429, 503 or 529 that says how long to wait, for that time`,
  ];
}

const BALANCE: Readonly<Record<ShownPool["balance"], string>> = {
  in_order: "the first that is well is asked",
  round_robin: "they are asked in turn, by weight",
  least_inflight: "the one with the fewest requests in flight is asked, by weight",
};

function stickyLines(sticky: ShownPool["sticky"], chosenBy: ShownPool["chosen_by"]): string[] {
  if (sticky === undefined) return [];
  if (sticky.by === "client")
    return ["sticky by client: the requests of a client stay on one upstream while it is well"];
  const lines = [`sticky by ${sticky.name}: requests with the same value stay on one upstream while it is well`];
  const isIdle = chosenBy !== undefined && chosenBy !== "header" && chosenBy !== "account";
  return isIdle ? [...lines, `this request does not have ${sticky.name} exactly once, so sticky does nothing`] : lines;
}

/** @param movesOn another attempt goes to another upstream */
function retryLines(retry: ShownRetry, movesOn: boolean, method: string | undefined): string[] {
  const { max_attempts, retry_on, max_body_bytes, backoff_ms, max_backoff_ms, tell_clients } = retry;
  if (max_attempts === 1 || retry_on.length === 0) return ["a failed request is not tried again"];
  const place = movesOn ? "at the next upstream at once; when all were asked, " : "";
  return [
    `a failed request is tried again, up to ${max_attempts} attempts in all, after: ${retry_on.join(", ")}`,
    `${place}after a random wait of up to ${backoff_ms} ms, twice as much each further time, at most ${max_backoff_ms} ms`,
    `a retry-after of the upstream is waited for, if it is at most ${max_backoff_ms} ms`,
    `a request with a body of more than ${max_body_bytes} bytes is sent once`,
    ...(method !== undefined && NOT_REPEATABLE.has(method)
      ? [`a ${method} is tried again only when the connection was not made`]
      : []),
    ...(tell_clients ? ["after the last attempt, the response tells SDKs not to try again"] : []),
  ];
}
