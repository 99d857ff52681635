// Notes the facts of one exchange as they become known, and shows them to the parts that decide what happens with it.

import type { Client, Handshake } from "../../plan/exchange.ts";
import type { RequestPath } from "../../plan/target.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { Route } from "./plan.ts";
import { type ChosenUpstream, type ExchangeRecord, RecordInProgress } from "./record.ts";

const NO_PATH: RequestPath = { path: "", query: "" };

export class ExchangeFacts {
  /** How the client asks for a WebSocket. */
  readonly handshake: Handshake;
  /** Only the exchange itself changes it. */
  protected readonly facts: RecordInProgress;
  #target = NO_PATH;

  constructor({ id, req, handshake, early }: IncomingRequest) {
    this.handshake = handshake === "ready" && early === undefined ? "late" : handshake;
    this.facts = RecordInProgress.of(id, req);
  }

  get record(): ExchangeRecord {
    return this.facts;
  }

  get id(): string {
    return this.facts.id;
  }

  get method(): string {
    return this.facts.method;
  }

  get path(): string {
    return this.#target.path;
  }

  get query(): string {
    return this.#target.query;
  }

  /** The path as it came, and the query that goes upstream. */
  get target(): RequestPath {
    return this.#target;
  }

  get rawHeaders(): readonly string[] {
    return this.facts.rawHeaders;
  }

  get asksWebSocket(): boolean {
    return this.handshake !== "none" && this.facts.httpVersion === "1.1";
  }

  get client(): Client | undefined {
    return this.facts.client;
  }

  get upstream(): ChosenUpstream | undefined {
    return this.facts.upstream;
  }

  /** Notes the request target. An invalid one is noted as it came. */
  setTarget(target: RequestPath): void {
    this.#target = target;
    this.facts.path = target.path;
  }

  replaceQuery(query: string): void {
    this.#target = { path: this.#target.path, query };
  }

  takeRoute(route: Pick<Route, "id" | "prefix">): void {
    this.facts.route = route;
  }

  identify(client: Client): void {
    this.facts.client = client;
  }

  /** Notes the upstream. The exchange goes there now, or as soon as there is a free slot. */
  choose(upstream: ChosenUpstream): void {
    this.facts.upstream = upstream;
  }

  /** Notes that an attempt begins. */
  sending(): void {
    this.facts.sending();
  }

  /** Notes why the message is refused. */
  noteCause(cause: string): void {
    this.facts.cause = cause;
  }

  /** Notes that a usage record will follow. */
  meter(): void {
    this.facts.metered = true;
  }

  /** Counts bytes of the body, or of the WebSocket, that were handed to the client's connection. */
  countSent(bytes: number): void {
    this.facts.bytesSent += bytes;
  }

  /** Counts bytes of the WebSocket that came from the client. */
  countReceived(bytes: number): void {
    this.facts.bytesReceived += bytes;
  }
}
