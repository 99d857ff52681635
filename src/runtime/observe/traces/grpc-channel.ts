// Calls a gRPC service over HTTP/2 of Node. A call with one message and one answer is one stream: five bytes before the message, and
// the status in the trailers (gRPC over HTTP/2). The library for gRPC would bring 31 packages, and one runs a script at installation.

import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2";
import type { SecureContextOptions } from "node:tls";

const OK = "0";
/** gRPC allows eight digits, which is more than a day. */
const MAX_TIMEOUT_MS = 99_999_999;

export interface Call {
  /** `/` package, service, `/` method. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: Uint8Array;
  /** Whether `message` is compressed, by the coding that the header `grpc-encoding` names. */
  readonly compressed: boolean;
  /** The longest time until the status has come, ms. */
  readonly timeoutMs: number;
}

/** One server. Keeps its connection between calls, and makes a new one when that is gone. */
export class GrpcChannel {
  readonly #server: URL;
  readonly #tls: SecureContextOptions;
  #session: ClientHttp2Session | undefined = undefined;

  /** @param server its path is ignored @param tls for `https:` only */
  constructor(server: URL, tls: SecureContextOptions) {
    this.#server = server;
    this.#tls = tls;
  }

  /** Makes a call. Resolves when the server reports success. @throws Error in every other case, with the reason */
  call({ path, headers, message, compressed, timeoutMs }: Call): Promise<void> {
    return new Promise((resolve, reject) => {
      const session = this.#connected();
      const stream = session.request({
        ...headers,
        ":method": "POST",
        ":path": path,
        te: "trailers",
        "content-type": "application/grpc",
        "grpc-timeout": `${Math.min(timeoutMs, MAX_TIMEOUT_MS)}m`,
      });
      let outcome = "no status";
      const read = (fields: IncomingHttpHeaders): void => {
        const { "grpc-status": status, ":status": httpStatus } = fields as Record<string, unknown>;
        if (status !== undefined) outcome = String(status);
        else if (httpStatus !== undefined && httpStatus !== 200) outcome = `HTTP status ${httpStatus}`;
      };
      // The connection is given up as well: a server that is gone without a word would let each further call wait.
      const deadline = setTimeout(() => {
        outcome = "timeout";
        session.destroy();
      }, timeoutMs);
      // The status is in the headers when there is no answer, otherwise in the trailers.
      stream.on("response", read).on("trailers", read);
      stream.on("error", (err) => {
        if (outcome === "no status") outcome = err.message;
      });
      stream.on("close", () => {
        clearTimeout(deadline);
        if (outcome === OK) resolve();
        else reject(new Error(`gRPC call failed: ${outcome}`));
      });
      stream.resume();
      stream.end(framed(message, compressed));
    });
  }

  /** Ends the connection, and with it all calls. */
  close(): void {
    this.#session?.destroy();
  }

  #connected(): ClientHttp2Session {
    const kept = this.#session;
    if (kept !== undefined && !kept.closed && !kept.destroyed) return kept;
    const session = connect(this.#server, this.#tls);
    // Each stream gets the error, too, and reports it.
    session.on("error", () => {});
    // It must not keep the process alive.
    session.unref();
    this.#session = session;
    return session;
  }
}

function framed(message: Uint8Array, compressed: boolean): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame.writeUInt8(compressed ? 1 : 0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}
