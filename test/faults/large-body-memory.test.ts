// 256 MB pass in each direction to a slow receiver: the gateway's memory grows by less than 64 MB (contract, section 4,
// "constant memory").

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { startUpstream, type Upstream, type UpstreamHandler } from "../support/upstream.ts";

const MIB = 1024 * 1024;
const TOTAL = 256 * MIB;
const GROWTH_MAX = 64 * MIB;
const BLOCK = Buffer.alloc(256 * 1024, "x");
/** A slow reader pauses after this many bytes. */
const READ_BYTES = 2 * MIB;
const PAUSE_MS = 10;
const PATIENCE_MS = 30_000;

interface Readable {
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** Reads slowly, with pauses. Returns an object that counts the bytes received so far. */
function readSlowly(source: Readable): { received: number } {
  const progress = { received: 0 };
  let left = READ_BYTES;
  source.on("data", (chunk) => {
    progress.received += chunk.length;
    left -= chunk.length;
    if (left > 0) return;
    left = READ_BYTES;
    source.pause();
    setTimeout(() => source.resume(), PAUSE_MS);
  });
  return progress;
}

interface Writable {
  write(bytes: Buffer): boolean;
  once(event: "drain", listener: () => void): unknown;
}

/** Writes the whole body, as fast as the other side takes it. */
async function writeBody(out: Writable): Promise<void> {
  for (let sent = 0; sent < TOTAL; sent += BLOCK.length) {
    if (!out.write(BLOCK)) await new Promise<void>((resolve) => out.once("drain", resolve));
  }
}

const handler: UpstreamHandler = (req, res) => {
  if (req.url === "/down") {
    res.writeHead(200, { "content-length": TOTAL });
    void writeBody(res).then(() => res.end());
  } else if (req.url === "/up") {
    const progress = readSlowly(req);
    req.on("end", () => res.end(String(progress.received)));
  } else {
    req.resume();
    res.end("ok");
  }
};

let upstream: Upstream | undefined;
let gateway: BuiltGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  await upstream?.close();
});

async function warmed(): Promise<{ readonly gateway: BuiltGateway; readonly before: number }> {
  upstream = await startUpstream(handler, { body: "leave" });
  gateway = await startBuiltGateway(configText({ base: upstream.url }));
  for (let i = 0; i < 50; i++)
    expect((await exchange(gateway.port, requestText("GET", "/up/x", [AUTH]))).text).toBe("ok");
  return { gateway, before: gateway.memory() };
}

/** Checks that memory has grown little, and that Node has reported no warning and no exception. */
function expectSmallGrowth({ output, peak }: BuiltGateway, before: number) {
  expect((peak() - before) / MIB).toBeLessThan(GROWTH_MAX / MIB);
  // `serve` may print warnings about the config. A warning of Node starts with `(node:` and the process id.
  expect(output.err).not.toContain("(node:");
  expect(output.err).not.toMatch(/^\s+at /m);
}

test("down, to a slow client", { timeout: 2 * PATIENCE_MS }, async () => {
  const { gateway: running, before } = await warmed();
  const socket = connect(running.port, "127.0.0.1");
  await once(socket, "connect");
  const progress = readSlowly(socket);
  socket.write(requestText("GET", "/up/down", [AUTH]));
  const whole = new Promise<void>((resolve) => {
    socket.on("data", () => {
      if (progress.received > TOTAL) resolve();
    });
  });
  await within(() => `256 MB down; ${progress.received} came`, whole, PATIENCE_MS);
  socket.destroy();
  expectSmallGrowth(running, before);
});

test("up, to a slow upstream", { timeout: 2 * PATIENCE_MS }, async () => {
  const { gateway: running, before } = await warmed();
  const socket = connect(running.port, "127.0.0.1");
  await once(socket, "connect");
  let answer = "";
  const answered = new Promise<void>((resolve) => {
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
      if (answer.endsWith(String(TOTAL))) resolve();
    });
  });
  socket.write(requestText("POST", "/up/up", [AUTH, `Content-Length: ${TOTAL}`]));
  await within("256 MB to be sent", writeBody(socket), PATIENCE_MS);
  await within(() => `an answer that says ${TOTAL}; have ${answer}`, answered, PATIENCE_MS);
  socket.destroy();
  expectSmallGrowth(running, before);
});
