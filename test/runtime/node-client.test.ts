// Checks that Node's client requests work inside as `upstream-request.ts` relies on: the bytes of its requests are compared with those
// of Node's own, and a kept connection gets head and body in one write.

import http, { type ClientRequest } from "node:http";
import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pooled } from "../../src/runtime/upstream/connections/pooled-agent.ts";
import {
  type UpstreamRequestOptions,
  upstreamRequest,
} from "../../src/runtime/upstream/connections/upstream-request.ts";
import { DEFAULT_IDLE_TIMES } from "../../src/runtime/upstream/connections/upstream-socket.ts";
import { write } from "../../src/runtime/upstream/write.ts";
import { within } from "../support/deadline.ts";
import { framingOf, type MessageHead, parseBody, parseHead } from "../support/http-message.ts";
import { listen } from "../support/listen.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";

/** What a failure says: which part of Node changed, and what depends on it. */
function changed(what: string): string {
  return `Node ${process.version} changed its http.ClientRequest: ${what}. src/runtime/upstream/connections/upstream-request.ts relies on it`;
}

const PooledAgent = pooled(http.Agent, { ready: "connect", connectTimeoutMs: 5000, times: DEFAULT_IDLE_TIMES });

/** An upstream that answers each request, and the bytes that it got for each. */
async function startUpstream() {
  const got: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const length = lengthOf(bytes);
      if (length === undefined) return;
      got.push(bytes.toString("latin1"));
      bytes = Buffer.alloc(0);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port, got, close };
}

/** How many bytes the request at the start has; `undefined`: it is not whole. */
function lengthOf(bytes: Buffer): number | undefined {
  const head = parseHead(bytes);
  if (head === undefined) return undefined;
  const { whole, used } = parseBody(bytes.subarray(head.length), framingOf(head as MessageHead));
  return whole ? head.length + used : undefined;
}

let upstream: Awaited<ReturnType<typeof startUpstream>>;
let ours: http.Agent;
let nodes: http.Agent;
beforeEach(async () => {
  upstream = await startUpstream();
  ours = new PooledAgent({ keepAlive: true, host: "127.0.0.1", port: upstream.port } as http.AgentOptions);
  nodes = new http.Agent({ keepAlive: true });
});
afterEach(async () => {
  ours.destroy();
  nodes.destroy();
  await upstream.close();
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly framing: "plain" | "chunked";
  readonly body: string;
}

function optionsOf(
  { method, path, headers }: Pick<Sent, "method" | "path" | "headers">,
  agent: http.Agent,
): UpstreamRequestOptions {
  return { agent, protocol: "http:", hostname: "127.0.0.1", port: upstream.port, method, path, headers };
}

/** Sends a request as the gateway does. @returns once its response is read, and its connection is idle */
async function send(request: ClientRequest, { body, framing }: Pick<Sent, "body" | "framing">): Promise<void> {
  const answered = new Promise<void>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => response.resume().on("end", () => setImmediate(resolve)));
  });
  request.chunkedEncoding = false;
  await new Promise((resolve) => process.nextTick(resolve));
  write(request, Buffer.from(body, "latin1"), framing, true);
  request.end();
  await within(() => changed("a request gets no response"), answered, 4000);
}

const text = fc.string({
  unit: fc
    .integer({ min: 0x21, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 20,
});
const value = fc.oneof(fc.constantFrom("", "a b", "\ta", "application/json"), text);
/** None that the gateway writes itself, or never sends. */
const OWN = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "expect",
  "keep-alive",
  "trailer",
  "te",
  "upgrade",
]);
const name = fc.oneof(
  fc.constantFrom("Authorization", "content-type", "X-Request-Id", "date", "Set-Cookie"),
  fc
    .string({ unit: fc.constantFrom(..."abcXYZ019!#$%&'*+-.^_`|~"), minLength: 1, maxLength: 19 })
    .filter((name) => !OWN.has(name.toLowerCase())),
);
const sent: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"),
    path: fc
      .string({ unit: fc.constantFrom(..."abz019/?&=%;:@!$'()*,~.-_|^\"<>{}"), maxLength: 30 })
      .map((path) => `/${path}`),
    headers: fc.array(fc.tuple(name, value), { maxLength: 8 }),
    at: fc.nat(8),
    kind: fc.constantFrom("none", "plain", "chunked"),
    body: fc.oneof(fc.constant(""), text, fc.constant("x".repeat(150_000))),
  })
  .map(({ method, path, headers, at, kind, body }) => {
    const hasBody = kind !== "none" && method !== "HEAD";
    // Like the gateway's: a method that can have a body says how long it is.
    const needsLength = ["POST", "PUT", "PATCH"].includes(method);
    const list = [...headers];
    if (hasBody && kind === "chunked") list.splice(at, 0, ["transfer-encoding", "chunked"]);
    else if (hasBody || needsLength) list.splice(at, 0, ["content-length", String(hasBody ? body.length : 0)]);
    const framing = hasBody && kind === "chunked" ? "chunked" : "plain";
    return {
      method,
      path,
      headers: ["host", "upstream.test:8080", ...list.flat()],
      framing,
      body: hasBody ? body : "",
    };
  });

