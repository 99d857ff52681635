// Reads the model of a body as its chunks arrive, and says how long they must be held for that (contract, section 12).

import { ChunkList } from "../body/chunk-list.ts";
import type { BodyFormat } from "./body-format.ts";
import { type BodyModel, NO_MODEL_YET, unreadable } from "./body-model.ts";
import { type Coding, DECODED_TO_HELD, decodeBody } from "./decode-body.ts";
import { JsonScan } from "./json-scan.ts";
import { MultipartScan } from "./multipart-scan.ts";
import { UrlencodedScan } from "./urlencoded-scan.ts";

export type Scan = JsonScan | MultipartScan | UrlencodedScan;

export class BodyScan {
  readonly #scan: Scan | undefined;
  readonly #coding: Coding | undefined;
  readonly #maxBytes: number;
  /** The chunks of a coded body. It is decoded once it is complete. */
  readonly #coded = new ChunkList();
  #bytes = 0;
  #result: BodyModel | undefined;
  #modelsAtResult = 0;
  #ended = false;

  /** @param maxBytes how much of the body may be held: `models.scan_bytes` */
  constructor(format: BodyFormat, maxBytes: number) {
    this.#maxBytes = maxBytes;
    if (format.kind === "unreadable") {
      this.#result = format;
      return;
    }
    this.#coding = format.coding;
    this.#scan = scanOf(format);
  }

  /**
   * What the body says. It is `undefined` as long as the chunks must be held: until the body ends, its model can't be read
   * any more, or the bound is reached. It does not change afterwards.
   */
  get result(): BodyModel | undefined {
    return this.#result;
  }

  /**
   * What came after the result contradicts it: a model is named again, or for the first time, or the body is malformed.
   * A parser that takes the last model would take another one than the upstream was chosen for. Then the upstream request must break.
   */
  get isContradicted(): boolean {
    const scan = this.#scan;
    if (scan === undefined || this.#result === undefined || this.#result.kind === "unreadable") return false;
    return scan.models > this.#modelsAtResult || scan.isMalformed;
  }

  /** Takes the next chunk. It goes on after the result, for `isContradicted`. */
  push(chunk: Buffer): void {
    const scan = this.#scan;
    if (scan === undefined || this.#result?.kind === "unreadable") return;
    this.#bytes += chunk.length;
    if (this.#coding !== undefined) return this.#pushCoded(chunk);
    if (this.#result !== undefined) return scan.push(chunk);
    // Only what lies within the bound counts, wherever the borders of chunks are.
    const within = chunk.length - Math.max(0, this.#bytes - this.#maxBytes);
    scan.push(chunk.subarray(0, within));
    if (scan.model.kind === "unreadable") return this.#settle(scan.model);
    if (this.#bytes <= this.#maxBytes) return;
    this.#settle(modelAtBound(scan));
    scan.push(chunk.subarray(within));
  }

  /** The body is complete. A client that went away in the middle is no end. */
  end(): void {
    const scan = this.#scan;
    if (scan === undefined || this.#ended) return;
    this.#ended = true;
    if (this.#coding !== undefined) return this.#endCoded(scan, this.#coding);
    scan.end();
    if (this.#result === undefined) this.#settle(scan.model);
  }

  #endCoded(scan: Scan, coding: Coding): void {
    if (this.#result !== undefined) return;
    const decoded = decodeBody(Buffer.concat(this.#coded.chunks), coding, DECODED_TO_HELD * this.#maxBytes);
    this.#coded.clear();
    if (decoded === undefined) return this.#settle(unreadable("coding"));
    scan.push(decoded);
    scan.end();
    // The name stands at no place of the bytes that were sent.
    this.#settle(scan.model.kind === "model" ? { ...scan.model, span: undefined } : scan.model);
  }

  #pushCoded(chunk: Buffer): void {
    this.#coded.add(chunk);
    if (this.#bytes <= this.#maxBytes) return;
    this.#coded.clear();
    this.#result = unreadable("past_bound");
  }

  #settle(model: BodyModel): void {
    this.#modelsAtResult = this.#scan?.models ?? 0;
    this.#result = model;
  }
}

/** Makes the scan of a body without a coding. */
export function scanOf(format: Exclude<BodyFormat, { readonly kind: "unreadable" }>): Scan {
  switch (format.kind) {
    case "json":
      return new JsonScan();
    case "urlencoded":
      return new UrlencodedScan();
    case "form":
      return new MultipartScan(format.boundary);
  }
}

/** What is known when the bound is reached. A model whose name or value goes on behind it can't be read in time. */
function modelAtBound({ model, models }: Scan): BodyModel {
  if (model.kind !== "none") return model;
  return models > 0 ? unreadable("past_bound") : NO_MODEL_YET;
}
