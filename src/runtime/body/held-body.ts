// Holds the first bytes of a body until what has to be read of it is known, then hands the body on. Used for requests whose
// upstream depends on their body, and for responses that may be followed by another attempt.

import type { IncomingMessage } from "node:http";
import { BodyPump, type Move } from "./body-pump.ts";
import { ChunkList } from "./chunk-list.ts";

export class HeldBody {
  readonly #pump: BodyPump;
  readonly #isEnough: Move;
  readonly #onEnough: () => void;
  readonly #held = new ChunkList();
  #ended = false;
  #enough = false;
  #next: Move | undefined = undefined;
  #flows = true;

  /**
   * Starts to read.
   * @param isEnough called with the bytes that come, also when the first bytes are still missing. Says whether more must be held
   * @param onEnough called once: after that, reading pauses until `passTo`. Also called when the body ends, and by `release`
   * @param length how many bytes the body has, where that is known
   */
  constructor(source: IncomingMessage, isEnough: Move, onEnough: () => void, length?: number) {
    this.#isEnough = isEnough;
    this.#onEnough = onEnough;
    this.#pump = new BodyPump(source, (body, last) => this.#move(body, last), length);
  }

  /** What is held, in order. */
  get chunks(): readonly Buffer[] {
    return this.#held.chunks;
  }

  /** The body has ended: all of it is held. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Holds no more: it took too long. */
  release(): void {
    if (this.#enough) return;
    this.#enough = true;
    this.#flows = false;
    this.#pump.pause();
    this.#onEnough();
  }

  /**
   * Hands the rest of the body on. The caller has taken what is held.
   * @param flows false when the other side is slower: then the caller calls `resume`
   */
  passTo(next: Move, flows: boolean): void {
    this.#next = next;
    this.#held.clear();
    this.#flows = flows;
    if (flows) this.#pump.resume();
  }

  resume(): void {
    this.#pump.resume();
  }

  /** Reads and drops what still comes. */
  stop(): void {
    this.#held.clear();
    this.#pump.stop();
  }

  #move(body: Buffer, last: boolean): boolean {
    if (this.#next !== undefined) return this.#next(body, last);
    this.#held.add(body);
    this.#ended = last;
    if (!this.#enough && (this.#isEnough(body, last) || last)) {
      this.#enough = true;
      this.#flows = false;
      this.#onEnough();
    }
    return this.#flows;
  }
}
