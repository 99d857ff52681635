// Forwards one exchange to its upstream: makes the attempts, moves the bodies, keeps the deadlines. From then on, no other
// file of this folder begins, answers or breaks the client's response.

import type { ClientRequest, IncomingMessage } from "node:http";
import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import { replyFor } from "../../plan/replies.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { Tracer } from "../exchange/observer.ts";
import type { BodyFraming } from "../exchange/responder.ts";
import type { ResponseHead } from "../headers/response-head.ts";
import { Attempt, type AttemptFailure, type AttemptOwner } from "./attempt.ts";
import type { BodyPump } from "./body-pump.ts";
import { whenEstablished } from "./connections/upstream-socket.ts";
import { Deadlines } from "./deadlines.ts";
import { type DownloadOwner, download } from "./download.ts";
import type { UpstreamRequest } from "./http-proxy.ts";
import type { LinkedUpstream } from "./linked-upstream.ts";
import { SseKeepalive, takesComments } from "./sse-keepalive.ts";
import { Upload, type UploadOwner } from "./upload.ts";

/** What all exchanges of a route share. */
export interface ForwardingContext {
  readonly spec: ForwardSpec;
  readonly tracer: Tracer | undefined;
  /** Whether a response of this content type is a stream. */
  readonly isStream: (contentType: string | undefined) => boolean;
  /** Called when an upstream failed. @param cause a short text without secrets */
  readonly onFailure: (x: LiveExchange, outcome: Outcome, cause: string) => void;
}

export class Forwarding implements AttemptOwner, UploadOwner, DownloadOwner {
  readonly #x: LiveExchange;
  readonly #context: ForwardingContext;
  readonly #upstream: LinkedUpstream;
  readonly #upload: Upload;
  readonly #deadlines: Deadlines;
  /** Kept for a replay, until the response has begun. */
  #request: UpstreamRequest | undefined;
  #attempt: Attempt;
  #download: BodyPump | undefined = undefined;
  #keepalive: SseKeepalive | undefined = undefined;
  #replayed = false;
  #over = false;

  /** @param upstream the chosen one, in which the exchange has a slot */
  constructor(x: LiveExchange, context: ForwardingContext, upstream: LinkedUpstream) {
    const { spec, tracer } = context;
    this.#x = x;
    this.#context = context;
    this.#upstream = upstream;
    x.sending();
    this.#request = upstream.request(x, tracer?.attempt(x.record, spec, upstream.spec));
    this.#upload = new Upload(x, this, upstream.agent.times.replayMs);
    this.#deadlines = new Deadlines(upstream.spec, () => this.#expired());
    this.#attempt = new Attempt(this, upstream, x.id);
    // Releases the upstream when the exchange ends, which it also does when the client leaves (fact F1).
    x.hold(() => this.#release());
  }

  /** Sends the request. Everything after that is done when the upstream or the client does something. */
  start(): void {
    if (this.#request === undefined) return;
    const sink = this.#attempt.send(this.#x, this.#request);
    if (sink !== undefined && !this.#over) this.#upload.sendTo(sink);
  }

  onUploading(): void {
    this.#deadlines.uploading();
  }

  /** A request is sent once its connection is established: until then only the connect timeout counts. */
  onUploaded(sink: ClientRequest): void {
    if (!this.#attempt.connecting) return this.#deadlines.sent();
    this.#deadlines.stop();
    whenEstablished(sink, () => this.#sent());
  }

  onHead(response: IncomingMessage, head: Readonly<ResponseHead>): void {
    this.#upload.forget();
    this.#download = download(this.#x, response, () => this.#begin(response, head), this);
  }

  onDownloading(body: Buffer, ready: boolean): void {
    if (ready) this.#deadlines.progress();
    else this.#deadlines.hold();
    this.#keepalive?.moved(body);
  }

  onCaughtUp(): void {
    this.#deadlines.progress();
  }

  onDownloaded(): void {
    this.#release();
  }

  onFailure({ outcome, cause, stale }: AttemptFailure): void {
    if (stale && !this.#replayed && this.#upload.replayable) return this.#replay();
    this.#end(outcome, cause);
  }

  /** Sends the same request once more, on a fresh connection (contract, section 4). It is not counted as another attempt. */
  #replay(): void {
    this.#replayed = true;
    this.#upstream.agent.dropIdle();
    this.#attempt = new Attempt(this, this.#upstream, this.#x.id);
    this.start();
  }

  /** Writes the response head; `undefined` when it can't be sent. */
  #begin(response: IncomingMessage, head: Readonly<ResponseHead>): BodyFraming | undefined {
    try {
      const { statusCode = 0, statusMessage = "" } = response;
      const framing = this.#x.begin(statusCode, statusMessage, head.headers, head.hasLength);
      if (this.#context.isStream(head.contentType)) this.#deadlines.streaming();
      if (head.sse) this.#x.stream();
      const { sseKeepaliveMs } = this.#upstream.spec;
      if (sseKeepaliveMs !== undefined && takesComments(head)) {
        this.#keepalive = new SseKeepalive(this.#x, framing, sseKeepaliveMs);
      }
      this.#forgetHeads(response, head);
      return framing;
    } catch {
      this.#end("upstream_request_failed", "unusable response head");
      return undefined;
    }
  }

  /** Drops the headers of both directions, which have been sent. A long stream would keep them in memory. */
  #forgetHeads(response: IncomingMessage, { headers }: Readonly<ResponseHead>): void {
    this.#request = undefined;
    this.#x.forgetHeaders();
    headers.length = 0;
    response.rawHeaders = [];
  }

  #sent(): void {
    if (!this.#over) this.#deadlines.sent();
  }

  /** A time limit was exceeded. The client caused it if the rest of its request did not come, otherwise the upstream. */
  #expired(): void {
    const { ended, waitsForUpstream } = this.#upload;
    // The connect timeout limits this wait.
    if (!ended && this.#attempt.connecting) return this.#deadlines.uploading();
    if (ended || waitsForUpstream) this.#end("upstream_timeout", "deadline");
    else this.#end("request_timeout", "the client's upload stalled");
  }

  /** Ends the exchange as failed: with a reply before the response head, with a broken connection after. */
  #end(outcome: AttemptFailure["outcome"], cause: string): void {
    if (this.#over) return;
    this.#release();
    if (outcome !== "request_timeout") this.#context.onFailure(this.#x, outcome, cause);
    if (this.#x.responder.begun) this.#x.break(outcome);
    else this.#x.reply(replyFor(outcome === "upstream_aborted" ? "upstream_request_failed" : outcome));
  }

  /** Stops everything, and releases the upstream. */
  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadlines.stop();
    this.#download?.stop();
    this.#keepalive?.stop();
    const sent = this.#upload.ended;
    this.#upload.stop();
    this.#attempt.close(sent);
  }
}
