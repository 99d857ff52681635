// Keeps the chunks of a body in order. Small ones share a block of memory.

/** Chunks below this size are copied. Each chunk that is kept as it came costs some hundred bytes besides its own. */
const SMALL_BYTES = 1024;
const BLOCK_BYTES = 4096;

const NOTHING = Buffer.alloc(0);

/**
 * The first chunk is always kept as it came, since most bodies are one chunk. A client that sends a body byte by byte would
 * otherwise make the gateway hold some hundred times the body's size.
 */
export class ChunkList {
  #chunks: Buffer[] = [];
  /** The block that the last chunk lies in, if it has room for more. */
  #block = NOTHING;
  /** How much of the block is in use. */
  #used = 0;

  get chunks(): readonly Buffer[] {
    return this.#chunks;
  }

  /** Adds a chunk. A large one is kept by reference. */
  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (chunk.length >= SMALL_BYTES || this.#chunks.length === 0) {
      this.#chunks.push(chunk);
      this.#block = NOTHING;
      return;
    }
    if (this.#used + chunk.length > this.#block.length) return this.#beginBlock(chunk);
    const start = this.#used - (this.#chunks.at(-1)?.length ?? 0);
    chunk.copy(this.#block, this.#used);
    this.#used += chunk.length;
    this.#chunks[this.#chunks.length - 1] = this.#block.subarray(start, this.#used);
  }

  clear(): void {
    this.#chunks = [];
    this.#block = NOTHING;
  }

  #beginBlock(chunk: Buffer): void {
    this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    chunk.copy(this.#block);
    this.#used = chunk.length;
    this.#chunks.push(this.#block.subarray(0, this.#used));
  }
}
