// Checks what Redis sends before the client library reads it: that it is the protocol, is not too much, and answers what was asked.
//
// An answer that nothing asked for can end the process: the library calls a method of it even if it is null, in a tick of its own. A short text
// that announces a list of millions makes the library reserve as much memory. Neither reaches it.

/** Bytes of one reply. The largest that is asked for is the list of the slots of a cluster. */
const MAX_REPLY = 4 * 1024 * 1024;
const MAX_ITEMS = 65_536;
const MAX_DEPTH = 16;

const LF = 10;
/** Of RESP2: word, error, number, text, list. */
const TYPES = "+-:$*";
const WHOLE_NUMBER = /^-?\d{1,19}$/;

export type Breach = "not what was asked" | "too large" | "not the protocol of Redis";

export class ReplyGuard {
  /** Commands that wait for a reply. */
  #asked = 0;
  /** How many items each open list still needs, the innermost last. */
  readonly #open: number[] = [];
  /** The begin of a line that has not ended. */
  #line = "";
  /** Bytes of a text that are still to come, with the line end after it. */
  #text = 0;
  /** Bytes of the present reply so far. */
  #size = 0;

  /** A command is sent. */
  ask(): void {
    this.#asked += 1;
  }

  /** @returns what is wrong with what was received. After that the guard must not be used any more */
  check(bytes: Buffer): Breach | undefined {
    let at = 0;
    while (at < bytes.length) {
      if (this.#asked === 0) return "not what was asked";
      const end = this.#text > 0 ? this.#skipText(bytes, at) : this.#readLine(bytes, at);
      if (typeof end === "string") return end;
      if (this.#size > MAX_REPLY) return "too large";
      at = end;
    }
    return undefined;
  }

  /** @returns where it ends */
  #skipText(bytes: Buffer, at: number): number {
    const length = Math.min(this.#text, bytes.length - at);
    this.#size += length;
    this.#text -= length;
    if (this.#text === 0) this.#ended();
    return at + length;
  }

  /** @returns where it ends */
  #readLine(bytes: Buffer, at: number): number | Breach {
    const lineEnd = bytes.indexOf(LF, at);
    const end = lineEnd === -1 ? bytes.length : lineEnd + 1;
    const line = this.#line + bytes.toString("latin1", at, end);
    this.#size += end - at;
    this.#line = lineEnd === -1 ? line : "";
    if (!TYPES.includes(line[0] ?? "")) return "not the protocol of Redis";
    if (lineEnd === -1) return end;
    if (!line.endsWith("\r\n")) return "not the protocol of Redis";
    return this.#begin(line[0] ?? "", line.slice(1, -2)) ?? end;
  }

  /** A line has come: a whole value, or the begin of a text or of a list. */
  #begin(type: string, rest: string): Breach | undefined {
    if (type === "+" || type === "-") {
      this.#ended();
      return undefined;
    }
    if (!WHOLE_NUMBER.test(rest)) return "not the protocol of Redis";
    const number = Number(rest);
    if (type === ":" || ((type === "$" || type === "*") && number === -1)) {
      this.#ended();
      return undefined;
    }
    if (number < 0) return "not the protocol of Redis";
    if (type === "$") {
      if (number > MAX_REPLY) return "too large";
      this.#text = number + 2;
      return undefined;
    }
    if (number > MAX_ITEMS || this.#open.length === MAX_DEPTH) return "too large";
    if (number === 0) this.#ended();
    else this.#open.push(number);
    return undefined;
  }

  /** A value is complete. With the last item of a list the list is complete, too. */
  #ended(): void {
    for (;;) {
      const missing = this.#open.pop();
      if (missing === undefined) break;
      if (missing === 1) continue;
      this.#open.push(missing - 1);
      return;
    }
    this.#asked -= 1;
    this.#size = 0;
  }
}
