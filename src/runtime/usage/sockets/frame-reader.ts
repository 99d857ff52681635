// Reads the frames of one direction of a WebSocket (RFC 6455, section 5), from bytes that come in any pieces.
//
// The receiver of the `ws` package does not fit here. It keeps a message until the whole of it has come, which may be megabytes, or
// stops at a bound. It unmasks bytes in place, and these bytes are still to be sent on. Its types are not published.

import { unmasked } from "./unmask.ts";

/** Takes the data messages of a direction, text or binary, in parts. */
export interface MessageSink {
  /**
   * The next part of a message.
   * @param bytes not to be changed, and not to be kept
   * @returns whether the rest of the message is wanted
   */
  part(bytes: Buffer): boolean;
  /** A message has ended, whether all of it was wanted or not. */
  end(): void;
}

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PONG = 10;
const MAX_CONTROL_BYTES = 125;
/** Two bytes, a length of up to eight bytes, a mask of four. */
const MAX_HEAD_BYTES = 14;

/** What may come next. */
const IN_HEAD = 0;
const IN_PAYLOAD = 1;
/** The close frame has come: what follows means nothing. */
const CLOSED = 2;
/** What came is no WebSocket. */
const BROKEN = 3;

export class FrameReader {
  readonly #isMasked: boolean;
  readonly #sink: MessageSink;
  #state = IN_HEAD;
  readonly #head = Buffer.alloc(MAX_HEAD_BYTES);
  #headBytes = 0;
  /** How long the head is, as far as is known yet. */
  #headLength = 2;
  #isControl = false;
  #isClose = false;
  /** The frame is the last one of its message. */
  #isLast = false;
  /** Bytes of the payload that are still to come. */
  #left = 0;
  /** How much of the payload has come, which decides the byte of the mask. */
  #taken = 0;
  /** A message has begun and not ended. */
  #inMessage = false;
  #isWanted = true;

  /** @param isMasked frames of clients are masked, those of servers are not */
  constructor(isMasked: boolean, sink: MessageSink) {
    this.#isMasked = isMasked;
    this.#sink = sink;
  }

  /** What came is no WebSocket, or has an extension. Nothing more is read then. */
  get isBroken(): boolean {
    return this.#state === BROKEN;
  }

  /** No frame and no message is open. */
  get isBetween(): boolean {
    if (this.#inMessage) return false;
    return this.#state === CLOSED || (this.#state === IN_HEAD && this.#headBytes === 0);
  }

  /** Takes the next bytes. They are not changed. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && this.#state < CLOSED) {
      at = this.#state === IN_HEAD ? this.#takeHead(bytes, at) : this.#takePayload(bytes, at);
    }
  }

  #takeHead(bytes: Buffer, at: number): number {
    const count = Math.min(this.#headLength - this.#headBytes, bytes.length - at);
    bytes.copy(this.#head, this.#headBytes, at, at + count);
    this.#headBytes += count;
    if (this.#headBytes < this.#headLength) return at + count;
    if (this.#headLength === 2 && !this.#readFirstBytes()) this.#state = BROKEN;
    else if (this.#headBytes === this.#headLength) this.#beginPayload();
    return at + count;
  }

  /** Reads the two bytes that each frame begins with. @returns false for a frame that can't be */
  #readFirstBytes(): boolean {
    const [first = 0, second = 0] = this.#head;
    const opcode = first & 0x0f;
    const length = second & 0x7f;
    this.#isLast = (first & 0x80) !== 0;
    this.#isControl = opcode >= CLOSE;
    this.#isClose = opcode === CLOSE;
    this.#headLength += (length === 126 ? 2 : length === 127 ? 8 : 0) + (this.#isMasked ? 4 : 0);
    // The other three bits belong to extensions. None is agreed on: metered routes offer none.
    if ((first & 0x70) !== 0 || ((second & 0x80) !== 0) !== this.#isMasked) return false;
    if (this.#isControl) return opcode <= PONG && this.#isLast && length <= MAX_CONTROL_BYTES;
    return opcode <= BINARY && (opcode === CONTINUATION) === this.#inMessage;
  }

  #beginPayload(): void {
    const short = (this.#head[1] ?? 0) & 0x7f;
    if (short === 126) this.#left = this.#head.readUInt16BE(2);
    else this.#left = short === 127 ? this.#head.readUInt32BE(2) * 2 ** 32 + this.#head.readUInt32BE(6) : short;
    this.#taken = 0;
    this.#state = IN_PAYLOAD;
    if (!this.#isControl) this.#inMessage = true;
    if (this.#left === 0) this.#endFrame();
  }

  #takePayload(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    if (!this.#isControl && this.#isWanted) this.#hand(bytes.subarray(at, end));
    this.#left -= end - at;
    this.#taken += end - at;
    if (this.#left === 0) this.#endFrame();
    return end;
  }

  #hand(payload: Buffer): void {
    if (!this.#isMasked) {
      this.#isWanted = this.#sink.part(payload);
      return;
    }
    const mask = this.#head.subarray(this.#headLength - 4, this.#headLength);
    for (const part of unmasked(payload, mask, this.#taken)) {
      this.#isWanted = this.#sink.part(part);
      if (!this.#isWanted) return;
    }
  }

  #endFrame(): void {
    this.#state = this.#isClose ? CLOSED : IN_HEAD;
    this.#headBytes = 0;
    this.#headLength = 2;
    if (this.#isControl || !this.#isLast) return;
    this.#inMessage = false;
    this.#isWanted = true;
    this.#sink.end();
  }
}
