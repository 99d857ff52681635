// How does one exchange go upstream and come back? One upstream request, replaced once if its kept connection was stale.

import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Outcome } from "../../plan/exchange.ts";
import { type ReplyCode, replyFor } from "../../plan/replies.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import { type ResponseHead, responseHead } from "../headers/response-head.ts";
import type { BodyPump } from "./body-pump.ts";
import type { UpstreamAgent } from "./connections/agents.ts";
import { failureCode, failureLabel } from "./connections/failure.ts";
import { noteIdleHint, wasStale } from "./connections/upstream-socket.ts";
import { Deadlines } from "./deadlines.ts";
import { download } from "./download.ts";
import { Upload } from "./upload.ts";
import type { BodyFraming } from "./write.ts";

/** A body up to this size is kept for the one replay of a stale connection, bytes (spec section 4). */
const REPLAY_BYTES = 64 * 1024;

/** What an attempt needs of its route. */
export interface AttemptSpec {
  readonly requestTimeoutMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly upstream: UpstreamAgent;
  /** Requests are handed to an outbound proxy, which may answer itself. */
  readonly toProxy: boolean;
  /** Told why an upstream failed, in words without secrets. */
  readonly onFailure: (x: LiveExchange, outcome: Outcome, cause: string) => void;
}

export class Attempt {
  readonly #x: LiveExchange;
  readonly #spec: AttemptSpec;
  /** Kept until there is a response: for a replay. */
  #options: RequestOptions | undefined;
  readonly #upload: Upload;
  readonly #deadlines: Deadlines;
  #request: ClientRequest | undefined = undefined;
  #response: IncomingMessage | undefined = undefined;
  #download: BodyPump | undefined = undefined;
  #replayed = false;
  #over = false;

  /** @param options of the upstream request, head included */
  constructor(x: LiveExchange, spec: AttemptSpec, options: RequestOptions) {
    this.#x = x;
    this.#spec = spec;
    this.#options = options;
    this.#upload = new Upload(x, REPLAY_BYTES);
    this.#deadlines = new Deadlines(spec.requestTimeoutMs, () => this.#end("upstream_timeout", "deadline"));
    // The client is gone, or the exchange is over: either way nothing more is wanted of the upstream (fact F1).
    x.hold(() => this.#release());
  }

  /** Begins the upstream request. A head that Node refuses to send is the client's fault. */
  send(): void {
    if (this.#options === undefined) return;
    let request: ClientRequest;
    try {
      request = this.#spec.upstream.request(this.#options);
    } catch (err) {
      return this.#end("bad_request", failureLabel(err));
    }
    // A limit would cut the list, and could hide the framing behind the cut (hazard R2).
    request.maxHeadersCount = 0;
    this.#request = request;
    request.on("response", (response: IncomingMessage) => this.#respond(request, response));
    request.on("error", (err) => this.#failed(request, err));
    // Nobody asked for a 101 (hazard P10).
    request.on("upgrade", (_response, socket) => {
      socket.destroy();
      this.#end("upstream_request_failed", "unasked upgrade");
    });
    this.#upload.to(request);
  }

  #respond(request: ClientRequest, response: IncomingMessage): void {
    if (this.#over || request !== this.#request) return void response.destroy();
    this.#response = response;
    const { statusCode = 0, statusMessage = "" } = response;
    // Only a proxy says so, and it speaks to us, not to the client.
    if (statusCode === 407 && this.#spec.toProxy) return this.#end("upstream_connect_error", "proxy answered 407");
    const head = responseHead(response.rawHeaders, this.#x.id);
    noteIdleHint(request, head.idleMs);
    // A 101 without the headers of an upgrade arrives as a response (hazard P10).
    if (head.foreignCoding || statusCode < 200) return this.#end("upstream_request_failed", "unusable response head");
    response.on("close", () => {
      if (!response.complete) this.#end("upstream_aborted", "cut response");
    });
    this.#download = download(this.#x, response, {
      begin: () => this.#begin(statusCode, statusMessage, head),
      onProgress: () => this.#deadlines.progress(),
      onEnd: () => this.#release(),
    });
  }

  /** Writes the response head; `undefined` when it can't be passed on. */
  #begin(status: number, reason: string, head: Readonly<ResponseHead>): BodyFraming | undefined {
    try {
      const framing = this.#x.begin(status, reason, head.headers, head.hasLength);
      if (head.sse) {
        this.#deadlines.streaming(this.#spec.streamIdleTimeoutMs);
        this.#x.stream();
      }
      this.#forgetHeads(head);
      return framing;
    } catch {
      this.#end("upstream_request_failed", "unusable response head");
      return undefined;
    }
  }

  /** The heads have gone both ways. A stream may stay open for long, and would keep them all. */
  #forgetHeads({ headers }: Readonly<ResponseHead>): void {
    this.#options = undefined;
    this.#x.forgetHead();
    headers.length = 0;
    if (this.#response !== undefined) this.#response.rawHeaders = [];
  }

  #failed(request: ClientRequest, err: Error): void {
    if (this.#over || request !== this.#request) return;
    if (this.#response !== undefined) {
      if (!this.#response.complete) this.#end("upstream_aborted", failureLabel(err));
      return;
    }
    if (!this.#replayed && this.#upload.replayable && wasStale(request)) {
      this.#replayed = true;
      this.#spec.upstream.dropIdle();
      return this.send();
    }
    this.#end(failureCode(err, request), failureLabel(err));
  }

  /** Ends the exchange as failed: a reply before the head, a broken connection after. */
  #end(outcome: ReplyCode | "upstream_aborted", cause: string): void {
    if (this.#over) return;
    this.#release();
    this.#spec.onFailure(this.#x, outcome, cause);
    if (this.#x.answered) this.#x.break(outcome);
    else this.#x.reply(replyFor(outcome === "upstream_aborted" ? "upstream_request_failed" : outcome));
  }

  /** Lets go of the upstream. Its connection is kept only if request and response both came whole (hazard R8). */
  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadlines.stop();
    this.#download?.stop();
    const whole = this.#upload.ended && this.#response?.complete === true;
    this.#upload.stop();
    if (!whole) this.#request?.destroy();
  }
}
