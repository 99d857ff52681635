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

const HEAD_END = "\r\n\r\n";

/**
 * Must be called while Node parses the head of a chunked response. Does nothing where it can't be known where the first chunk begins.
 * @param take called with the chunks that came. False: the connection is read no further until its stream resumes
 * @param isInUse as for `freeReads`: reads of which only Node's parser took something are freed. `undefined`: none are
 */
export function takeChunks(
  response: IncomingMessage,
  take: (run: ChunkRun) => boolean,
  isInUse?: (memory: ArrayBufferLike) => boolean,
): void {
  const socket: ParsedSocket = response.socket;
  const [parse, ...others] = socket.listeners("data") as ((bytes: Buffer) => void)[];
  const head = socket.parser?.getCurrentBuffer?.();
  if (head === undefined || parse === undefined || others.length > 0) return;
  const start = bodyStart(head, response);
  if (start === undefined) return;
  const follower = new ChunkFollower();
  // Node parses these now.
  for (let at = start; at < head.length && !follower.isLost; ) at = follower.follow(head, at);
  if (follower.isLost) return;

  function give(bytes: Buffer): void {
    (parse as (bytes: Buffer) => void).call(socket, bytes);
    if (response.complete || socket.destroyed) socket.off("data", read);
    // Node's parser has the rest to itself, and takes its own listener off at the end.
    else if (follower.isLost) socket.off("data", read).on("data", parse as (bytes: Buffer) => void);
  }

  function pass(bytes: Buffer): void {
    let from = 0;
    if (!follower.isBetween) {
      from = follower.follow(bytes, 0);
      if (!follower.isBetween) return give(bytes);
      give(bytes.subarray(0, from));
    }
    let end = from;
    let data = 0;
    while (end < bytes.length) {
      const next = follower.follow(bytes, end);
      if (!follower.isBetween) break;
      data += follower.size;
      end = next;
    }
    if (end > from && !take({ raw: bytes.subarray(from, end), bytes: data })) socket.pause();
    if (end < bytes.length) give(bytes.subarray(end));
  }

  function read(bytes: Buffer): void {
    // It had no body. These bytes are not a part of it, and the connection may belong to another request by now.
    if (response.complete) return void socket.off("data", read);
    pass(bytes);
    if (isInUse?.(bytes.buffer) === false) freeBytes(bytes);
  }
  socket.off("data", parse).on("data", read);
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
