// Reads a few members of each JSON message of one direction of a WebSocket.

import type { KeptTree } from "../read/kept-tree.ts";
import { SparseJson } from "../read/sparse-json.ts";
import { FrameReader, type MessageSink } from "./frame-reader.ts";
import { leadingType } from "./leading-type.ts";

/** The kept members of a message. */
export type Message = Readonly<Record<string, unknown>>;

/** What is done with the messages of one direction. */
export interface MessageUse {
  readonly kept: KeptTree;
  /** Whether messages of a `type` are of use. Those that have none are always looked at. */
  readonly wants: (type: string) => boolean;
  /** Takes a message that is a whole JSON object. */
  readonly take: (message: Message) => void;
}

export class MessageReader {
  readonly #use: MessageUse;
  readonly #json: SparseJson;
  readonly #frames: FrameReader;
  #hasMessages = false;
  /** Something of the message has come. */
  #hasBegun = false;

  /** @param isMasked the bytes are those of a client */
  constructor(isMasked: boolean, use: MessageUse) {
    this.#use = use;
    this.#json = new SparseJson(use.kept.root);
    const sink: MessageSink = { part: (bytes) => this.#part(bytes), end: () => this.#end() };
    this.#frames = new FrameReader(isMasked, sink);
  }

  /** A message has come whole, whatever was in it. */
  get hasMessages(): boolean {
    return this.#hasMessages;
  }

  get isBroken(): boolean {
    return this.#frames.isBroken;
  }

  /** No frame and no message is open. */
  get isBetween(): boolean {
    return this.#frames.isBetween;
  }

  push(bytes: Buffer): void {
    this.#frames.push(bytes);
  }

  #part(bytes: Buffer): boolean {
    if (!this.#hasBegun && this.#isUnwanted(leadingType(bytes))) return false;
    this.#hasBegun = true;
    this.#json.pushOnly(bytes);
    return !this.#json.isMalformed && this.#isWanted();
  }

  #end(): void {
    this.#hasMessages = true;
    if (!this.#hasBegun) return;
    this.#hasBegun = false;
    const { isDone, data } = this.#json;
    const isWanted = isDone && this.#isWanted();
    // What was kept is let go of: a socket may be idle for an hour.
    this.#json.begin();
    if (isWanted) this.#use.take(data);
  }

  #isWanted(): boolean {
    return !this.#isUnwanted(this.#json.data["type"]);
  }

  #isUnwanted(type: unknown): boolean {
    return typeof type === "string" && !this.#use.wants(type);
  }
}
