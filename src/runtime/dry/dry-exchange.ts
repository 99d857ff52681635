// Records what happens to a request in a dry run: an exchange without a client and without an upstream.

import type { Client, Exchange, Handshake, ModelNames, RequestSize } from "../../plan/exchange.ts";
import type { Reply } from "../../plan/replies.ts";
import type { StepKind } from "../../plan/steps.ts";
import type { RequestPath } from "../../plan/target.ts";
import type { Runnable } from "../exchange/run.ts";
import type { Framing } from "../headers/request-head.ts";
import type { ChosenBy } from "./ask-order.ts";
import { dryModel } from "./dry-model.ts";

/** A request as given on the command line or in a config's `tests`. */
export interface DryRequest {
  readonly method: string;
  /** The request target as a client would send it, with the query. */
  readonly target: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** The model that its body names; `undefined`: nothing is said about it. */
  readonly model?: string | undefined;
  /** The id of the client that it is made as, whatever token it has; `undefined`: its token decides. */
  readonly client?: string | undefined;
}

export interface DryStep {
  readonly step: StepKind | "message" | "route" | "upstream" | "upstreamInflight";
  readonly verdict: "pass" | "refuse";
  readonly detail?: string;
}

/** The request that would be sent upstream. */
export interface DryUpstream {
  /** The id of the upstream. */
  readonly id: string;
  readonly method: string;
  readonly url: string;
  /** Names and values in turn, secrets masked. */
  readonly headers: readonly string[];
}

/** One of the upstreams that a request could be sent to. */
export interface DryCandidate {
  readonly id: string;
  readonly url: string;
  /** Whether it takes the model of the request; `undefined` where that model decides and is not known. */
  readonly takes: boolean | undefined;
  /** The name that replaces the model of the request on the way there. */
  readonly newModel: string | undefined;
}

/** How the upstream of a request is chosen, where there is a choice. */
export interface DryChoice {
  /** In the order in which they would be asked if each of them failed, then those that would not be asked. */
  readonly candidates: readonly DryCandidate[];
  /** Why the first one is the first. */
  readonly by: ChosenBy;
}

/** Any name would do. */
const UNKNOWN_NAME = "";

const NO_BODY: RequestSize = Object.freeze({ bodyBytes: 0, outputLimit: undefined });

export class DryExchange implements Exchange, Runnable {
  readonly id: string;
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly model: string | undefined;
  /** The id of the client that it is made as. */
  readonly madeAs: string | undefined;
  readonly done = false;
  readonly steps: DryStep[] = [];
  target: RequestPath = { path: "", query: "" };
  framing: Framing = { kind: "none" };
  handshake: Handshake = "none";
  client: Client | undefined = undefined;
  answer: Reply | undefined = undefined;
  choice: DryChoice | undefined = undefined;
  /** Why the request is refused, where the reply does not say it. */
  cause: string | undefined = undefined;
  /** The model is not known, and decides whether the client may send the request. */
  scopeDecides = false;
  upstream: DryUpstream | undefined = undefined;

  constructor(id: string, { method, rawHeaders, model, client }: DryRequest) {
    this.id = id;
    this.method = method;
    this.rawHeaders = rawHeaders;
    this.model = model;
    this.madeAs = client;
  }

  get asksWebSocket(): boolean {
    return this.handshake !== "none";
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

  noteCause(cause: string): void {
    this.cause = cause;
  }

  /** A model that is not known counts as none: whatever depends on it is said to. Where no model is allowed, it counts as one. */
  readModels(): ModelNames {
    const model = dryModel(this);
    if (model.kind === "unreadable") return undefined;
    if (model.kind === "models") return model.places.map(({ name }) => name);
    return model.kind === "unknown" && this.client?.access?.models?.length === 0 ? [UNKNOWN_NAME] : [];
  }

  /** A dry request has no body. So its estimate is that of an empty one, with the usual output. */
  readSize(): RequestSize {
    return NO_BODY;
  }

  /** Does nothing: each dry run has its own counts. */
  expect(): void {}

  reserve(): void {}

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
