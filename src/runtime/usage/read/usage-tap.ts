// Reads the usage out of a copy of a response's body while the body passes to the client.

import { UNKNOWN_USAGE, type UsageReport } from "../usage-report.ts";
import { BodyReader, type ResponseForm } from "./body-reader.ts";
import { CopyDecoder, copyCodingOf, type Encoded } from "./copy-decoder.ts";

/** Nothing in it throws, and no memory grows with the body. */
export interface UsageTap {
  /** Takes the next bytes. They are not changed. */
  push(bytes: Buffer): void;
  /**
   * The body has ended. Called once.
   * @param complete false when it broke, or when the client left before its end
   * @param then called once with what the body reported: at once where nothing has to be decoded
   */
  end(complete: boolean, then: (report: UsageReport) => void): void;
}

/** What the head of the response says of its body. */
export interface TappedResponse {
  readonly contentType: string | undefined;
  /** The values of its `content-encoding` headers. */
  readonly contentEncodings: readonly string[];
}

/** Makes the tap of one response. A body with a coding that can't be decoded reports nothing. */
export function createUsageTap(response: TappedResponse, by: ResponseForm): UsageTap {
  const coding = copyCodingOf(response.contentEncodings);
  if (coding === undefined) return DEAF_TAP;
  const reader = new SafeReader(new BodyReader(response.contentType, by));
  if (coding !== "identity") return new DecodingTap(reader, coding);
  return new PlainTap(reader);
}

const DEAF_TAP: UsageTap = {
  push: () => undefined,
  end: (_complete, then) => then(UNKNOWN_USAGE),
};

/** An exception of our own makes the usage unknown and nothing else. */
class SafeReader {
  #reader: BodyReader | undefined;

  constructor(reader: BodyReader) {
    this.#reader = reader;
  }

  push(bytes: Buffer): void {
    try {
      this.#reader?.push(bytes);
    } catch {
      this.#reader = undefined;
    }
  }

  end(complete: boolean): UsageReport {
    try {
      return this.#reader?.end(complete) ?? UNKNOWN_USAGE;
    } catch {
      return UNKNOWN_USAGE;
    }
  }

  /** Nothing is known any more. */
  spoil(): void {
    this.#reader = undefined;
  }
}

/** A class, since each open stream has one: closures take more memory. */
class PlainTap implements UsageTap {
  readonly #reader: SafeReader;

  constructor(reader: SafeReader) {
    this.#reader = reader;
  }

  push(bytes: Buffer): void {
    this.#reader.push(bytes);
  }

  end(complete: boolean, then: (report: UsageReport) => void): void {
    then(this.#reader.end(complete));
  }
}

/** Decodes a copy of the body. An error there makes the usage unknown, even when something was reported before it. */
class DecodingTap implements UsageTap {
  readonly #reader: SafeReader;
  readonly #decoder: CopyDecoder;
  #complete = false;
  #then: ((report: UsageReport) => void) | undefined;
  #isDecoded = false;

  constructor(reader: SafeReader, coding: Encoded) {
    this.#reader = reader;
    this.#decoder = new CopyDecoder(coding, {
      push: (bytes) => reader.push(bytes),
      end: () => this.#finish(),
      fail: () => this.#fail(),
    });
  }

  push(bytes: Buffer): void {
    try {
      this.#decoder.push(bytes);
    } catch {
      this.#decoder.stop();
      this.#fail();
    }
  }

  end(complete: boolean, then: (report: UsageReport) => void): void {
    this.#complete = complete;
    this.#then = then;
    if (this.#isDecoded) this.#finish();
    else this.#decoder.end();
  }

  #fail(): void {
    this.#reader.spoil();
    this.#finish();
  }

  #finish(): void {
    this.#isDecoded = true;
    const then = this.#then;
    this.#then = undefined;
    then?.(this.#reader.end(this.#complete));
  }
}