describe("a request to an upstream", () => {
  test("has the bytes of Node's own request with the same options", async () => {
    await fc.assert(
      fc.asyncProperty(sent, async (sent) => {
        upstream.got.length = 0;
        await send(http.request(optionsOf(sent, nodes)), sent);
        await send(upstreamRequest(optionsOf(sent, ours)), sent);
        const [wanted, bytes] = upstream.got.splice(0);
        expect(bytes, changed("it writes heads in another way")).toBe(wanted);
      }),
      { numRuns: 500 },
    );
    // Both kinds were sent on one kept connection.
    for (const agent of [ours, nodes]) expect(Object.values(agent.freeSockets).flat().length).toBe(1);
  });

  test("keeps the bytes of a content-disposition, which Node would change or refuse behind a content-length", async () => {
    const headers = ["host", "a", "content-length", "1", "content-disposition", "filename=\xc3\xbc\xe8\xaa\x9e\xff"];
    const sent: Sent = { method: "POST", path: "/", headers, framing: "plain", body: "x" };
    await send(upstreamRequest(optionsOf(sent, ours)), sent);
    expect(upstream.got).toEqual([
      expect.stringContaining("content-disposition: filename=\xc3\xbc\xe8\xaa\x9e\xff\r\n"),
    ]);
  });

  test.each([
    ["a path with a space", { path: "/a b" }, "ERR_UNESCAPED_CHARACTERS"],
    ["a path with a line end", { path: "/a\r\nX: 1" }, "ERR_UNESCAPED_CHARACTERS"],
    ["a path with characters that are no bytes", { path: "/語" }, "ERR_UNESCAPED_CHARACTERS"],
    ["a method with a space", { method: "GET /" }, "ERR_INVALID_HTTP_TOKEN"],
  ])("is refused with %s", (_what, part, code) => {
    const options = optionsOf({ method: "GET", path: "/", headers: ["host", "a"], ...part }, ours);
    expect(() => upstreamRequest(options), changed("it refuses no wrong request line")).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test.each([
    ["plain", ["content-length", "5"]],
    ["chunked", ["transfer-encoding", "chunked"]],
  ] as const)("on a kept connection, its head and its %s body are one write", async (framing, header) => {
    const sent = { method: "POST", path: "/x", headers: ["host", "upstream.test", ...header], framing, body: "hello" };
    await send(upstreamRequest(optionsOf(sent, ours)), sent);
    const socket = Object.values(ours.freeSockets)[0]?.[0] as Socket;
    const writes = countWrites(socket);
    const request = upstreamRequest(optionsOf(sent, ours));
    await send(request, sent);
    expect(request.socket).toBe(socket);
    expect(writes, changed("the head of a request is not held back until its body")).toEqual(["write"]);
    expect(upstream.got.at(-1)).toMatch(/\r\n\r\n(?:hello|5\r\nhello\r\n0\r\n\r\n)$/);
  });
});

describe("the headers of a client, which are not checked again before they go upstream,", () => {
  /** The status of a request with this line, and how many requests the server got. */
  async function ask(line: string): Promise<[string, number]> {
    let requests = 0;
    const server = http.createServer((_req, res) => {
      requests++;
      res.end();
    });
    const client = await connectRaw(await listen(server));
    await client.send(requestText("GET", "/x", [line]));
    const { startLine } = await client.head();
    await client.close();
    return [startLine.slice(9, 12), requests];
  }

  test("are refused by Node's parser with characters that Node's requests refuse", async () => {
    for (let code = 0; code < 256; code++) {
      const char = String.fromCharCode(code);
      const isValid = code === 9 || (code >= 0x20 && code !== 0x7f);
      expect(
        await ask(`X-A: a${char}b`),
        changed(`its parser treats \\x${code.toString(16)} in values in another way`),
      ).toEqual(isValid ? ["200", 1] : ["400", 0]);
      const isToken = /[\w!#$%&'*+.^`|~-]/.test(char);
      if (char !== ":" && !isToken)
        expect((await ask(`X${char}A: a`))[1], changed(`its parser takes \\x${code.toString(16)} in names`)).toBe(0);
    }
  });

  test("are refused with a value of several lines", async () => {
    for (const line of ["X-A: a\r\n b", "X-A: a\r\n\tb", "X-A:\r\n b", "X-A: a\n b"]) {
      expect(await ask(line), changed("its parser takes values of several lines")).toEqual(["400", 0]);
    }
  });
});

/** Records the writes to the system of a connection: plain ones, and gathered ones. */
function countWrites(socket: Socket): string[] {
  const writes: string[] = [];
  const handle = (socket as unknown as { readonly _handle: Record<string, (...given: unknown[]) => unknown> })._handle;
  for (const [name, kind] of [
    ["writeLatin1String", "write"],
    ["writeUtf8String", "write"],
    ["writeAsciiString", "write"],
    ["writeBuffer", "write"],
    ["writev", "writev"],
  ] as const) {
    const own = handle[name] as (...given: unknown[]) => unknown;
    handle[name] = (...given) => {
      writes.push(kind);
      return own.apply(handle, given);
    };
  }
  return writes;
}
