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
  /** Reads the message that has begun; `undefined` between messages: a socket may be idle for an hour, and keeps nothing then. */
  #json: SparseJson | undefined = undefined;
  readonly #frames: FrameReader;
  #hasMessages = false;

  /** @param isMasked the bytes are those of a client */
  constructor(isMasked: boolean, use: MessageUse) {
    this.#use = use;
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
    if (this.#json === undefined && this.#isUnwanted(leadingType(bytes))) return false;
    this.#json ??= new SparseJson(this.#use.kept.root);
    this.#json.pushOnly(bytes);
    return !this.#json.isMalformed && this.#isWanted(this.#json);
  }

  #end(): void {
    this.#hasMessages = true;
    const json = this.#json;
    this.#json = undefined;
    if (json?.isDone && this.#isWanted(json)) this.#use.take(json.data);
  }

  #isWanted({ data }: SparseJson): boolean {
    return !this.#isUnwanted(data["type"]);
  }

  #isUnwanted(type: unknown): boolean {
    return typeof type === "string" && !this.#use.wants(type);
  }
}
