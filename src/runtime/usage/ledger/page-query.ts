// Reads the query of the usage endpoint, and cuts its span of time into the buckets of one page.

import type { Group } from "./read-ledger.ts";

export const PAGE_GROUPS = ["client", "route", "upstream", "model"] as const satisfies readonly Group[];

export type PageGroup = (typeof PAGE_GROUPS)[number];

/** The widths of buckets, with as many on a page as OpenAI has: by default, and at most. */
const WIDTHS = {
  "1h": { seconds: 3600, usual: 24, most: 168, group: "hour" },
  "1d": { seconds: 86_400, usual: 7, most: 31, group: "day" },
} as const;

export type Width = (typeof WIDTHS)[keyof typeof WIDTHS];

/** All times are Unix seconds. */
export interface PageQuery {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly width: Width;
  readonly by: readonly PageGroup[];
  readonly limit: number;
}

export interface Bucket {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Times beyond the year 9999 have another text form. */
const LAST_SECOND = Date.UTC(9999, 0) / 1000;

const GROUP_BY = ["group_by[]", "group_by"];
const KNOWN = ["start_time", "end_time", "bucket_width", "limit", "page", ...GROUP_BY];

/**
 * Reads a query. A parameter that is not known is refused: a filter that OpenAI has, and that is ignored here, would give wrong sums.
 * @param now ms since the epoch
 * @returns the name of the parameter that is wrong, as a text that holds nothing of the request
 */
export function readPageQuery(query: URLSearchParams, now: number): PageQuery | string {
  const odd = oddParameter(query);
  if (odd !== undefined) return odd;
  const start = secondsOf(query.get("start_time"));
  if (start === undefined) return "start_time";
  const end = endOf(query, start, now);
  if (end === undefined) return "end_time";
  const name = query.get("bucket_width") ?? "1d";
  if (!Object.hasOwn(WIDTHS, name)) return "bucket_width";
  const width = WIDTHS[name as keyof typeof WIDTHS];
  const by = [...new Set(GROUP_BY.flatMap((key) => query.getAll(key)))];
  if (!by.every(isPageGroup)) return "group_by";
  const limit = query.has("limit") ? secondsOf(query.get("limit")) : width.usual;
  if (limit === undefined || limit < 1 || limit > width.most) return "limit";
  const whole = { start, end, width, by, limit };
  const cursor = query.get("page");
  return cursor === null ? whole : fromCursor(whole, cursor);
}

/** A parameter that is not known, or is given twice where one value is wanted. */
function oddParameter(query: URLSearchParams): string | undefined {
  for (const name of query.keys()) {
    if (!KNOWN.includes(name)) return "one that is not known";
    if (!GROUP_BY.includes(name) && query.getAll(name).length > 1) return name;
  }
  return undefined;
}

function endOf(query: URLSearchParams, start: number, now: number): number | undefined {
  // An exchange of this second counts.
  if (!query.has("end_time")) return Math.floor(now / 1000) + 1;
  const end = secondsOf(query.get("end_time"));
  return end === undefined || end <= start ? undefined : end;
}

function isPageGroup(name: string): name is PageGroup {
  return (PAGE_GROUPS as readonly string[]).includes(name);
}

function secondsOf(text: string | null): number | undefined {
  if (text === null || !/^\d{1,12}$/.test(text)) return undefined;
  return Number(text) <= LAST_SECOND ? Number(text) : undefined;
}

/**
 * The buckets of a page. They begin at full hours or days, UTC. The first and the last one are shorter where the span begins or ends
 * within them, so that each holds exactly what its times say.
 */
export function bucketsOf({ start, end, width, limit }: PageQuery): Bucket[] {
  const buckets: Bucket[] = [];
  for (let at = start; at < end && buckets.length < limit; ) {
    const next = Math.min(bucketStart(at, width) + width.seconds, end);
    buckets.push({ start: at, end: next });
    at = next;
  }
  return buckets;
}

export function bucketStart(second: number, { seconds }: Width): number {
  return second - (second % seconds);
}

/** The cursor of the page that begins at a second. It holds the end, too, since the default end is another one with each request. */
export function cursorAt(start: number, { end }: PageQuery): string {
  return `page_${Buffer.from(`${start}-${end}`).toString("base64url")}`;
}

function fromCursor(whole: PageQuery, cursor: string): PageQuery | "page" {
  if (!cursor.startsWith("page_")) return "page";
  const [from = null, to = null, ...more] = Buffer.from(cursor.slice(5), "base64url").toString("latin1").split("-");
  const [start, end] = [secondsOf(from), secondsOf(to)];
  if (start === undefined || end === undefined || more.length > 0) return "page";
  return start < whole.start || start > end ? "page" : { ...whole, start, end };
}
