// How does a secret travel without ever being printed? Wrapped: every implicit way out (string, JSON, inspect) is closed.

const REDACTED = "[redacted]";

/** A value that must reach no log, diagnostic, error, metric or dump by accident. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The raw value. Every call site is a place where a secret leaves its wrapper: keep them few. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
