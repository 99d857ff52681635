// An upstream that can fall sick and get well again, on a port that stays the same.

import { once } from "node:events";
import { createServer } from "node:http";

/**
 * What it does: `well` answers, `refusing` has nothing listen, `hanging` takes requests and says nothing, `busy` answers 503.
 * @typedef {"well" | "refusing" | "hanging" | "busy"} Mode
 */

const ANSWER = JSON.stringify({ object: "chat.completion", choices: [{ message: { content: "Hello" } }] });
const BUSY = JSON.stringify({ error: { message: "Busy", type: "server_error", code: "overloaded" } });

/** How long responses in progress may take when it stops, ms. */
const LET_END_MS = 100;

export class SickUpstream {
  /** When it last answered a request with 200, on the clock of `performance.now()`; 0 for never. */
  answeredAt = 0;
  port = 0;
  /** @type {Mode} */
  #mode = "well";
  /** @type {import("node:http").Server | undefined} */
  #server;

  /** Begins to listen, on the same port as before if there was one. */
  async start() {
    const server = createServer((req, res) => {
      req.resume();
      req.once("end", () => this.#answer(res));
    });
    server.keepAliveTimeout = 0;
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address !== null && typeof address === "object") this.port = address.port;
    this.#server = server;
  }

  /** Stops listening and closes all connections, those in use after the response in progress. */
  async stop() {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    // This closes idle connections, too. A response that is not done by then is one that hangs.
    server.close();
    const timer = setTimeout(() => server.closeAllConnections(), LET_END_MS);
    await closed;
    clearTimeout(timer);
  }

  /** Changes what it does. Requests that hang go on hanging, as they would at a server. @param {Mode} mode */
  async become(mode) {
    const before = this.#mode;
    this.#mode = mode;
    if (mode === "refusing") await this.stop();
    else if (before === "refusing") await this.start();
  }

  /** @param {import("node:http").ServerResponse} res */
  #answer(res) {
    if (this.#mode === "hanging") return;
    const status = this.#mode === "busy" ? 503 : 200;
    if (status === 200) this.answeredAt = performance.now();
    res.writeHead(status, { "content-type": "application/json" }).end(status === 200 ? ANSWER : BUSY);
  }
}
