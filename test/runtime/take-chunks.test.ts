// Checks on real sockets that chunks which pass Node's parser by change nothing: the client gets the same bytes with the same outcome as
// over the parser, and the upstream's connection stays usable in the same cases.

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BodyPump } from "../../src/runtime/body/body-pump.ts";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { parseBody, parseHead } from "../support/http-message.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

const scene = setScene();
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
/** With this in the same read as the head, it is not sure where the body begins: the whole body goes over Node's parser. */
const EARLY = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
const LAST = "0\r\n\r\n";
const PLAIN = ["5\r\nfirst\r\n", "6\r\nsecond\r\n", "5\r\nthird\r\n"] as const;
const PLAIN_TEXT = "firstsecondthird";

const taken = vi.spyOn(BodyPump.prototype, "take");
beforeEach(() => void taken.mockClear());
afterEach(() => expect(taken.mock.results.every(({ type }) => type === "return")).toBe(true));

/** What the upstream sends to one request: each piece is a write of its own. */
interface Play {
  readonly pieces: readonly (string | Buffer)[];
  /** It ends its side after them. */
  readonly ends?: boolean;
}

/** Sends each piece when the gateway, which runs in this process, has read the one before. */
async function sendApart(connection: RawConnection, pieces: readonly (string | Buffer)[]): Promise<void> {
  for (const piece of pieces) {
    await connection.send(piece);
    await new Promise(setImmediate);
  }
}

/** A gateway, and an upstream that plays what it is told. */
async function start(upstreamLines: readonly string[] = []) {
  const plays: Play[] = [];
  const upstream = await scene.rawUpstream(async (connection: RawConnection) => {
    for (;;) {
      await connection.request();
      const { pieces, ends = false } = plays.shift() ?? { pieces: [HEAD, ...PLAIN, LAST] };
      await sendApart(connection, pieces);
      if (ends) connection.halfClose();
    }
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: upstreamLines });
  let number = 0;
  const ask = async (play: Play, method = "GET") => {
    plays.push(play);
    const path = `/up/${number++}`;
    const { status, body, whole } = await exchange(gateway.port, requestText(method, path, [AUTH]), method);
    const line = await gateway.completed((candidate) => candidate["path"] === path);
    return { status, body, whole, outcome: line["outcome"], sent: line["bytes_sent"] };
  };
  return { upstream, gateway, plays, ask };
}

type Form = "plain" | "upper case" | "extension" | "zeros" | "head inside";
interface Chunk {
  readonly size: number;
  readonly form: Form;
}
const CHUNK: fc.Arbitrary<Chunk> = fc.record({
  size: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
  ),
  form: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Form>("plain") },
    { weight: 3, arbitrary: fc.constant<Form>("head inside") },
    { weight: 1, arbitrary: fc.constantFrom<Form>("upper case", "extension", "zeros") },
  ),
});

function dataFor({ size, form }: Chunk, index: number): Buffer {
  return Buffer.alloc(size, form === "head inside" ? `\r\n\r\n${HEAD}${LAST}` : String.fromCharCode(97 + (index % 26)));
}

function chunkBytes(chunk: Chunk, index: number): Buffer {
  const hex = chunk.size.toString(16);
  const size = { "upper case": hex.toUpperCase(), extension: `${hex};a="b"`, zeros: `00${hex}` }[chunk.form as string];
  return Buffer.concat([Buffer.from(`${size ?? hex}\r\n`), dataFor(chunk, index), Buffer.from("\r\n")]);
}

/** How the upstream's bytes end. */
type End =
  | { readonly kind: "whole"; readonly last: string }
  /** The connection ends before the body does. */
  | { readonly kind: "cut"; readonly at: number }
  /** Between two chunks there is something else. */
  | { readonly kind: "broken"; readonly at: number; readonly text: string }
  /** Something follows in the same write as the last chunk. */
  | { readonly kind: "more"; readonly text: string };
