// Recognises the few member names of a JSON object that matter, byte by byte and with escapes decoded. Keeps no bytes.

/** What a member name turned out to be. */
export const OTHER = 0;
export const MODEL = 1;
/**
 * `model` in another spelling of capitals, such as `Model`. Go's parser takes it for `model`, and the last one wins (golang/go#43664).
 * Also `model` with a NUL behind it (`"model\u0000x"`), where names end for parsers that keep them as strings of C.
 */
export const MODEL_IN_CAPITALS = 2;
export const PREVIOUS_RESPONSE_ID = 3;
export const BACKGROUND = 4;

const WORDS = ["model", "previous_response_id", "background"] as const;
const [MODEL_BIT, PREVIOUS_BIT, BACKGROUND_BIT] = [1, 2, 4] as const;
const ALL_BITS = MODEL_BIT | PREVIOUS_BIT | BACKGROUND_BIT;
/** Whatever follows. */
const MODEL_AND_NUL_BIT = 8;

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** What the one-letter escapes of JSON stand for. */
const ESCAPES: Readonly<Record<number, number>> = Object.freeze({
  34: 0x22,
  92: 0x5c,
  47: 0x2f,
  98: 0x08,
  102: 0x0c,
  110: 0x0a,
  114: 0x0d,
  116: 0x09,
});

const NO_ESCAPE = 0;
const AFTER_BACKSLASH = 5;

export class MemberName {
  /** The words that the name still may become, one bit each. */
  #candidates = ALL_BITS;
  /** Decoded characters so far. */
  #length = 0;
  #hasOtherCase = false;
  /** `NO_ESCAPE`, `AFTER_BACKSLASH`, or how many hexadecimal digits are still to come. */
  #escape = NO_ESCAPE;
  /** The number that the hexadecimal digits make so far. */
  #unit = 0;

  /** Begins a new name. */
  begin(): void {
    this.#candidates = ALL_BITS;
    this.#length = 0;
    this.#hasOtherCase = false;
    this.#escape = NO_ESCAPE;
  }

  /** The name may still become one that matters. */
  get isOpen(): boolean {
    return this.#candidates !== 0;
  }

  /** The next byte belongs to an escape, so a quote does not close the name. */
  get inEscape(): boolean {
    return this.#escape !== NO_ESCAPE;
  }

  /**
   * Takes the next byte of the name.
   * @returns false for a byte or an escape that JSON does not allow there
   */
  take(byte: number): boolean {
    if (this.#escape !== NO_ESCAPE) return this.#takeEscaped(byte);
    if (byte < 0x20) return false;
    if (byte === BACKSLASH) this.#escape = AFTER_BACKSLASH;
    else this.#takeUnit(byte);
    return true;
  }

  /** What the name is, once it has ended. */
  end(): number {
    const has = (bit: number, word: string): boolean => (this.#candidates & bit) !== 0 && this.#length === word.length;
    if (this.#candidates === MODEL_AND_NUL_BIT) return MODEL_IN_CAPITALS;
    if (has(MODEL_BIT, WORDS[0])) return this.#hasOtherCase ? MODEL_IN_CAPITALS : MODEL;
    if (has(PREVIOUS_BIT, WORDS[1])) return PREVIOUS_RESPONSE_ID;
    return has(BACKGROUND_BIT, WORDS[2]) ? BACKGROUND : OTHER;
  }

  #takeEscaped(byte: number): boolean {
    if (this.#escape === AFTER_BACKSLASH) {
      if (byte === LETTER_U) {
        this.#escape = 4;
        this.#unit = 0;
        return true;
      }
      const unit = ESCAPES[byte];
      if (unit === undefined) return false;
      this.#escape = NO_ESCAPE;
      this.#takeUnit(unit);
      return true;
    }
    const digit = hexDigit(byte);
    if (digit === -1) return false;
    this.#unit = this.#unit * 16 + digit;
    this.#escape--;
    if (this.#escape === NO_ESCAPE) this.#takeUnit(this.#unit);
    return true;
  }

  /** Takes one decoded character. Beyond ASCII a byte stands for it, which fits no word either. */
  #takeUnit(unit: number): void {
    const at = this.#length++;
    if ((this.#candidates & MODEL_BIT) !== 0) {
      const wanted = WORDS[0].charCodeAt(at);
      if (unit === 0 && at === WORDS[0].length) this.#candidates = MODEL_AND_NUL_BIT;
      else if (lowerCase(unit) !== wanted) this.#candidates &= ~MODEL_BIT;
      else if (unit !== wanted) this.#hasOtherCase = true;
    }
    if (unit !== WORDS[1].charCodeAt(at)) this.#candidates &= ~PREVIOUS_BIT;
    if (unit !== WORDS[2].charCodeAt(at)) this.#candidates &= ~BACKGROUND_BIT;
  }
}

function lowerCase(unit: number): number {
  return unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
