// Checks that bodies arrive byte for byte in both directions, whatever their bytes, size, framing and pieces.

import { randomFillSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

/** Cuts bytes into pieces at these offsets. An offset beyond the end wraps around. */
function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const ends = [...new Set(offsets.map((offset) => offset % (bytes.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...ends];
  return starts.map((start, i) => bytes.subarray(start, ends[i] ?? bytes.length)).filter((piece) => piece.length > 0);
}

function chunked(pieces: readonly Buffer[]): Buffer {
  const parts = pieces.flatMap((piece) => [
    Buffer.from(`${piece.length.toString(16)}\r\n`),
    piece,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

function framed(start: string, body: Buffer, offsets: readonly number[] | undefined): Buffer {
  const framing = offsets === undefined ? `Content-Length: ${body.length}` : "Transfer-Encoding: chunked";
  return Buffer.concat([
    Buffer.from(`${start}${framing}\r\n\r\n`),
    offsets === undefined ? body : chunked(cut(body, offsets)),
  ]);
}

const offsets = fc.array(fc.nat(300_000), { maxLength: 6 });
const framing = fc.option(offsets, { nil: undefined });
const size = fc.oneof(
  fc.constantFrom(0, 1, 2, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 131_073),
  fc.nat(2000),
  fc.nat(200_000),
);

test("random bodies arrive unchanged in both directions, in any framing, cut at any byte", {
  timeout: 60_000,
}, async () => {
  let answer: Buffer = Buffer.alloc(0);
  let segments: readonly number[] = [];
  const received: { body: Buffer; startLine: string }[] = [];
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const { body, startLine } = await connection.request();
      received.push({ body, startLine });
      await connection.send(...cut(answer, segments));
    }
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);

  await fc.assert(
    fc.asyncProperty(
      size,
      framing,
      offsets,
      size,
      framing,
      offsets,
      async (upSize, upFraming, upCuts, downSize, downFraming, downCuts) => {
        const up = randomFillSync(Buffer.alloc(upSize));
        const down = randomFillSync(Buffer.alloc(downSize));
        answer = framed("HTTP/1.1 200 OK\r\n", down, downFraming);
        segments = downCuts;
        const before = received.length;
        await client.send(...cut(framed(`POST /up/x HTTP/1.1\r\nHost: h\r\n${AUTH}\r\n`, up, upFraming), upCuts));
        const response = await client.response("POST");
        expect(response.whole).toBe(true);
        expect(response.body.equals(down)).toBe(true);
        expect(received.slice(before).map(({ startLine }) => startLine)).toEqual(["POST /x HTTP/1.1"]);
        expect(received.at(-1)?.body.equals(up)).toBe(true);
      },
    ),
    { numRuns: 120 },
  );
  // All exchanges shared one connection to the upstream.
  expect(upstream.connections).toBe(1);
  await untilFree(gateway);
});

test("all 256 byte values arrive unchanged in a body, and all visible ones in a header value", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    const { rawHeaders, body } = await connection.request();
    const value = rawHeaders[rawHeaders.indexOf("X-Bytes") + 1] ?? "";
    await connection.send(
      Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\nX-Bytes: ${value}\r\nContent-Length: 256\r\n\r\n`, "latin1"),
        body,
      ]),
    );
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const visible = all.subarray(0x21, 0x7f).toString("latin1") + all.subarray(0x80).toString("latin1");
  const head = requestText("POST", "/up/x", [AUTH, `X-Bytes: ${visible}`, "Content-Length: 256"]);
  await client.send(Buffer.concat([Buffer.from(head, "latin1"), all]));
  const response = await client.response("POST");
  expect(response.body.equals(all)).toBe(true);
  expect(response.header("x-bytes")).toBe(visible);
});
