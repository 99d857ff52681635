// Sends requests at a steady rate, whether or not the ones before have ended, and notes how each one ended.

import { Agent, request } from "node:http";

const BODY = JSON.stringify({ model: "bench-1", messages: [{ role: "user", content: "Hello" }] });
const PATIENCE_MS = 30_000;

/**
 * One request: its `x-request-id`, when it was sent, how long it took. `status` is 0 if no whole response came.
 * @typedef {{ id: string, at: number, ms: number, status: number }} Call
 */

export class SteadyLoad {
  /** @type {Call[]} The calls that have ended. */
  calls = [];
  #sent = 0;
  #agent = new Agent({ keepAlive: true });
  /** @type {Set<Promise<void>>} */
  #open = new Set();
  /** @type {NodeJS.Timeout} */
  #timer;

  /** @param {{ port: number, path: string, token: string, perSecond: number }} target */
  constructor(target) {
    this.#timer = setInterval(() => {
      const call = this.#send(target).finally(() => this.#open.delete(call));
      this.#open.add(call);
    }, 1000 / target.perSecond);
  }

  /** Sends no more, and waits for what is open. */
  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
  }

  /** @param {{ port: number, path: string, token: string }} target @returns {Promise<void>} */
  #send({ port, path, token }) {
    const at = performance.now();
    const id = `load-${++this.#sent}`;
    return new Promise((resolve) => {
      const end = (/** @type {number} */ status) => {
        this.calls.push({ id, at, ms: performance.now() - at, status });
        resolve();
      };
      const headers = {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "x-request-id": id,
      };
      const req = request({ host: "127.0.0.1", port, path, method: "POST", headers, agent: this.#agent }, (res) => {
        res.resume();
        res.once("close", () => end(res.complete ? (res.statusCode ?? 0) : 0));
      });
      req.setTimeout(PATIENCE_MS, () => req.destroy());
      req.once("error", () => end(0));
      req.end(BODY);
    });
  }
}