const END: fc.Arbitrary<End> = fc.oneof(
  fc.record({
    kind: fc.constant("whole" as const),
    last: fc.constantFrom(LAST, LAST, "000\r\n\r\n", "0;a=b\r\n\r\n", "0\r\nx-trailer: 1\r\n\r\n"),
  }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant("broken" as const),
    at: fc.nat(),
    text: fc.constantFrom(
      "x\r\n",
      "\r\n",
      "-1\r\n",
      "5\r\nlonger\r\n",
      "fffffffffffffffffffff\r\n",
      "HTTP/1.1 200 OK\r\n\r\n",
    ),
  }),
  fc.record({
    kind: fc.constant("more" as const),
    text: fc.constantFrom(
      "garbage",
      "\r\n",
      "5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad",
      `${HEAD}5\r\nother\r\n${LAST}`,
    ),
  }),
);

/** What the upstream sends behind its head, and which part of that must not be cut. */
function bodyOf(chunks: readonly Chunk[], end: End): { readonly bytes: Buffer; readonly uncut: number } {
  const parts = chunks.map(chunkBytes);
  if (end.kind === "broken") parts.splice(end.at % (parts.length + 1), 0, Buffer.from(end.text));
  parts.push(Buffer.from(end.kind === "whole" ? end.last : LAST));
  if (end.kind === "more") parts.push(Buffer.from(end.text));
  const bytes = Buffer.concat(parts);
  if (end.kind === "cut") return { bytes: bytes.subarray(0, end.at % bytes.length), uncut: 0 };
  return { bytes, uncut: end.kind === "more" ? end.text.length + LAST.length : 0 };
}

/** A cut is a share of the bytes. */
const PARTS = 1_000_000;

function cutInto(bytes: Buffer, cuts: readonly number[], uncut: number): Buffer[] {
  const limit = bytes.length - uncut;
  const places = [...new Set(cuts.map((cut) => Math.floor((cut / PARTS) * limit)))].sort((a, b) => a - b);
  return [0, ...places]
    .map((from, i) => bytes.subarray(from, places[i] ?? bytes.length))
    .filter(({ length }) => length > 0);
}

