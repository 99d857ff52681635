// What is served at the metrics path and below it? The Prometheus text and the summary to who shows the token, the page to all.

import { hash, timingSafeEqual } from "node:crypto";
import type { MetricsSpec } from "../../plan/observability.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { Digest } from "../../plan/secret.ts";
import type { TokenSource } from "../../plan/steps.ts";
import { sentToken } from "../headers/sent-token.ts";
import type { BuiltInEndpoint, BuiltInEndpoints, BuiltInRequest } from "./built-in.ts";
import type { Page } from "./ui.ts";

export interface Document {
  readonly text: string;
  readonly contentType: string;
}

/** What there is to serve, made anew each time it is asked for. */
export interface MetricsContent {
  readonly prometheus: () => Document | Promise<Document>;
  /** Printed as JSON. */
  readonly summary: () => object;
  /** The page and its assets; absent when they were never built. */
  readonly page?: Page | undefined;
}

const UNAUTHORIZED = replyFor("unauthorized");
const NOT_FOUND = replyFor("route_not_found");
const BEARER: readonly TokenSource[] = [{ type: "authorization_bearer" }];

export function metricsEndpoints({ path, tokenDigest }: MetricsSpec, content: MetricsContent): BuiltInEndpoints {
  const may = tokenCheck(tokenDigest);
  const { prometheus, summary, page } = content;
  const scrape: BuiltInEndpoint = (x) => (may(x) ? freshly(prometheus()) : UNAUTHORIZED);
  const summarise: BuiltInEndpoint = (x) => (may(x) ? fresh(asJson(summary())) : UNAUTHORIZED);
  const ui = `${path}/ui`;
  const show: BuiltInEndpoint = (x) => page?.(x.path.slice(ui.length), x.rawHeaders) ?? NOT_FOUND;
  const exact = new Map([
    [path, scrape],
    [`${path}/summary`, summarise],
    [ui, show],
  ]);
  return { get: (at) => exact.get(at) ?? (at.startsWith(`${ui}/`) ? show : undefined) };
}

/** The same for a dry run: it answers, and has nothing to tell. */
export function dryMetricsEndpoints(spec: MetricsSpec): BuiltInEndpoints {
  const nothing = { text: "", contentType: "text/plain" };
  return metricsEndpoints(spec, { prometheus: () => nothing, summary: () => ({}), page: () => fresh(nothing) });
}

/** Only digests are compared: what timing could tell of a digest tells nothing of a token. */
function tokenCheck(digest: Digest): (x: BuiltInRequest) => boolean {
  const expected = Buffer.from(digest.reveal(), "hex");
  return (x) => {
    const token = sentToken(x, BEARER);
    return token !== undefined && timingSafeEqual(expected, hash("sha256", Buffer.from(token, "latin1"), "buffer"));
  };
}

function freshly(document: Document | Promise<Document>): Reply | Promise<Reply> {
  return document instanceof Promise ? document.then(fresh) : fresh(document);
}

function asJson(value: object): Document {
  return { text: JSON.stringify(value), contentType: "application/json" };
}

/** Figures of the moment: nobody between may keep them. */
function fresh({ text, contentType }: Document): Reply {
  const headers = ["cache-control", "no-store"];
  return { outcome: "success", status: 200, body: text, contentType, headers, close: false };
}
