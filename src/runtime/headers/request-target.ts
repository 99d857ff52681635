// Builds the path and query that go upstream from the client's (contract, sections 2 and 3).

import type { ForwardSpec, UpstreamSpec } from "../../plan/forward.ts";
import { type RequestPath, upstreamPath } from "../../plan/target.ts";
import { withoutParameters } from "./query.ts";

/** Writes the path and query of one upstream's requests. */
export type RequestTargetWriter = (request: RequestPath) => string;

/**
 * Builds the writer of one upstream. An injected parameter replaces all of its name; the rest of the query keeps its bytes.
 * Without injected parameters the query is not read at all.
 */
export function requestTargetWriter(
  forward: Pick<ForwardSpec, "stripPrefix" | "prefix">,
  { target, injectQuery }: Pick<UpstreamSpec, "target" | "injectQuery">,
): RequestTargetWriter {
  if (injectQuery.length === 0) return (request) => upstreamPath(forward, target, request);
  const values = new Map(injectQuery.map(({ name, value }) => [name, value.reveal()]));
  const injected = encoded(values);
  const isReplaced = (name: string): boolean => values.has(name);
  return function requestTarget({ path, query }) {
    const kept = withoutParameters(query, isReplaced);
    return upstreamPath(forward, target, { path, query: kept === "" ? `?${injected}` : `${kept}&${injected}` });
  };
}

/** Percent-encodes names and values. Not every upstream reads the `+` of a form as a space, so a space becomes `%20`. */
function encoded(parameters: Iterable<[name: string, value: string]>): string {
  return new URLSearchParams([...parameters]).toString().replaceAll("+", "%20");
}
