// Wraps secrets, and what is derived from them, so that no log, diagnostic, error or metric prints them by accident (hazard S3).

import { createHash } from "node:crypto";

const REDACTED = "[redacted]";
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** A value that must not be printed. String conversion, JSON and `util.inspect` all show `[redacted]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The raw value. With every call a secret leaves its wrapper, so there should be few calls. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [INSPECT](): string {
    return REDACTED;
  }
}

/**
 * The SHA-256 of a secret, as 64 lower-case hexadecimal digits. The secret can't be read back from it, but a short one
 * could be guessed. So a digest must not be printed either.
 */
export class Digest extends Secret {
  /** Hashes a secret. @param secret as UTF-8 */
  static of(secret: string): Digest {
    return new Digest(createHash("sha256").update(secret).digest("hex"));
  }
}
