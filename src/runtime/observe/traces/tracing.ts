// How does an exchange become spans? One for what the client asked of us, one below it for what we asked upstream.
// OpenTelemetry's door: loaded only when tracing is on.

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
import type { ForwardSpec } from "../../../plan/forward.ts";
import type { OtlpSpec, TracingSpec } from "../../../plan/observability.ts";
import type { LiveExchange } from "../../exchange/exchange.ts";
import type { Observer } from "../../exchange/observer.ts";
import { headerValues, onlyValue } from "../../headers/find-header.ts";
import { clientEnd, clientStart, methodName, serverEnd, serverName, serverStart } from "./span-attributes.ts";

/** Spans that wait for the collector; past it they are dropped (hazard O1). */
const QUEUE_SPANS = 2048;

/** What an exchange is in its trace. */
interface Spans {
  readonly server: Span;
  readonly context: Context;
  client: Span | undefined;
}

export interface Tracing {
  readonly observer: Observer;
  /** Sends what is left, for as long as one export may take. Never throws. */
  close(): Promise<void>;
}

/** @param version the gateway's own */
export async function startTracing(spec: TracingSpec, version: string): Promise<Tracing> {
  const exporter = spec.otlp && (await otlpExporter(spec.otlp));
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(spec.sampleRatio) }),
    resource: defaultResource().merge(
      resourceFromAttributes({ "service.name": "ai-gw-lite", "service.version": version }),
    ),
    spanProcessors: exporter === undefined ? [] : [batches(exporter, spec.otlp?.timeoutMs ?? 0)],
  });
  return {
    observer: new SpanMaker(provider.getTracer("ai-gw-lite", version)),
    close: () => within(spec.otlp?.timeoutMs ?? 0, provider.shutdown()),
  };
}

/** One exporter each, and only the one that is used is loaded. */
async function otlpExporter({ protocol, endpoint, timeoutMs: timeoutMillis }: OtlpSpec): Promise<SpanExporter> {
  if (protocol === "grpc") {
    const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
    return new OTLPTraceExporter({ url: endpoint, timeoutMillis });
  }
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis });
}

/** OTLP over HTTP has a path of its own for each signal: it is added to an endpoint that has none. */
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

/** A collector that is down or slow holds up no shutdown. */
async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => {}), limit]);
  clearTimeout(timer);
}

const propagator = new W3CTraceContextPropagator();

class SpanMaker implements Observer {
  readonly #tracer: Tracer;
  readonly #spans = new WeakMap<LiveExchange, Spans>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  admitted(): void {}
  streaming(): void {}
  unread(): void {}

  /** The upstream is told the client span's context, sampled or not. */
  sending(x: LiveExchange, to: ForwardSpec): void {
    const spans = this.#spansOf(x);
    const attributes = spans.server.isRecording() ? clientStart(x, to) : {};
    spans.client = this.#start(methodName(x), SpanKind.CLIENT, x.sentAt ?? x.startedAt, attributes, spans.context);
    const head: string[] = [];
    propagator.inject(trace.setSpan(ROOT_CONTEXT, spans.client), head, HEAD_SETTER);
    x.traceHeaders = head;
  }

  retrying(x: LiveExchange, reason: string): void {
    const spans = this.#spansOf(x);
    spans.client?.setAttribute("error.type", reason).setStatus({ code: SpanStatusCode.ERROR }).end();
    spans.client = undefined;
  }

  ended(x: LiveExchange): void {
    if (x.own) return;
    const { server, client } = this.#spansOf(x);
    if (client?.isRecording()) end(client, clientEnd(x), x.endedAt);
    if (server.isRecording()) end(server, serverEnd(x), x.endedAt);
  }

  /** Made when an exchange goes upstream, or at its end when it never did: probes of our own endpoints have none. */
  #spansOf(x: LiveExchange): Spans {
    let spans = this.#spans.get(x);
    if (spans === undefined) {
      const parent = parentOf(x.rawHeaders);
      const server = this.#start(serverName(x), SpanKind.SERVER, x.startedAt, serverStart(x), parent);
      spans = { server, context: trace.setSpan(parent, server), client: undefined };
      this.#spans.set(x, spans);
    }
    return spans;
  }

  /** @param at on `performance.now()`'s clock, which OpenTelemetry knows to read */
  #start(name: string, kind: SpanKind, at: number, attributes: Attributes, parent: Context): Span {
    return this.#tracer.startSpan(name, { kind, attributes, startTime: at }, parent);
  }
}

function end(span: Span, { attributes, failed }: ReturnType<typeof serverEnd>, at: number): void {
  span.setAttributes(attributes);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(at);
}

const HEAD_SETTER = { set: (head: string[], name: string, value: string) => void head.push(name, value) };

/** The trace the client is in, if it says so once and well (W3C Trace Context, section 3.2). */
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
