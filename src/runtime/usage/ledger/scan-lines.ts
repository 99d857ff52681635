// Reads the lines of a file piece by piece, so that a file of any size needs little memory and never holds up the event loop.

import { open } from "node:fs/promises";

/** How much is read and looked at in one go, bytes. That is some 500 lines, or one to two milliseconds. */
const PIECE = 256 * 1024;
/** No line of ours is longer than this, bytes. What is longer is passed over. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

export interface Scanned {
  /** Where reading ended, bytes from the start of the file. */
  readonly end: number;
  /** What follows the last line end: a line that is torn, or that is being written at this moment. */
  readonly rest: string;
  /** Lines that are too long to be ours. */
  readonly overlong: number;
}

/**
 * Calls `onLine` with each line that has a line end, without that end. Empty lines are left out.
 * @param from where to begin, bytes
 * @throws the error of the system when the file can't be read
 */
export async function scanLines(path: string, from: number, onLine: (line: string) => void): Promise<Scanned> {
  const file = await open(path, "r");
  try {
    let rest: Buffer = Buffer.alloc(0);
    let end = from;
    let overlong = 0;
    let skipping = false;
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE, end);
      if (bytesRead === 0) break;
      end += bytesRead;
      const read = piece.subarray(0, bytesRead);
      const last = read.lastIndexOf(NEWLINE);
      if (last === -1) {
        // Copied, since the next read overwrites the piece.
        rest = skipping ? rest : Buffer.concat([rest, read]);
      } else {
        const first = skipping ? read.indexOf(NEWLINE) + 1 : 0;
        emit(Buffer.concat([rest, read.subarray(first, last + 1)]).toString("utf8"), onLine);
        rest = Buffer.from(read.subarray(last + 1));
        skipping = false;
      }
      if (rest.length > MAX_LINE) {
        rest = Buffer.alloc(0);
        skipping = true;
        overlong++;
      }
    }
    return { end, rest: rest.toString("utf8"), overlong };
  } finally {
    await file.close();
  }
}

function emit(lines: string, onLine: (line: string) => void): void {
  for (const line of lines.split("\n")) if (line !== "") onLine(line);
}
