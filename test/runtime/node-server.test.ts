// Checks that Node's server works inside as the classes of its requests and responses rely on: the heads that the gateway writes are
// compared, byte for byte, with those of Node's own class, and its requests have `headers` where Node reads them.

import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { requestClass } from "../../src/runtime/downstream/gateway-request.ts";
import { responseClass } from "../../src/runtime/downstream/gateway-response.ts";
import { within } from "../support/deadline.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";

const KEEP_ALIVE_MS = 65_000;

/** What a failure says: which part of Node changed, and what depends on it. */
function changed(what: string, file: string): string {
  return `Node ${process.version} changed its http.Server: ${what}. src/runtime/downstream/${file}.ts relies on it`;
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly head: readonly string[];
  readonly body: readonly string[];
}

interface Asked {
  readonly method: string;
  readonly version: string;
  readonly lines: readonly string[];
}

type Server = Awaited<ReturnType<typeof serve>>;
const servers: Server[] = [];
beforeEach(async () => void servers.push(await serve(true), await serve(false)));
afterEach(async () => {
  for (const { server } of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Starts a server. @param ours with the gateway's class of responses, or with Node's own */
async function serve(ours: boolean) {
  const play: { answer: Answer | undefined; refused: unknown } = { answer: undefined, refused: undefined };
  const options = ours
    ? { ServerResponse: responseClass(KEEP_ALIVE_MS), keepAliveTimeout: 0, requireHostHeader: false }
    : { keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false };
  const server = http.createServer(options);
  const onRequest = (req: IncomingMessage, res: ServerResponse<IncomingMessage>): void => {
    req.resume();
    const { answer } = play;
    if (req.url === "/last" || answer === undefined) return void res.writeHead(200, "OK", []).end("last");
    try {
      res.writeHead(answer.status, answer.reason, [...answer.head]);
    } catch (err) {
      play.refused = (err as NodeJS.ErrnoException).code ?? err;
      req.socket.destroy();
      return;
    }
    // As the gateway does: Node would write a head in the encoding of the text behind it.
    for (const part of answer.body) res.write(part, "latin1");
    res.end();
  };
  server.on("request", onRequest);
  server.on("checkContinue", onRequest);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  /** All bytes of the answer, and of the one to a last request behind it, if its connection is kept. */
  async function bytesFor({ method, version, lines }: Asked, answer: Answer): Promise<string> {
    play.answer = answer;
    play.refused = undefined;
    const client = await connectRaw(port);
    const first = requestText(method, "/x", lines).replace("HTTP/1.1", `HTTP/${version}`);
    await client.send(`${first}${requestText("GET", "/last", ["Connection: close"])}`);
    await within("the end of a connection", client.ended);
    const { text } = client;
    await client.close();
    return `${text} ${play.refused ?? ""}`;
  }
  return { server, port, bytesFor };
}

const masked = (text: string): string =>
  text.replaceAll(/\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, "\r\nDate: -");

const value = fc.oneof(
  fc.constantFrom(
    "",
    "close",
    "keep-alive",
    "chunked",
    "upgrade",
    "timeout=5",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "100-continue",
  ),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
);
const forbidden = fc.constantFrom("a\r\nb: c", "a\nb", "\0", "\x1f", "\x7f", "€", "\ud83d");
const TOKEN = [..."abcdXYZ019!#$%&'*+-.^_`|~"];
const name = fc.oneof(
  fc.constantFrom(
    ...["date", "content-length", "connection", "keep-alive", "trailer", "transfer-encoding", "content-disposition"],
    ...["set-cookie", "expect", "upgrade", "content-type", "content-encoding", "x-request-id", "proxy-connection"],
  ),
  fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 20 }),
);
/** A name in lower case, in upper case, or with capitals. */
const spelled = fc.tuple(name, fc.nat(2)).map(([name, how]) => {
  if (how === 0) return name;
  return how === 1 ? name.toUpperCase() : name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
});
const header = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(spelled, value) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom("content-length", "Content-Length"), fc.nat(20).map(String)) },
  { weight: 1, arbitrary: fc.tuple(spelled, forbidden) },
);
/** Node changes such a value, see below. */
const isChanged = ([name, value]: [string, string]): boolean =>
  name.toLowerCase() === "content-disposition" && /[\x80-\xff]/.test(value);
