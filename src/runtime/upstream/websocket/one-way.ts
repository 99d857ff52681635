// Moves the bytes of a WebSocket from one side to the other, untouched and with back-pressure.

import type { Socket } from "node:net";
import { FrameFollower } from "./frame-follower.ts";

/** Receives what happens on the way. */
export interface WayOwner {
  /** Bytes are about to be passed on. */
  onMoved(bytes: Buffer): void;
  /** The sender has sent a close frame, or will send nothing more. Called once for each of the two. */
  onLastWord(): void;
}

export class OneWay {
  readonly from: Socket;
  readonly to: Socket;
  readonly #owner: WayOwner;
  readonly #frames = new FrameFollower();
  /** The close frame that is sent in place of all that comes behind the present frame. */
  #closeFrame: Buffer | undefined = undefined;
  #cut = false;
  #ended = false;

  constructor(from: Socket, to: Socket, owner: WayOwner) {
    this.from = from;
    this.to = to;
    this.#owner = owner;
    from.on("data", this.#move);
    to.on("drain", this.#resume);
  }

  /** A close frame of the sender has passed, or come. */
  get closed(): boolean {
    return this.#frames.closed;
  }

  /** The sender has closed its sending side. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Moves bytes that came before. */
  push(bytes: Buffer): void {
    this.#move(bytes);
  }

  /** Passes the end of the sender's bytes on. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.to.writableEnded) this.to.end();
    this.#owner.onLastWord();
  }

  /** Sends a close frame as soon as the present frame is complete, and nothing after it. */
  closeWith(frame: Buffer): void {
    this.#closeFrame = frame;
    if (this.#frames.atBoundary) this.#sendClose(frame);
  }

  stop(): void {
    this.from.off("data", this.#move);
    this.to.off("drain", this.#resume);
  }

  readonly #move = (bytes: Buffer): void => {
    if (this.#cut) return this.#follow(bytes);
    const frame = this.#closeFrame;
    if (frame === undefined) {
      this.#follow(bytes);
      return this.#write(bytes);
    }
    const length = this.#frames.pushToBoundary(bytes);
    this.#write(bytes.subarray(0, length));
    if (!this.#frames.atBoundary) return;
    this.#sendClose(frame);
    this.#follow(bytes.subarray(length));
  };

  #follow(bytes: Buffer): void {
    const { closed } = this.#frames;
    this.#frames.push(bytes);
    if (this.#frames.closed && !closed) this.#owner.onLastWord();
  }

  #write(bytes: Buffer): void {
    if (bytes.length === 0 || this.to.writableEnded || this.to.destroyed) return;
    this.#owner.onMoved(bytes);
    if (!this.to.write(bytes)) this.from.pause();
  }

  #sendClose(frame: Buffer): void {
    this.#cut = true;
    // What still comes is dropped. It is read for the sender's own close frame.
    this.from.resume();
    if (!this.closed && !this.to.writableEnded && !this.to.destroyed) this.to.write(frame);
  }

  readonly #resume = (): void => {
    this.from.resume();
  };
}
