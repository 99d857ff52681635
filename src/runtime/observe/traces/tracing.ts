// Makes the spans of an exchange: a server span for the client's request, and below it a client span for each attempt upstream.
// The only module that imports OpenTelemetry; it is loaded only when tracing is on.

import { performance } from "node:perf_hooks";
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { ForwardSpec, UpstreamSpec } from "../../../plan/forward.ts";
import type { OtlpSpec, TracingSpec } from "../../../plan/observability.ts";
import type { Tracer as AttemptTracer, Observer } from "../../exchange/observer.ts";
import type { EndedAttempt, ExchangeRecord } from "../../exchange/record.ts";
import { headerValues, onlyValue } from "../../headers/find-header.ts";
import type { ExchangeUsage } from "../../usage/exchange-usage.ts";
import { within } from "../../within.ts";
import { genAiAttributes } from "./gen-ai-attributes.ts";
import {
  clientEnd,
  clientStart,
  methodName,
  retriedEnd,
  serverEnd,
  serverName,
  serverStart,
} from "./span-attributes.ts";

/** How many spans may wait for the collector. Further spans are dropped (hazard O1). */
const QUEUE_SPANS = 2048;

/** The spans of one exchange. */
interface Spans {
  readonly server: Span;
  readonly context: Context;
  client: Span | undefined;
}

export interface Tracing {
  readonly observer: Observer;
  readonly tracer: AttemptTracer;
  /** Exports the last spans. Takes no longer than one export may take; never throws. */
  close(): Promise<void>;
}

/** @param version the gateway's version */
export async function startTracing(spec: TracingSpec, version: string): Promise<Tracing> {
  const exporter = spec.otlp && (await otlpExporter(spec.otlp));
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(spec.sampleRatio) }),
    resource: defaultResource().merge(
      resourceFromAttributes({ "service.name": "ai-gw-lite", "service.version": version }),
    ),
    spanProcessors: exporter === undefined ? [] : [batches(exporter, spec.otlp?.timeoutMs ?? 0)],
  });
  const spans = new SpanMaker(provider.getTracer("ai-gw-lite", version));
  return {
    observer: spans,
    tracer: spans,
    close: () => within(spec.otlp?.timeoutMs ?? 0, provider.shutdown()),
  };
}

/** Loads only the exporter that is used. */
async function otlpExporter({ protocol, endpoint, timeoutMs: timeoutMillis }: OtlpSpec): Promise<SpanExporter> {
  if (protocol === "grpc") {
    const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
    return new OTLPTraceExporter({ url: endpoint, timeoutMillis });
  }
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis });
}

/** OTLP over HTTP has one path per signal: it is added to an endpoint without a path. */
function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === "/") url.pathname = "/v1/traces";
  return url.href;
}

function batches(exporter: SpanExporter, exportTimeoutMillis: number): BatchSpanProcessor {
  return new BatchSpanProcessor({
    exporter,
    maxQueueSize: QUEUE_SPANS,
    exportTimeoutMillis,
    scheduledDelayMillis: 1000,
  });
}

const propagator = new W3CTraceContextPropagator();

class SpanMaker implements Observer, AttemptTracer {
  readonly #tracer: Tracer;
  readonly #spans = new WeakMap<ExchangeRecord, Spans>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  admitted(): void {}
  streaming(): void {}
  webSocket(): void {}
  unparsed(): void {}

  attempt(record: ExchangeRecord, forward: ForwardSpec, upstream: UpstreamSpec): readonly string[] {
    const spans = this.#spansOf(record);
    const attributes = spans.server.isRecording() ? clientStart(record, forward, upstream) : {};
    const startedAt = record.sentAt ?? record.startedAt;
    spans.client = this.#start(methodName(record), SpanKind.CLIENT, startedAt, attributes, spans.context);
    const headers: string[] = [];
    propagator.inject(trace.setSpan(ROOT_CONTEXT, spans.client), headers, HEADER_SETTER);
    return headers;
  }

  /** Ends the span of an attempt that is followed by another. The span of the last one ends with the exchange. */
  attempted(record: ExchangeRecord, attempt: EndedAttempt, retried: boolean): void {
    const client = retried ? this.#spans.get(record)?.client : undefined;
    if (client?.isRecording()) end(client, retriedEnd(attempt), performance.now());
  }

  ended(record: ExchangeRecord): void {
    if (record.builtIn) return;
    const { server, client } = this.#spansOf(record);
    // The span of the model call waits for its usage, which may come some ms later.
    if (client?.isRecording() && !record.metered) end(client, clientEnd(record), record.endedAt);
    if (server.isRecording()) end(server, serverEnd(record), record.endedAt);
  }

  /** Ends the span of the model call, at the time at which the exchange ended. */
  metered(record: ExchangeRecord, usage: ExchangeUsage): void {
    const client = this.#spans.get(record)?.client;
    if (!client?.isRecording()) return;
    const { attributes, failed } = clientEnd(record);
    end(client, { attributes: { ...attributes, ...genAiAttributes(record, usage) }, failed }, record.endedAt);
  }

  /** The spans are made when an exchange is first sent upstream, or at its end when it never was. */
  #spansOf(record: ExchangeRecord): Spans {
    let spans = this.#spans.get(record);
    if (spans === undefined) {
      const parent = parentOf(record.rawHeaders);
      const server = this.#start(serverName(record), SpanKind.SERVER, record.startedAt, serverStart(record), parent);
      spans = { server, context: trace.setSpan(parent, server), client: undefined };
      this.#spans.set(record, spans);
    }
    return spans;
  }

  /** @param at a time of `performance.now()`, which OpenTelemetry accepts */
  #start(name: string, kind: SpanKind, at: number, attributes: Attributes, parent: Context): Span {
    return this.#tracer.startSpan(name, { kind, attributes, startTime: at }, parent);
  }
}

/** @param at a time of `performance.now()` */
function end(span: Span, { attributes, failed }: ReturnType<typeof serverEnd>, at: number): void {
  span.setAttributes(attributes);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(at);
}

const HEADER_SETTER = { set: (headers: string[], name: string, value: string) => void headers.push(name, value) };

/** The client's trace, if its headers name exactly one that is valid (W3C Trace Context, section 3.2). */
function parentOf(rawHeaders: readonly string[]): Context {
  const traceparent = onlyValue(rawHeaders, "traceparent");
  if (traceparent === undefined) return ROOT_CONTEXT;
  const states = headerValues(rawHeaders, "tracestate");
  const carrier = { traceparent, tracestate: states.length === 0 ? undefined : states.join(",") };
  return propagator.extract(ROOT_CONTEXT, carrier, CARRIER_GETTER);
}

const CARRIER_GETTER = {
  keys: (carrier: object) => Object.keys(carrier),
  get: (carrier: { readonly traceparent: string; readonly tracestate: string | undefined }, name: string) =>
    name === "traceparent" ? carrier.traceparent : name === "tracestate" ? carrier.tracestate : undefined,
};