/** Heads of which most have no header that concerns the connection, as those of most responses. */
const head = fc
  .oneof(
    { weight: 2, arbitrary: fc.array(header, { maxLength: 6 }) },
    {
      weight: 3,
      arbitrary: fc.array(fc.tuple(fc.constantFrom("content-type", "Set-Cookie", "date", "server", "x-a"), value), {
        maxLength: 5,
      }),
    },
  )
  .map((headers) => headers.filter((header) => !isChanged(header)).flat());

const answer: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(
    fc.constant(200),
    fc.constantFrom(200, 201, 204, 205, 304, 400, 404, 500, 599),
    fc.integer({ min: 200, max: 999 }),
  ),
  reason: fc.oneof(fc.constantFrom("OK", "", "Näin"), value, forbidden),
  head,
  body: fc.array(fc.constantFrom("", "hello", "0\r\n\r\n", "x".repeat(300)), { maxLength: 3 }),
});
const asked: fc.Arbitrary<Asked> = fc.record({
  method: fc.constantFrom("GET", "GET", "HEAD", "POST"),
  version: fc.constantFrom("1.1", "1.1", "1.1", "1.0"),
  lines: fc.constantFrom(
    [],
    [],
    ["Connection: close"],
    ["Connection: keep-alive"],
    ["Expect: 100-continue"],
    ["TE: trailers"],
  ),
});

describe("the gateway's class of responses", () => {
  test("sends the bytes that Node's own sends, and refuses what it refuses", async () => {
    const [ours, nodes] = servers as [Server, Server];
    let kept = 0;
    let refused = 0;
    const what = changed("it writes heads in another way", "gateway-response");
    await fc.assert(
      fc.asyncProperty(asked, answer, async (asked, answer) => {
        const wanted = masked(await nodes.bytesFor(asked, answer));
        if (wanted.endsWith("last\r\n0\r\n\r\n ") || wanted.includes("\r\nlast")) kept++;
        if (wanted.includes(" ERR_")) refused++;
        expect(masked(await ours.bytesFor(asked, answer)), what).toBe(wanted);
      }),
      { numRuns: 1500 },
    );
    expect(kept, "connections that were kept").toBeGreaterThan(100);
    expect(refused, "heads that were refused").toBeGreaterThan(20);
  });

  test.each([
    ["a common response", { method: "GET", version: "1.1", lines: [] }],
    ["a response to HEAD", { method: "HEAD", version: "1.1", lines: [] }],
    ["a response to HTTP/1.0", { method: "GET", version: "1.0", lines: [] }],
    ["the last response of a connection", { method: "GET", version: "1.1", lines: ["Connection: close"] }],
  ])("keeps the bytes of a content-disposition, which Node would change or refuse, in %s", async (_what, asked) => {
    const [ours] = servers as [Server, Server];
    for (const value of ["filename=\xc3\xbc", "filename=\xe8\xaa\x9e", "filename=\xff"]) {
      const head = ["content-length", "2", "Content-Disposition", value, "x-a", "1"];
      const text = await ours.bytesFor(asked, { status: 200, reason: "OK", head, body: ["ok"] });
      const [first = "", body] = text.split("\r\n\r\n");
      expect(first.split("\r\n")).toEqual(
        expect.arrayContaining(["HTTP/1.1 200 OK", "content-length: 2", `Content-Disposition: ${value}`, "x-a: 1"]),
      );
      if (asked.method === "GET") expect(body).toMatch(/^ok/);
    }
  });

  test("has the present second as its date", async () => {
    const [ours] = servers as [Server, Server];
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2031, 0, 2, 3, 4, 5, 999) });
    try {
      const dates: (string | undefined)[] = [];
      for (const step of [0, 1, 999, 1, 3_600_000]) {
        vi.setSystemTime(Date.now() + step);
        const text = await ours.bytesFor(
          { method: "GET", version: "1.1", lines: [] },
          { status: 200, reason: "OK", head: [], body: [] },
        );
        dates.push(/Date: .*? (\d\d:\d\d:\d\d GMT)/.exec(text)?.[1]);
      }
      expect(dates).toEqual(["03:04:05 GMT", "03:04:06 GMT", "03:04:06 GMT", "03:04:07 GMT", "04:04:07 GMT"]);
    } finally {
      vi.useRealTimers();
    }
  });
});

