// Meters one exchange: reads the model it names and a copy of its response, and has that written down when it has ended.

import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import { NO_CHARGE } from "../../plan/usage.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { ExchangeRecord } from "../exchange/record.ts";
import { headerValues } from "../headers/find-header.ts";
import { hasBody } from "../headers/request-head.ts";
import type { ResponseHead } from "../headers/response-head.ts";
import { PassingModel } from "../model/passing-model.ts";
import { modelsInPath, modelsInQuery } from "../model/path-model.ts";
import { createUsageTap, type UsageTap } from "../usage/read/usage-tap.ts";
import { UNKNOWN_USAGE, type UsageReport } from "../usage/usage-report.ts";
import type { Metered, MeterOwner } from "./metered.ts";

export class ExchangeMeter {
  readonly #x: LiveExchange;
  readonly #owner: MeterOwner;
  /** When it was admitted, ms since the epoch: this decides the periods it belongs to. */
  readonly #at: number;
  /** Looks for the request's model; `undefined` where there is no body, or where the body was read before it was sent. */
  readonly requestTap: PassingModel | undefined;
  #responseTap: UsageTap | undefined = undefined;
  /** An upstream answered with a 2xx. */
  #succeeded = false;
  /** Its body is read, or was. */
  #tapped = false;
  #streams = false;
  #firstByteAt: number | undefined = undefined;
  /** What the response reported, once that is known. */
  #report: UsageReport | undefined = undefined;
  /** Final, once the exchange has ended. */
  #record: ExchangeRecord | undefined = undefined;

  constructor(x: LiveExchange, owner: MeterOwner) {
    this.#x = x;
    this.#owner = owner;
    this.#at = x.reservation?.at ?? owner.now();
    const isRead = x.body?.asksModel === true;
    this.requestTap = hasBody(x.framing) && !isRead ? new PassingModel(x.rawHeaders, owner.scanBytes) : undefined;
    x.meter();
    x.atEnd((record) => this.#exchangeEnded(record));
  }

  held(status: number | undefined): void {
    this.#hears(status ?? 0);
    if (status === undefined) this.#forget();
  }

  tapResponse(
    { statusCode = 0, rawHeaders }: IncomingMessage,
    { contentType }: Readonly<ResponseHead>,
    streams: boolean,
  ): this | undefined {
    this.#streams = streams;
    this.#hears(statusCode);
    if (!this.#succeeded) return undefined;
    const contentEncodings = headerValues(rawHeaders, "content-encoding");
    this.#responseTap = createUsageTap({ contentType, contentEncodings }, this.#owner.responseForm);
    this.#tapped = true;
    return this;
  }

  /** Reads the next bytes of the response's body. */
  push(body: Buffer): void {
    if (body.length > 0) this.#firstByteAt ??= performance.now();
    this.#responseTap?.push(body);
  }

  /** The response has ended. @param complete all of it came */
  ended(complete: boolean): void {
    const tap = this.#responseTap;
    this.#responseTap = undefined;
    tap?.end(complete, (report) => {
      this.#report = report;
      if (this.#record === undefined) return;
      this.#write(this.#record, report);
      this.#owner.late.done();
    });
  }

  /** The response that was read broke before anything of it was passed on, and another attempt follows. */
  #forget(): void {
    this.#tapped = false;
    this.#report = undefined;
  }

  #hears(status: number): void {
    this.#succeeded = status >= 200 && status < 300;
  }

  /** Writes it down, unless a part of the response is still being decoded. */
  #exchangeEnded(record: ExchangeRecord): void {
    this.#record = record;
    if (!this.#tapped) this.#write(record, UNKNOWN_USAGE);
    else if (this.#report !== undefined) this.#write(record, this.#report);
    else this.#owner.late.add();
  }

  /** An exception here is a bug of ours. For what comes late nobody else would catch it, and it would end the process. */
  #write(record: ExchangeRecord, report: UsageReport): void {
    try {
      this.#owner.write(this.#metered(record, report));
    } catch (err) {
      this.#x.reservation?.settle(NO_CHARGE);
      this.#x.fail(err, "metering");
    }
  }

  #metered(record: ExchangeRecord, report: UsageReport): Metered {
    return {
      record,
      report,
      at: this.#at,
      succeeded: this.#succeeded,
      requestedModel: this.#requestedModel(),
      streams: this.#streams,
      firstByteAt: this.#firstByteAt,
      reservation: this.#x.reservation,
    };
  }

  /**
   * The model that the request names. A query counts last: with a body, providers don't look there, so a client could name a cheaper
   * model in it, which would be charged where the response names none.
   */
  #requestedModel(): string | undefined {
    const { path, query, body } = this.#x;
    const [inPath] = modelsInPath(path);
    const inBody = body?.model?.kind === "model" ? body.model.name : this.requestTap?.name;
    if (inPath !== undefined || inBody !== undefined) return inPath ?? inBody;
    const inQuery = modelsInQuery(query);
    return inQuery === "given_twice" ? undefined : inQuery[0];
  }
}
