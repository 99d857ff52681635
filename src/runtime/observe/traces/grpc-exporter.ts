// Exports spans by OTLP over gRPC. Headers and certificates come from OpenTelemetry's own variables, as with its exporter for HTTP.

import type { Agent } from "node:https";
import { gzipSync } from "node:zlib";
import { ExportResultCode } from "@opentelemetry/core";
import { convertLegacyHttpOptions } from "@opentelemetry/otlp-exporter-base/node-http";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { OtlpSpec } from "../../../plan/observability.ts";
import { GrpcChannel } from "./grpc-channel.ts";

/** The method of the collector (opentelemetry-proto, collector/trace/v1). */
const METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/** Makes the exporter of one collector. An export that fails loses its spans. @param userAgent the name it gives itself */
export async function grpcExporter({ endpoint, timeoutMs }: OtlpSpec, userAgent: string): Promise<SpanExporter> {
  // The settings of HTTP and gRPC are the same, apart from the path.
  const options = convertLegacyHttpOptions({ url: endpoint, timeoutMillis: timeoutMs }, "TRACES", "", {});
  const { ca, cert, key } = ((await options.agentFactory("https:")) as Agent).options;
  const channel = new GrpcChannel(new URL(endpoint), { ca, cert, key });
  const compressed = options.compression === "gzip";
  const headers = {
    "user-agent": userAgent,
    ...(compressed && { "grpc-encoding": "gzip" }),
    ...(await options.headers()),
  };

  async function send(spans: ReadableSpan[]): Promise<void> {
    const bytes = ProtobufTraceSerializer.serializeRequest(spans);
    if (bytes === undefined) throw new Error("spans can't be serialized");
    const message = compressed ? gzipSync(bytes) : bytes;
    await channel.call({ path: METHOD, headers, message, compressed, timeoutMs });
  }

  return {
    export(spans, done) {
      send(spans).then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: Error) => done({ code: ExportResultCode.FAILED, error }),
      );
    },
    shutdown: async () => channel.close(),
  };
}