/** The requests that a server with the gateway's class of requests got, by the event that told of each. */
async function seenBy(bytes: string) {
  const seen: { event: string; headers: IncomingMessage["headers"]; raw: readonly string[] }[] = [];
  const server = http.createServer({ IncomingMessage: requestClass(() => false), requireHostHeader: false });
  for (const event of ["request", "checkContinue", "checkExpectation"]) {
    server.on(event, (req: IncomingMessage, res: ServerResponse) => {
      seen.push({ event, headers: req.headers, raw: req.rawHeaders });
      res.end("served");
    });
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = await connectRaw((server.address() as AddressInfo).port);
  try {
    await client.send(bytes);
    const { status, text } = await client.response();
    return { seen, status, text };
  } finally {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("the gateway's class of requests", () => {
  const file = "gateway-request";
  const whole = { host: "gateway.test", "x-a": "1" };

  test("has no headers for a request of HTTP/1.1 without an expectation", async () => {
    const { seen, text } = await seenBy(requestText("GET", "/", ["X-A: 1"]));
    expect(text, changed("a request without headers is not served", file)).toBe("served");
    expect(seen, changed("a request's headers do not come from its prototype", file)).toEqual([
      { event: "request", headers: {}, raw: ["Host", "gateway.test", "X-A", "1"] },
    ]);
  });

  test.each([
    ["checkContinue", "100-continue"],
    ["checkExpectation", "something"],
  ])("has them for one with an expectation, of which Node tells by %s", async (event, expectation) => {
    for (const name of ["expect", "Expect", "EXPECT"]) {
      const { seen, text } = await seenBy(requestText("GET", "/", ["X-A: 1", `${name}: ${expectation}`]));
      expect(text).toBe("served");
      expect(seen, changed(`it does not emit ${event} with all headers`, file)).toMatchObject([
        { event, headers: { ...whole, expect: expectation } },
      ]);
    }
  });

  test("has them for a request of HTTP/1.0", async () => {
    const bytes = requestText("GET", "/", ["X-A: 1", "Connection: keep-alive"]).replace("1.1", "1.0");
    const { seen, text } = await seenBy(bytes);
    expect(text).toBe("served");
    expect(seen, changed("it reads no headers of a request of HTTP/1.0", file)).toMatchObject([
      { event: "request", headers: { ...whole, connection: "keep-alive" } },
    ]);
  });

  test("is served without a host", async () => {
    const { seen, status, text } = await seenBy("GET / HTTP/1.1\r\nX-A: 1\r\n\r\n");
    expect([status, text], changed("it refuses a request without a host", file)).toEqual([200, "served"]);
    expect(seen).toMatchObject([{ event: "request", headers: {} }]);
  });

  test("can be told its headers, as Node does where it sets them", async () => {
    const Kind = requestClass(() => false);
    const req = new Kind(undefined as never);
    Object.assign(req, { httpVersionMajor: 1, httpVersionMinor: 0 });
    req.headers = { "x-a": "1" };
    expect(req.headers, changed("headers can't be set", file)).toEqual({ "x-a": "1" });
  });
});
