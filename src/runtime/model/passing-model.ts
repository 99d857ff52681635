// Picks up the model of a request's body as it passes. Nothing is held, and nothing is refused for it (contract, section 12).

import { bodyFormat } from "./body-format.ts";
import { type Scan, scanOf } from "./body-scan.ts";

export class PassingModel {
  #scan: Scan | undefined;
  #bytesLeft: number;
  #name: string | undefined = undefined;

  /**
   * @param rawHeaders of the request. A body with a content coding is not read: for that, it would have to be held
   * @param maxBytes how much of the body is read
   */
  constructor(rawHeaders: readonly string[], maxBytes: number) {
    const format = bodyFormat(rawHeaders);
    this.#scan = format.kind === "unreadable" || format.coding !== undefined ? undefined : scanOf(format);
    this.#bytesLeft = maxBytes;
  }

  /** The model, once it has passed. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Reads the next bytes. After the model, or when too many have passed, it does nothing. */
  push(body: Buffer): void {
    const scan = this.#scan;
    if (scan === undefined) return;
    scan.push(body);
    this.#bytesLeft -= body.length;
    const { model } = scan;
    if (model.kind === "model") this.#name = model.name;
    if (model.kind !== "none" || this.#bytesLeft <= 0) this.#scan = undefined;
  }
}
