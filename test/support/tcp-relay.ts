// Passes connections on to a port that can be changed, late if wanted, or cuts them: for faults between two programs.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { listen } from "./listen.ts";

export class TcpRelay {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #to: number;
  #delay = 0;
  #port = 0;

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((socket) => this.#relay(socket));
  }

  /** It is closed when the test has finished. */
  static async start(to: number): Promise<TcpRelay> {
    const relay = new TcpRelay(to);
    relay.#port = await listen(relay.#server);
    onTestFinished(() => relay.cut());
    return relay;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Whom new connections lead to. */
  switchTo(port: number): void {
    this.#to = port;
  }

  /** How long everything takes that comes back from there, ms. */
  delay(ms: number): void {
    this.#delay = ms;
  }

  /** Ends all connections. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Waits for a new connection. */
  async connection(): Promise<void> {
    await once(this.#server, "connection");
  }

  #relay(near: Socket): void {
    const far = connect(this.#to, "127.0.0.1");
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true).on("error", () => {});
      socket.on("close", () => {
        this.#pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (data) => far.write(data));
    far.on("data", (data) => {
      if (this.#delay === 0) near.write(data);
      else setTimeout(() => near.write(data), this.#delay);
    });
  }
}