describe("any chunks, in any writes, with any end", () => {
  test("come as over Node's parser", { timeout: 120_000 }, async () => {
    const { upstream, ask } = await start();
    let passedBy = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(CHUNK, { minLength: 1, maxLength: 14 }),
        END,
        fc.array(fc.integer({ min: 0, max: PARTS }), { maxLength: 6 }),
        fc.boolean(),
        async (chunks, end, cuts, headAlone) => {
          const { bytes, uncut } = bodyOf(chunks, end);
          const pieces = cutInto(bytes, cuts, uncut);
          const ends = end.kind === "cut";
          const outcomes = [];
          for (const before of ["", EARLY]) {
            const head = Buffer.from(before + HEAD);
            const all = headAlone
              ? [head, ...pieces]
              : [Buffer.concat([head, pieces[0] ?? Buffer.alloc(0)]), ...pieces.slice(1)];
            taken.mockClear();
            const response = await ask({ pieces: all, ends });
            if (before === "") passedBy += taken.mock.calls.length;
            else expect(taken).not.toHaveBeenCalled();
            const connections = upstream.connections;
            const next = await ask({ pieces: [HEAD, ...PLAIN, LAST] });
            expect(next).toMatchObject({ status: 200, whole: true, outcome: "success" });
            expect(next.body.toString()).toBe(PLAIN_TEXT);
            outcomes.push({ ...response, reuses: upstream.connections === connections });
          }
          const [ours, reference] = outcomes as [(typeof outcomes)[0], (typeof outcomes)[0]];
          const whole = Buffer.concat(chunks.map(dataFor));
          const isWhole = end.kind === "whole" || end.kind === "more";
          expect([ours.whole, reference.whole].every((is) => is === isWhole || ours.status === 502)).toBe(true);
          if (isWhole) {
            expect(ours.body.equals(whole)).toBe(true);
            expect(ours).toMatchObject({ status: 200, outcome: "success", sent: whole.length });
            expect(ours.reuses).toBe(reference.reuses);
            if (end.kind === "whole") expect(ours.reuses).toBe(true);
          } else {
            expect(ours.reuses).toBe(false);
            expect(["upstream_aborted", "upstream_request_failed"]).toContain(ours.outcome);
            if (ours.status === 200 && reference.status === 200 && end.kind === "cut")
              expect(ours.body.equals(reference.body)).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(passedBy).toBeGreaterThan(100);
  });
});

describe("where the body begins", () => {
  const BODY = "1a\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\nxyz\r\n";
  const TEXT = "\r\n\r\nHTTP/1.1 200 OK\r\n\r\nxyz";

  test.each([
    ["a head alone", [HEAD, BODY, ...PLAIN, LAST], true],
    ["a head with a chunk", [HEAD + BODY, ...PLAIN, LAST], true],
    ["a head with a part of a chunk", [HEAD + BODY.slice(0, 9), BODY.slice(9), ...PLAIN, LAST], true],
    ["a head with a part of a size", [`${HEAD}1`, BODY.slice(1), ...PLAIN, LAST], true],
    ["103 in an earlier read", [EARLY, HEAD + BODY, ...PLAIN, LAST], true],
    ["103 in the same read", [EARLY + HEAD + BODY, ...PLAIN, LAST], false],
    ["100 in the same read", [`HTTP/1.1 100 Continue\r\n\r\n${HEAD}${BODY}`, ...PLAIN, LAST], false],
    ["a head in two reads", [HEAD.slice(0, 30), HEAD.slice(30) + BODY, ...PLAIN, LAST], false],
    ["a blank line in two reads", [HEAD.slice(0, -2), `\r\n${BODY}`, ...PLAIN, LAST], false],
    ["a head of HTTP/1.0", [HEAD.replace("1.1", "1.0") + BODY, ...PLAIN, LAST], false],
    ["an extension in the first chunk", [`${HEAD}${BODY.replace("1a", "1a;x")}`, ...PLAIN, LAST], false],
    ["all in one read", [`${HEAD}${BODY}${PLAIN.join("")}${LAST}`], false],
    ["all but the end in one read", [`${HEAD}${BODY}${PLAIN.join("")}`, LAST], false],
  ] as const)("%s", async (_name, pieces, passesBy) => {
    const { ask } = await start();
    const { status, body, whole, outcome } = await ask({ pieces });
    // Node does not say what it makes of chunks in HTTP/1.0.
    if (!pieces[0].startsWith("HTTP/1.0")) {
      expect({ status, text: body.toString(), whole, outcome }).toEqual({
        status: 200,
        text: TEXT + PLAIN_TEXT,
        whole: true,
        outcome: "success",
      });
    }
    expect(taken.mock.calls.length > 0).toBe(passesBy);
  });

  test("a head whose lines end with LF alone is read as Node reads it", async () => {
    const { ask } = await start();
    const bare = HEAD.replaceAll("\r\n", "\n");
    const response = await ask({ pieces: [bare + BODY, ...PLAIN, LAST], ends: true });
    if (response.status === 200) expect(response.body.toString()).toBe(TEXT + PLAIN_TEXT);
    expect(taken).not.toHaveBeenCalled();
  });
});

describe("a kept connection", () => {
  test.each([
    ["HEAD", "200 OK"],
    ["GET", "204 No Content"],
    ["GET", "304 Not Modified"],
  ])("is as it was after %s %s with a chunked coding and no body", async (method, status) => {
    const { ask, upstream } = await start();
    for (let i = 0; i < 3; i++) {
      const pieces = [`HTTP/1.1 ${status}\r\nTransfer-Encoding: chunked\r\n\r\n`];
      expect((await ask({ pieces }, method)).status).toBe(Number(status.slice(0, 3)));
    }
    for (let i = 0; i < 3; i++)
      expect((await ask({ pieces: [HEAD, ...PLAIN, LAST] })).body.toString()).toBe(PLAIN_TEXT);
    expect(upstream.connections).toBe(1);
  });

  test.each(["HEAD", "GET"])(
    "bytes that come after a response to %s, while it is idle, end nothing but it",
    async (method) => {
      const { ask, upstream, gateway } = await start();
      const pieces = method === "HEAD" ? [HEAD] : [HEAD, ...PLAIN, LAST];
      expect((await ask({ pieces }, method)).status).toBe(200);
      await untilFree(gateway);
      const [kept] = upstream.accepted;
      await kept?.send(`5\r\nstray\r\n${LAST}`);
      expect((await ask({ pieces: [HEAD, ...PLAIN, LAST] })).body.toString()).toBe(PLAIN_TEXT);
      expect(upstream.connections).toBe(2);
    },
  );

  test("has the same listeners after each request", async () => {
    const { ask, upstream } = await start();
    // The scene fails on a MaxListenersExceededWarning.
    for (let i = 0; i < 60; i++) {
      const response = await ask(
        { pieces: i % 3 === 0 ? [HEAD] : [HEAD, ...PLAIN, LAST] },
        i % 3 === 0 ? "HEAD" : "GET",
      );
      expect(response).toMatchObject({ status: 200, outcome: "success" });
    }
    expect(upstream.connections).toBe(1);
  });
});

test("a slow client: no more is read than it takes, and nothing is lost", async () => {
  const chunk = `400\r\n${"0123456789abcdef".repeat(64)}\r\n`;
  const total = 16 * 1024;
  const { gateway, plays } = await start();
  plays.push({ pieces: [HEAD, ...Array.from({ length: 64 }, () => chunk.repeat(total / 64)), LAST] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/slow", [AUTH]));
  await client.until("the first bytes", () => client.total > 1000 || undefined);
  client.socket.pause();
  const ended = new Promise<void>((resolve) => {
    client.socket.on("data", (bytes: Buffer) => {
      if (bytes.subarray(-LAST.length).toString() === LAST) resolve();
    });
  });
  client.socket.pause();
  const stopped = (async () => {
    while (!taken.mock.results.some(({ value }) => value === false)) await new Promise(setImmediate);
  })();
  await within("the gateway to stop reading", stopped);
  const sumOf = () => taken.mock.calls.reduce((sum, [run]) => sum + run.bytes, 0);
  const sum = sumOf();
  for (let i = 0; i < 100; i++) await new Promise(setImmediate);
  expect(sumOf()).toBe(sum);
  expect(sum).toBeLessThan(12 * 1024 * 1024);
  const whole = within("the end of the body", ended, 15_000);
  client.socket.resume();
  await whole;
  const { body, used } = parseBody(client.bytes.subarray(parseHead(client.bytes)?.length), { kind: "chunked" });
  expect(used).toBe(client.bytes.length - (parseHead(client.bytes)?.length ?? 0));
  expect(body.equals(Buffer.alloc(total * 1024, "0123456789abcdef"))).toBe(true);
  expect(await gateway.completed()).toMatchObject({ outcome: "success", bytes_sent: total * 1024 });
});

test("a client that leaves ends the upstream's connection", async () => {
  const { gateway, plays, upstream } = await start();
  plays.push({ pieces: [HEAD, ...PLAIN] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/leaves", [AUTH]));
  await client.untilText("third");
  expect(taken).toHaveBeenCalled();
  await client.close();
  await within("the connection to end", (await upstream.nextConnection()).ended);
  expect((await gateway.completed())["outcome"]).toBe("client_closed");
});

test("a reset between two chunks is no end", async () => {
  const { gateway, plays, upstream } = await start();
  plays.push({ pieces: [HEAD, ...PLAIN] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/reset", [AUTH]));
  await client.until("the chunks", () => client.text.includes("third") || undefined);
  (await upstream.nextConnection()).reset();
  const { whole, text } = await client.response();
  expect({ whole, text }).toEqual({ whole: false, text: PLAIN_TEXT });
  expect((await gateway.completed())["outcome"]).toBe("upstream_aborted");
});

test("a client of HTTP/1.0 gets the data without chunks", async () => {
  const { gateway, plays } = await start();
  plays.push({ pieces: [HEAD, ...PLAIN, LAST] });
  const request = requestText("GET", "/up/old", [AUTH]).replace("HTTP/1.1", "HTTP/1.0");
  const { text, whole, header } = await exchange(gateway.port, request);
  expect({ text, whole, coding: header("transfer-encoding") }).toEqual({
    text: PLAIN_TEXT,
    whole: true,
    coding: undefined,
  });
  expect(taken).toHaveBeenCalled();
});
