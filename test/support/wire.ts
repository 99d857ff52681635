// Sends bytes over a bare socket in pieces, waits for bytes, and records how the other side ended the connection.

import type { Socket } from "node:net";
import { PATIENCE_MS, within } from "./deadline.ts";

/** How the other side stopped sending: by a FIN, or by a reset. */
export type PeerEnd = "fin" | "reset";

/** A socket, with the bytes that were received on it and not yet taken. */
export class Wire {
  readonly socket: Socket;
  /** Resolves when no more bytes can arrive. */
  readonly ended: Promise<PeerEnd>;
  /** Resolves when both directions are closed. */
  readonly closed: Promise<void>;
  #end: PeerEnd | undefined;
  #chunks: Buffer[] = [];
  #total = 0;
  readonly #watchers = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#total += chunk.length;
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      const over = (how: PeerEnd) => {
        this.#end ??= how;
        resolve(this.#end);
        this.#wake();
      };
      socket.once("end", () => over("fin"));
      socket.on("error", () => over("reset"));
      socket.once("close", () => over("reset"));
    });
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  /** How the other side ended, or `undefined` while more may come. */
  get end(): PeerEnd | undefined {
    return this.#end;
  }

  /** How many bytes have arrived since the start, those already taken included. */
  get total(): number {
    return this.#total;
  }

  /** The bytes that have arrived and were not taken yet. */
  get bytes(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  get text(): string {
    return this.bytes.toString("latin1");
  }

  /** Removes the first `length` bytes and returns them. */
  take(length: number): Buffer {
    const bytes = this.bytes;
    if (length > bytes.length) throw new Error(`${length} bytes wanted, ${bytes.length} are here`);
    this.#chunks = [bytes.subarray(length)];
    return bytes.subarray(0, length);
  }

  /** Sends pieces one after another: each when the kernel has taken the one before. Text is sent as latin1. */
  async send(...pieces: readonly (string | Uint8Array)[]): Promise<void> {
    for (const piece of pieces) {
      const bytes = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
      const sent = new Promise<void>((resolve) => {
        if (this.socket.destroyed) resolve();
        else this.socket.write(bytes, () => resolve());
      });
      await Promise.race([sent, this.closed]);
      await new Promise(setImmediate);
    }
  }

  /** Shuts down the sending side only. */
  halfClose(): void {
    this.socket.end();
  }

  /**
   * Ends the connection with a TCP reset. The peer must have read everything that was sent before. If data and reset arrive
   * together, a Node peer sees a FIN instead, because libuv treats a hang-up after a short read as the end.
   */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Closes both directions, and waits until they are closed. */
  async close(): Promise<void> {
    this.socket.destroy();
    await within("a socket of the test's own to close", this.closed);
  }

  /**
   * Waits until `look` finds what it wants in the bytes that arrived.
   * @param look returns `undefined` to wait on; it is called again after each arrival, and once more at the end
   * @throws Error with the bytes so far when the other side ended first, or after `ms`
   */
  until<T>(what: string, look: () => T | undefined, ms: number = PATIENCE_MS): Promise<T> {
    let watcher = () => {};
    const found = new Promise<T>((resolve, reject) => {
      watcher = () => {
        try {
          const value = look();
          if (value !== undefined) resolve(value);
          else if (this.#end !== undefined) reject(new Error(`${this.#end} before ${what}; ${this.#soFar()}`));
        } catch (error) {
          reject(error);
        }
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return within(() => `${what}; ${this.#soFar()}`, found, ms).finally(() => this.#watchers.delete(watcher));
  }

  /** Waits for a text and takes everything up to its end. */
  async untilText(text: string, ms: number = PATIENCE_MS): Promise<string> {
    const end = await this.until(
      JSON.stringify(text),
      () => {
        const at = this.bytes.indexOf(text, 0, "latin1");
        return at === -1 ? undefined : at + text.length;
      },
      ms,
    );
    return this.take(end).toString("latin1");
  }

  #soFar(): string {
    return `so far ${JSON.stringify(this.text.slice(0, 600))}`;
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
