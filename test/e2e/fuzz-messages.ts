// Makes random requests and answers for fuzz-sequences.test.ts: their bytes, how the bytes are cut, and where they break off.

export type Random = () => number;

/** A request that the client sends. */
export interface Asked {
  readonly id: string;
  readonly method: string;
  readonly body: Buffer;
  readonly bytes: Buffer;
  /** A header with a random value. */
  readonly odd: readonly [string, string];
}

/** What the upstream answers. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly bytes: Buffer;
  readonly odd: readonly [string, string];
  /** The upstream breaks the answer off here; `undefined`: it sends all of it. */
  readonly breaksAt: number | undefined;
  readonly resets: boolean;
  /** The connection ends with the answer. */
  readonly closes: boolean;
  /** It does not wait for the request's body. */
  readonly isEarly: boolean;
}

const POOL_BYTES = 1024 * 1024;
const NAME_CHARACTERS = "abcXYZ019!#$%&'*+-.^_`|~";

/** A whole number from 0 to just below `below`. */
export function upTo(random: Random, below: number): number {
  return Math.floor(random() * below);
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[upTo(random, list.length)] as T;
}

/** Makes bodies: slices of the same random bytes. */
export function bodies(random: Random): (random: Random) => Buffer {
  const pool = Buffer.from(Array.from({ length: POOL_BYTES }, () => upTo(random, 256)));
  return (random) => {
    const size = pick(random, [
      0,
      1,
      upTo(random, 40),
      upTo(random, 40),
      upTo(random, 3000),
      upTo(random, 3000),
      largeSize(random),
    ]);
    const at = upTo(random, POOL_BYTES - size);
    return pool.subarray(at, at + size);
  };
}

/** Around the bounds at which the gateway and Node change their way. */
function largeSize(random: Random): number {
  return pick(random, [16_383, 16_384, 16_385, 65_536, 131_073, 100_000 + upTo(random, 200_000)]);
}

function oddHeader(random: Random): readonly [string, string] {
  const letters = Array.from({ length: 1 + upTo(random, 20) }, () => pick(random, [...NAME_CHARACTERS]));
  const value = Array.from({ length: upTo(random, 30) }, () => {
    const code = 0x21 + upTo(random, 0xff - 0x21);
    return code === 0x7f ? " " : String.fromCharCode(code);
  });
  return [`X-${letters.join("")}`, value.join("").trim()];
}

/** Cuts bytes at random places. */
export function cuts(random: Random, bytes: Buffer): Buffer[] {
  const ends = Array.from({ length: upTo(random, 4) }, () => upTo(random, bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...ends]
    .map((start, i) => bytes.subarray(start, ends[i] ?? bytes.length))
    .filter(({ length }) => length > 0);
}

/** @param isPlain only sizes and chunks that a strict reader takes */
function chunked(random: Random, body: Buffer, isPlain: boolean): Buffer {
  const size = isPlain ? "lower" : pick(random, ["lower", "lower", "upper", "zeros", "extension"]);
  const parts: Buffer[] = [];
  const most = pick(random, [body.length, 1 + upTo(random, 50), 1 + upTo(random, 5000), 40_000]);
  const least = Math.max(1, most, Math.ceil(body.length / 300));
  for (let at = 0; at < body.length; at += least) {
    const piece = body.subarray(at, at + least);
    const hex = piece.length.toString(16);
    const written = { lower: hex, upper: hex.toUpperCase(), zeros: `00${hex}`, extension: `${hex};a=b` }[size];
    parts.push(Buffer.from(`${written}\r\n`), piece, Buffer.from("\r\n"));
  }
  const trailer = !isPlain && random() < 0.1 ? "X-Trailer: 1\r\n" : "";
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`)]);
}

/** @param auth the header line with the token */
export function askedFor(random: Random, id: string, body: Buffer, auth: string): Asked {
  const method = pick(random, ["GET", "GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD"]);
  const framing =
    method === "GET" || method === "HEAD" ? "none" : pick(random, ["length", "length", "chunked", "none"]);
  const sent = framing === "none" ? body.subarray(0, 0) : body;
  const odd = oddHeader(random);
  const lines = [`${method} /up/${id}?q=${id} HTTP/1.1`, "Host: h", auth, `${odd[0]}: ${odd[1]}`];
  if (framing === "length") lines.push(`Content-Length: ${sent.length}`);
  if (framing === "chunked") lines.push("Transfer-Encoding: chunked");
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const rest = framing === "chunked" ? chunked(random, sent, false) : sent;
  return { id, method, body: sent, bytes: Buffer.concat([head, rest]), odd };
}

/** @param method the method of the request */
export function answerTo(random: Random, { id, method, body: asked }: Asked, body: Buffer): Answer {
  const status = pick(random, [200, 200, 200, 201, 404, 500, 204, 304]);
  const hasNoBody = method === "HEAD" || status === 204 || status === 304;
  const framing = pick(random, ["length", "chunked", "chunked", "close"]);
  const sent = hasNoBody ? body.subarray(0, 0) : body;
  const odd = oddHeader(random);
  const lines = [`HTTP/1.1 ${status} ${pick(random, ["OK", "", "a b"])}`, `X-Id: ${id}`, `${odd[0]}: ${odd[1]}`];
  if (random() < 0.3)
    lines.push(`Content-Type: ${pick(random, ["text/event-stream", "application/json", "text/plain"])}`);
  const closes = (framing === "close" && !hasNoBody) || random() < 0.1;
  if (closes) lines.push("Connection: close");
  if (framing === "length" && status !== 204)
    lines.push(`Content-Length: ${hasNoBody && status !== 304 ? body.length : sent.length}`);
  if (framing === "chunked" && !hasNoBody) lines.push("Transfer-Encoding: chunked");
  const interim = random() < 0.1 ? "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" : "";
  const head = Buffer.from(`${interim}${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const rest = framing === "chunked" && !hasNoBody ? chunked(random, sent, false) : sent;
  const bytes = Buffer.concat([head, rest]);
  const breaks = random() < 0.08 && !(framing === "close" && !hasNoBody);
  return {
    status,
    body: sent,
    bytes,
    odd,
    breaksAt: breaks ? upTo(random, bytes.length) : undefined,
    resets: random() < 0.5,
    closes,
    isEarly: asked.length > 0 && random() < 0.08,
  };
}
