// Receives OTLP spans over HTTP or gRPC, as a collector does, and decodes them with the SDK's own protobuf reader.

import { createServer } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { ProtobufReader } from "@opentelemetry/otlp-transformer/build/src/common/protobuf/protobuf-reader.js";
import { PATIENCE_MS, within } from "./deadline.ts";

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 2 server, 3 client. */
  readonly kind: number;
  /** ns since the epoch. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** 0 unset, 2 error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, string | number>>;
}

export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  /** Every export's bytes, as they came. */
  readonly exports: Buffer[];
  /** Waits until this many spans have come. @param match which spans count; all by default */
  until(count: number, match?: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan[]>;
  close(): Promise<void>;
}

/** @param port where to listen; 0 takes a free one */
export async function startOtlpReceiver(protocol: "grpc" | "http", port = 0): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const exports: Buffer[] = [];
  const waiting = new Set<() => void>();
  const take = (bytes: Buffer): void => {
    exports.push(bytes);
    spans.push(...spansOf(bytes));
    for (const check of waiting) check();
  };
  const server = protocol === "http" ? overHttp(take) : overGrpc(take);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    exports,
    until(count, match = () => true) {
      let check = () => {};
      const enough = new Promise<ReceivedSpan[]>((resolve) => {
        check = () => void (spans.filter(match).length >= count && resolve(spans));
        waiting.add(check);
        check();
      });
      return within(() => `${count} spans; have ${spans.length}`, enough, PATIENCE_MS).finally(() =>
        waiting.delete(check),
      );
    },
    close: () => server.stop(),
  };
}

function overHttp(take: (bytes: Buffer) => void) {
  const server = createServer(async (req, res) => {
    if (req.method !== "POST" || req.url !== "/v1/traces") return void res.writeHead(404).end();
    take(await buffer(req));
    res.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(server, { stop });
}

/** gRPC is HTTP/2 with five bytes before each message and the status in the trailers. */
function overGrpc(take: (bytes: Buffer) => void) {
  const sessions = new Set<ServerHttp2Session>();
  const server = createHttp2Server();
  server.on("session", (session) => sessions.add(session.once("close", () => sessions.delete(session))));
  server.on("stream", async (stream, headers) => {
    const known = headers[":path"] === "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    const framed = await buffer(stream);
    if (known) take(framed.subarray(5));
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": known ? "0" : "12" }));
    stream.end(Buffer.alloc(5));
  });
  const stop = async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(server, { stop });
}

/** The fields of a message: the values of each field number, in order. Values are numbers or bytes, not decoded further. */
function fieldsOf(bytes: Uint8Array): Map<number, (Uint8Array | bigint)[]> {
  const reader = new ProtobufReader(bytes);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, (Uint8Array | bigint)[]>();
  while (!reader.isAtEnd()) {
    const { fieldNumber, wireType } = reader.readTag();
    const at = reader.pos;
    let value: Uint8Array | bigint;
    if (wireType === 0) value = BigInt(reader.readVarint());
    else if (wireType === 2) value = reader.readBytes();
    else {
      reader.skip(wireType);
      value = wireType === 1 ? view.readBigUInt64LE(at) : BigInt(view.readUInt32LE(at));
    }
    fields.set(fieldNumber, [...(fields.get(fieldNumber) ?? []), value]);
  }
  return fields;
}

type Fields = ReturnType<typeof fieldsOf>;

const messages = (fields: Fields, number: number) =>
  (fields.get(number) ?? []).map((each) => fieldsOf(each as Uint8Array));
const bytesAt = (fields: Fields, number: number) => Buffer.from((fields.get(number)?.[0] as Uint8Array) ?? []);
const textAt = (fields: Fields, number: number) => bytesAt(fields, number).toString();
const numberAt = (fields: Fields, number: number) => (fields.get(number)?.[0] as bigint | undefined) ?? 0n;

/** The spans of an `ExportTraceServiceRequest` (opentelemetry-proto, trace/v1). */
function spansOf(bytes: Buffer): ReceivedSpan[] {
  return messages(fieldsOf(bytes), 1).flatMap((resourceSpans) => {
    const resource = Object.assign({}, ...messages(resourceSpans, 1).map((each) => attributesOf(each, 1)));
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => ({
        traceId: bytesAt(span, 1).toString("hex"),
        spanId: bytesAt(span, 2).toString("hex"),
        parentSpanId: bytesAt(span, 4).toString("hex"),
        name: textAt(span, 5),
        kind: Number(numberAt(span, 6)),
        start: numberAt(span, 7),
        end: numberAt(span, 8),
        attributes: attributesOf(span, 9),
        status: Number(messages(span, 15).map((status) => numberAt(status, 3))[0] ?? 0n),
        resource,
      }));
  });
}

function attributesOf(fields: Fields, number: number): Record<string, string | number> {
  return Object.fromEntries(
    messages(fields, number).map((pair) => {
      const [value] = messages(pair, 2);
      if (value === undefined) throw new Error("an attribute without a value");
      return [textAt(pair, 1), value.has(1) ? textAt(value, 1) : Number(numberAt(value, 3))];
    }),
  );
}
