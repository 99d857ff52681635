// Records what happens to a request in a dry run: an exchange without a client and without an upstream.

import type { Client, Exchange } from "../../plan/exchange.ts";
import type { Reply } from "../../plan/replies.ts";
import type { StepKind } from "../../plan/steps.ts";
import type { RequestPath } from "../../plan/target.ts";
import type { Runnable } from "../exchange/run.ts";
import type { Framing } from "../headers/request-head.ts";

/** A request as given on the command line or in a config's `tests`. */
export interface DryRequest {
  readonly method: string;
  /** The request target as a client would send it, with the query. */
  readonly target: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}

export interface DryStep {
  readonly step: StepKind | "message" | "route" | "upstreamInflight";
  readonly verdict: "pass" | "refuse";
  readonly detail?: string;
}

/** The request that would be sent upstream. */
export interface DryUpstream {
  readonly method: string;
  readonly url: string;
  /** Names and values in turn, secrets masked. */
  readonly headers: readonly string[];
}

export class DryExchange implements Exchange, Runnable {
  readonly id: string;
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly done = false;
  readonly steps: DryStep[] = [];
  target: RequestPath = { path: "", query: "" };
  framing: Framing = { kind: "none" };
  asksWebSocket = false;
  client: Client | undefined = undefined;
  answer: Reply | undefined = undefined;
  upstream: DryUpstream | undefined = undefined;

  constructor(id: string, { method, rawHeaders }: DryRequest) {
    this.id = id;
    this.method = method;
    this.rawHeaders = rawHeaders;
  }

  get path(): string {
    return this.target.path;
  }

  get query(): string {
    return this.target.query;
  }

  identify(client: Client): void {
    this.client = client;
  }

  replaceQuery(query: string): void {
    this.target = { path: this.target.path, query };
  }

  /** Does nothing: each dry run has its own counts, so no slot has to be released. */
  hold(): void {}

  reply(reply: Reply): void {
    this.answer = reply;
  }

  /** @throws the bug itself: a dry run has no client to hide it from */
  fail(err: unknown): void {
    throw err;
  }
}
