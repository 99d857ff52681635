// An upstream that answers, fails, breaks or waits, as the path of the request says.

import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { UpstreamHandler } from "../support/upstream.ts";

const TOLD = { id: "c", object: "chat.completion", model: "m", usage: { prompt_tokens: 11, completion_tokens: 7 } };
const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
const START = event("message_start", { message: { model: "m", usage: { input_tokens: 11, output_tokens: 1 } } });
const END = event("message_delta", { delta: {}, usage: { output_tokens: 7 } }) + event("message_stop", {});
/** Takes longer to decode than to send: what it told is known only after its exchange has ended. */
const LARGE = gzipSync(START + ": nothing\n\n".repeat(700_000));
const GZIP = { "content-type": "text/event-stream", "content-encoding": "gzip" };
const SSE = { "content-type": "text/event-stream" };

/** `go` ends what `late` and the streams of `gated` hold back. */
export class Provider {
  readonly #gated: (() => void)[] = [];
  readonly #sockets = new Set<Socket>();
  /** The first attempt of a request has come. */
  #begun = false;

  readonly handler: UpstreamHandler = (req, res) => {
    const what = (req.url ?? "").slice(1);
    this.#sockets.add(req.socket);
    if (what === "silent") return;
    if (what === "early") return void res.writeHead(413).end("too large");
    req.once("end", () => this.#answer(what, res));
    req.resume();
  };

  go(): void {
    for (const end of this.#gated.splice(0)) end();
  }

  break(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #answer(what: string, res: Parameters<UpstreamHandler>[1]): void {
    const json = { "content-type": "application/json" };
    if (what === "told") return void res.writeHead(200, json).end(JSON.stringify(TOLD));
    if (what === "untold") return void res.writeHead(200, json).end('{"ok":true}');
    if (what === "empty") return void res.writeHead(204).end();
    if (what === "moved") return void res.writeHead(302, { location: "/" }).end();
    if (what === "busy") return void res.writeHead(503, { ...json, "retry-after": "5" }).end("{}");
    if (what.startsWith("status-")) return void res.writeHead(Number(what.slice(7)), json).end("{}");
    if (what === "reset") return void res.socket?.resetAndDestroy();
    if (what.startsWith("broken-first")) {
      const isGood = this.#begun;
      this.#begun = true;
      if (isGood && what === "broken-first-then-told") {
        res.writeHead(200, { ...json, "content-encoding": "gzip" });
        return void res.end(gzipSync(JSON.stringify(TOLD)));
      }
      if (isGood) return void res.writeHead(500, json).end("{}");
      // A success with a body that is no chunk: both come in one read, so nothing of it has been passed on.
      return void res.socket?.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n");
    }
    if (what === "overloaded") {
      if (this.#begun) return void res.socket?.resetAndDestroy();
      this.#begun = true;
      return void res.writeHead(200, SSE).end(event("error", { error: { type: "overloaded_error" } }));
    }
    if (what === "cut") return void res.writeHead(200, SSE).write(START, () => setImmediate(() => res.destroy()));
    if (what === "cut-untold")
      return void res.writeHead(200, SSE).write(": a\n\n", () => setImmediate(() => res.destroy()));
    if (what === "late") this.#gated.push(() => res.writeHead(200, json).end(JSON.stringify(TOLD)));
    if (what === "gated") {
      res.writeHead(200, SSE).write(START);
      this.#gated.push(() => res.end(END));
    }
    if (what === "comments") res.writeHead(200, SSE).write(": nothing yet\n\n");
    if (what === "gated-gzip-large") {
      res.writeHead(200, GZIP).write(LARGE);
      this.#gated.push(() => res.end());
    }
    if (what === "gated-gzip") {
      // Flushed, so that the client can read its first part.
      res.writeHead(200, GZIP).write(gzipSync(START));
      this.#gated.push(() => res.end());
    }
  }
}
