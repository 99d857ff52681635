// Serves the metrics path and what is below it: Prometheus text, JSON summary and usage (all need the token), and the dashboard.

import { hash, timingSafeEqual } from "node:crypto";
import type { MetricsSpec } from "../../plan/observability.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { Digest } from "../../plan/secret.ts";
import type { TokenSource } from "../../plan/steps.ts";
import { findByToken } from "../headers/sent-token.ts";
import type { BuiltInEndpoint, BuiltInEndpoints, BuiltInRequest } from "./built-in.ts";
import type { Page } from "./ui.ts";

export interface Document {
  readonly text: string;
  readonly contentType: string;
}

/** What the endpoints serve. Each function is called once per request. */
export interface MetricsContent {
  readonly prometheus: () => Document | Promise<Document>;
  /** Sent as JSON. */
  readonly summary: () => object | Promise<object>;
  /** Answers a query for usage; absent where no usage is written down. */
  readonly usage?: ((query: URLSearchParams) => Reply | Promise<Reply>) | undefined;
  /** The page and its assets; absent when they were never built. */
  readonly page?: Page | undefined;
}

const UNAUTHORIZED = replyFor("unauthorized", {
  message:
    "This path needs the metrics token, in the header authorization (Bearer). It is observability.metrics.token of the gateway's config.",
});
const NOT_FOUND = replyFor("route_not_found", { message: "The dashboard of the gateway has no such file." });
const BEARER: readonly TokenSource[] = [{ type: "authorization_bearer" }];

export function metricsEndpoints({ path, tokenDigest }: MetricsSpec, content: MetricsContent): BuiltInEndpoints {
  const hasToken = tokenCheck(tokenDigest);
  const { prometheus, summary, usage, page } = content;
  const servePrometheus: BuiltInEndpoint = (request) =>
    hasToken(request) ? replyOf(prometheus(), documentReply) : UNAUTHORIZED;
  const serveSummary: BuiltInEndpoint = (request) => (hasToken(request) ? replyOf(summary(), jsonReply) : UNAUTHORIZED);
  const ui = `${path}/ui`;
  const serveUi: BuiltInEndpoint = (request) => page?.(request.path.slice(ui.length), request.rawHeaders) ?? NOT_FOUND;
  const exact = new Map([
    [path, servePrometheus],
    [`${path}/summary`, serveSummary],
    [ui, serveUi],
  ]);
  if (usage !== undefined) {
    exact.set(`${path}/usage`, (request) =>
      hasToken(request) ? usage(new URLSearchParams(request.query)) : UNAUTHORIZED,
    );
  }
  return { get: (at) => exact.get(at) ?? (at.startsWith(`${ui}/`) ? serveUi : undefined) };
}

/** The same endpoints for a dry run, with empty content. @param hasUsage usage is written down */
export function dryMetricsEndpoints(spec: MetricsSpec, hasUsage: boolean): BuiltInEndpoints {
  const empty = { text: "", contentType: "text/plain" };
  return metricsEndpoints(spec, {
    prometheus: () => empty,
    summary: () => ({}),
    usage: hasUsage ? () => documentReply(empty) : undefined,
    page: () => documentReply(empty),
  });
}

/** Compares digests only: even if the time of a comparison reveals something about a digest, it reveals nothing about a token. */
function tokenCheck(digest: Digest): (request: BuiltInRequest) => boolean {
  const expected = Buffer.from(digest.reveal(), "hex");
  const isExpected = (token: string): boolean =>
    timingSafeEqual(expected, hash("sha256", Buffer.from(token, "latin1"), "buffer"));
  return ({ rawHeaders }) => findByToken({ rawHeaders, query: "" }, BEARER, isExpected) === true;
}

function replyOf<T>(content: T | Promise<T>, reply: (content: T) => Reply): Reply | Promise<Reply> {
  return content instanceof Promise ? content.then(reply) : reply(content);
}

function jsonReply(value: object): Reply {
  return documentReply({ text: JSON.stringify(value), contentType: "application/json" });
}

function documentReply({ text, contentType }: Document): Reply {
  return { outcome: "success", status: 200, body: text, contentType, headers: [], close: false };
}
