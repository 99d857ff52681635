// Takes the whole chunks of a response from its connection, before Node's parser would hand over each of them by itself. Where an
// upstream sends many small events at once, that costs more than all the rest of their way.
//
// The parser still reads the head, chunks that a read cuts, chunks in an unusual form, and the end. It stands between two chunks
// whenever bytes pass it by, so it can't tell that they were there.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { ChunkFollower, type ChunkRun } from "../../body/chunk-run.ts";
import { freeBytes } from "../../body/free-bytes.ts";

/** What this file relies on inside of Node. It is not documented: `test/runtime/node-client.test.ts` checks it on the running Node. */
interface ParsedSocket extends Socket {
  readonly parser?: {
    /** The bytes that are being parsed. */
    getCurrentBuffer?(): Buffer | undefined;
  } | null;
}

type Parse = (bytes: Buffer) => void;

/** Gets the chunks. */
export interface ChunkSink {
  /** @returns false: the connection is read no further until the stream of the response resumes */
  take(run: ChunkRun): boolean;
  /** All chunks of a read were taken, and what else it held was given to the parser. */
  taken(): void;
  /** See `freeReads`. */
  isInUse(memory: ArrayBufferLike): boolean;
}

const HEAD_END = "\r\n\r\n";

/**
 * Takes the chunks of a response. Must be called while Node parses the head of a chunked response. Does nothing where it can't be known
 * where the first chunk begins.
 * @param isOwned nobody else reads the body: reads of which only Node's parser took something are freed
 */
export function takeChunks(response: IncomingMessage, to: ChunkSink, isOwned: boolean): void {
  const socket: ParsedSocket = response.socket;
  const [parse, ...others] = socket.listeners("data") as Parse[];
  const read = socket.parser?.getCurrentBuffer?.();
  if (read === undefined || parse === undefined || others.length > 0) return;
  const start = bodyStart(read, response);
  if (start === undefined) return;
  const follower = new ChunkFollower();
  // Node parses these now.
  for (let at = start; at < read.length && !follower.isLost; ) at = follower.follow(read, at);
  if (!follower.isLost) process.nextTick(startTaking, new ChunkTaker(response, { parse, follower, to, isOwned }));
}

/** Node has parsed the rest of the read by now. Most short responses are complete with it, and so is one that has no body. */
function startTaking(taker: ChunkTaker): void {
  taker.start();
}

interface TakerParts {
  /** Gives bytes to Node's parser. */
  readonly parse: Parse;
  readonly follower: ChunkFollower;
  readonly to: ChunkSink;
  readonly isOwned: boolean;
}

class ChunkTaker {
  readonly #response: IncomingMessage;
  readonly #socket: Socket;
  readonly #parse: Parse;
  readonly #follower: ChunkFollower;
  readonly #to: ChunkSink;
  readonly #isOwned: boolean;

  constructor(response: IncomingMessage, { parse, follower, to, isOwned }: TakerParts) {
    this.#isOwned = isOwned;
    this.#response = response;
    // Node takes the connection away from a response that has ended.
    this.#socket = response.socket;
    this.#parse = parse;
    this.#follower = follower;
    this.#to = to;
  }

  /** Takes the place of Node's own listener, unless the response is complete. Then the connection may belong to another request. */
  start(): void {
    if (this.#response.complete || this.#socket.destroyed) return;
    this.#socket.off("data", this.#parse).on("data", this.#pass);
  }

  readonly #pass = (bytes: Buffer): void => {
    const follower = this.#follower;
    let from = 0;
    if (!follower.isBetween) {
      from = follower.follow(bytes, 0);
      if (!follower.isBetween) return this.#giveAll(bytes);
      this.#give(bytes.subarray(0, from));
    }
    let end = from;
    let data = 0;
    while (end < bytes.length) {
      const next = follower.follow(bytes, end);
      if (!follower.isBetween) break;
      data += follower.size;
      end = next;
    }
    if (end > from && !this.#to.take({ raw: bytes.subarray(from, end), bytes: data })) this.#socket.pause();
    if (end === from && from === 0) return this.#giveAll(bytes);
    if (end < bytes.length) this.#give(bytes.subarray(end));
    if (end > from) this.#to.taken();
    else this.#free(bytes);
  };

  #giveAll(read: Buffer): void {
    this.#give(read);
    this.#free(read);
  }

  /** Frees a read that held no run. */
  #free(read: Buffer): void {
    if (this.#isOwned && !this.#to.isInUse(read.buffer)) freeBytes(read);
  }

  /** Gives bytes to Node's parser. */
  #give(bytes: Buffer): void {
    const socket = this.#socket;
    this.#parse.call(socket, bytes);
    if (this.#response.complete || socket.destroyed) socket.off("data", this.#pass);
    // Node's parser has the rest to itself, and takes its own listener off at the end.
    else if (this.#follower.isLost) socket.off("data", this.#pass).on("data", this.#parse);
  }
}

/** Where the body begins in the read with which its head ended; `undefined` where that is not sure. */
function bodyStart(read: Buffer, { statusCode, rawHeaders }: IncomingMessage): number | undefined {
  const end = read.indexOf(HEAD_END);
  if (end === -1) return undefined;
  const lines = read.toString("latin1", 0, end).split("\r\n");
  // The read begins with this head, and none of its lines ends in another way.
  const isWhole = lines[0]?.startsWith(`HTTP/1.1 ${statusCode}`) === true && lines.length === rawHeaders.length / 2 + 1;
  return isWhole && !lines.some((line) => line.includes("\n")) ? end + HEAD_END.length : undefined;
}
