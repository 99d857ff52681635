// Answers requests for the usage endpoint with pages of time buckets, in the format of OpenAI's usage API (contract, section 13).

import { okReply, type Reply, replyFor } from "../../../plan/replies.ts";
import { TICKS_PER_USD } from "../../../plan/usage.ts";
import type { Clock } from "../../clock.ts";
import { dayAt } from "./day-files.ts";
import {
  type Bucket,
  bucketStart,
  bucketsOf,
  cursorAt,
  PAGE_GROUPS,
  type PageGroup,
  type PageQuery,
  readPageQuery,
} from "./page-query.ts";
import type { LedgerSums, SumsQuery, SumsRow } from "./read-ledger.ts";

/** The ledger, as far as the endpoint needs it. */
export interface ReadableLedger {
  read(query: SumsQuery): Promise<LedgerSums>;
}

export type UsageEndpoint = (query: URLSearchParams) => Promise<Reply>;

/**
 * Makes the endpoint. It reads one span at a time, and what asks for the same while it waits shares the result. So requests that come
 * faster than the ledger is read don't pile up work.
 */
export function usageEndpoint(ledger: ReadableLedger, clock: Clock): UsageEndpoint {
  const read = oneAtATime((query: SumsQuery) => ledger.read(query));
  return async (query) => {
    const page = readPageQuery(query, clock.now());
    if (typeof page === "string") return badRequest(page);
    try {
      return okReply(JSON.stringify(await pageOf(page, read)));
    } catch {
      return replyFor("internal_error", {
        message: "The gateway can't read its ledger. Check the folder usage.ledger.dir.",
      });
    }
  };
}

/** The connection stays open: unlike with other requests that get this code, it is clear where the next one begins. */
function badRequest(parameter: string): Reply {
  const message = `The query of this request has a wrong or missing parameter: ${parameter}. Times are Unix seconds, start_time is required, bucket_width is 1h or 1d, group_by is client, route, upstream or model, and limit is at most 31 days or 168 hours.`;
  return { ...replyFor("bad_request", { message }), close: false };
}

async function pageOf(query: PageQuery, read: (query: SumsQuery) => Promise<LedgerSums>) {
  const { width, by, start, end } = query;
  const buckets = bucketsOf(query);
  const last = buckets.at(-1)?.end ?? end;
  const sums = { since: start * 1000, until: last * 1000, by: [width.group, ...by] };
  const { rows } = buckets.length === 0 ? { rows: [] } : await read(sums);
  const byBucket = new Map<string | null | undefined, SumsRow[]>();
  for (const row of rows) {
    const sameBucket = byBucket.get(row.group[0]);
    if (sameBucket === undefined) byBucket.set(row.group[0], [row]);
    else sameBucket.push(row);
  }
  const dataOf = (bucket: Bucket) => {
    const found = byBucket.get(groupName(bucketStart(bucket.start, width), width.group)) ?? [];
    return {
      object: "bucket",
      start_time: bucket.start,
      end_time: bucket.end,
      results: found.map((row) => resultOf(row, by)),
    };
  };
  return {
    object: "page",
    data: buckets.map(dataOf),
    has_more: last < end,
    next_page: last < end ? cursorAt(last, query) : null,
  };
}

/** How the ledger's sums name the day or the hour that begins at a second. */
function groupName(second: number, group: "day" | "hour"): string {
  const ms = second * 1000;
  return group === "day" ? dayAt(ms) : `${new Date(ms).toISOString().slice(0, 13)}:00:00Z`;
}

/** Counts that no response reported are 0 here, since OpenAI's format has no null. A cost that is not known is `null`. */
function resultOf({ group, requests, tokens, costTicks }: SumsRow, by: readonly PageGroup[]) {
  const names = PAGE_GROUPS.map((name) => {
    const at = by.indexOf(name);
    return [name, at === -1 ? null : (group[at + 1] ?? null)] as const;
  });
  return {
    object: "organization.usage.completions.result",
    input_tokens: tokens.input_tokens ?? 0,
    input_cached_tokens: tokens.cache_read_tokens ?? 0,
    output_tokens: tokens.output_tokens ?? 0,
    num_model_requests: requests,
    cost_usd: costTicks === null ? null : costTicks / TICKS_PER_USD,
    ...Object.fromEntries(names),
  };
}

/** Runs work for one query after the other. A query that equals one which still waits shares its result. */
function oneAtATime<Q, R>(work: (query: Q) => Promise<R>): (query: Q) => Promise<R> {
  const waiting = new Map<string, Promise<R>>();
  let before: Promise<unknown> = Promise.resolve();
  return (query) => {
    const key = JSON.stringify(query);
    const shared = waiting.get(key);
    if (shared !== undefined) return shared;
    const result = before.then(() => {
      waiting.delete(key);
      return work(query);
    });
    waiting.set(key, result);
    before = result.catch(() => {});
    return result;
  };
}
