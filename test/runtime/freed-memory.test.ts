// 64 MB pass in each direction to slow sides: the gateway's memory grows by less than 16 MB
// where it is freed at once (contract, section 4, "constant memory").

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const MIB = 1024 * 1024;
const TOTAL = 64 * MIB;
const GROWTH_MAX = 16 * MIB;
const PATIENCE_MS = 30_000;
const BLOCK = Buffer.alloc(256 * 1024, "x");
const CHUNK = Buffer.concat([Buffer.from(`${BLOCK.length.toString(16)}\r\n`), BLOCK, Buffer.from("\r\n")]);
/** A slow reader pauses after this many bytes. */
const READ_BYTES = 2 * MIB;
const PAUSE_MS = 5;

interface Readable {
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** Reads with pauses. @returns resolves when as many bytes as wanted have come */
function readSlowly(source: Readable, wanted: number): Promise<void> {
  let received = 0;
  let left = READ_BYTES;
  return new Promise((resolve) => {
    source.on("data", (chunk) => {
      received += chunk.length;
      left -= chunk.length;
      if (received >= wanted) resolve();
      if (left > 0) return;
      left = READ_BYTES;
      source.pause();
      setTimeout(() => source.resume(), PAUSE_MS);
    });
  });
}

/** @param block what is written again and again, with what delimits it */
async function writeBody(out: NodeJS.WritableStream, block = BLOCK): Promise<void> {
  for (let sent = 0; sent < TOTAL; sent += BLOCK.length) if (!out.write(block)) await once(out, "drain");
}

let upstream: Upstream | undefined;
let gateway: BuiltGateway | undefined;
let socket: Socket | undefined;
afterEach(async () => {
  socket?.destroy();
  await gateway?.close();
  await upstream?.close();
});

const metered = (): string => `usage: {enabled: true, ledger: {dir: ${ledgerFolder()}}}`;

test.each([
  ["with lengths", true, []],
  ["in chunks", false, []],
  ["with lengths, read along", true, [metered]],
  ["in chunks, read along", false, [metered]],
] as const)("64 MB down and up, %s", { timeout: 3 * PATIENCE_MS }, async (_name, hasLength, lines) => {
  upstream = await startUpstream(
    (req, res) => {
      if (req.url === "/warm") return void req.resume().once("end", () => res.end("ok"));
      if (req.url === "/up") return void readSlowly(req, TOTAL).then(() => req.once("end", () => res.end("done")));
      res.setHeader("content-type", "application/json").writeHead(200, hasLength ? { "content-length": TOTAL } : {});
      return void writeBody(res).then(() => res.end());
    },
    { body: "leave" },
  );
  gateway = await startBuiltGateway(
    configText({ base: upstream.url, upstream: ["retry: {max_body_bytes: 65536}"], top: lines.map((line) => line()) }),
  );
  const { port } = gateway;
  for (let i = 0; i < 200; i++) {
    const warm = requestText("POST", "/up/warm", [AUTH, "Content-Length: 4"], "warm");
    expect((await exchange(port, warm, "POST")).text).toBe("ok");
  }
  const before = gateway.memory();
  socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const down = readSlowly(socket, TOTAL);
  socket.write(requestText("GET", "/up/down", [AUTH]));
  await within("64 MB down", down, PATIENCE_MS);
  socket.destroy();
  const grownDown = (gateway.peak() - before) / MIB;

  socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const answered = new Promise<string>((resolve) => {
    socket?.once("data", (bytes: Buffer) => resolve(bytes.toString("latin1")));
  });
  const framing = hasLength ? `Content-Length: ${TOTAL}` : "Transfer-Encoding: chunked";
  socket.write(requestText("POST", "/up/up", [AUTH, framing]));
  await within("64 MB to be sent", writeBody(socket, hasLength ? BLOCK : CHUNK), PATIENCE_MS);
  if (!hasLength) socket.write("0\r\n\r\n");
  expect(await within("an answer", answered, PATIENCE_MS)).toContain("200 OK");
  const grown = (gateway.peak() - before) / MIB;
  expect(Math.max(grownDown, grown)).toBeLessThan(GROWTH_MAX / MIB);
  expect(gateway.output.err).not.toContain("(node:");
  expect(gateway.output.err).not.toMatch(/^\s+at /m);
});
