// 64 MB pass both ways at once through a WebSocket, in odd frames and odd writes, to slow readers: all bytes arrive, and the gateway's
// memory stays flat (contract, section 15, "untouched, with back-pressure").

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { metered } from "../support/ledger-folder.ts";
import { listen } from "../support/listen.ts";
import { randomFrom } from "../support/random.ts";
import { connectRaw } from "../support/raw-client.ts";
import { handshake, switching } from "../support/websocket.ts";

const MIB = 1024 * 1024;
const TOTAL = 64 * MIB;
const GROWTH_MAX = 64 * MIB;
const PATIENCE_MS = 60_000;
/** A slow reader pauses after this many bytes. */
const READ_BYTES = 2 * MIB;
const PAUSE_MS = 10;

const TEXT = 1;
const PING = 9;
/** Text of a JSON string, of which the payloads are cut. */
const POOL = Buffer.from(
  Array.from(
    { length: 256 * 1024 },
    (
      (random) => () =>
        35 + Math.floor(random() * 50)
    )(randomFrom(1)),
  ),
);

let gateway: BuiltGateway | undefined;
afterEach(() => gateway?.close());

function header(opcode: number, final: boolean, masked: boolean, length: number): Buffer {
  // A key of zeros leaves the payload as it is.
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = (masked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return masked ? Buffer.concat([head, Buffer.alloc(4)]) : head;
}

/** The frames of one message, a JSON object, with pings among them. */
function* frames(masked: boolean, seed: number): Generator<Buffer> {
  const random = randomFrom(seed);
  const first = '{"model":"m","type":"response.create","text":"';
  yield Buffer.concat([header(TEXT, false, masked, first.length), Buffer.from(first)]);
  for (let sent = 0; sent < TOTAL; ) {
    const most = [1, 126, 3000, 65_536, POOL.length][Math.floor(random() * 5)] as number;
    const length = Math.floor(random() * (most + 1));
    const at = Math.floor(random() * (POOL.length - length));
    yield Buffer.concat([header(0, false, masked, length), POOL.subarray(at, at + length)]);
    if (random() < 0.05) yield Buffer.concat([header(PING, true, masked, 2), Buffer.from("hi")]);
    sent += length;
  }
  yield Buffer.concat([header(0, true, masked, 2), Buffer.from('"}')]);
}

/** Writes all frames, in pieces that end anywhere. @returns their hash */
async function writeAll(socket: Socket, masked: boolean, seed: number): Promise<string> {
  const random = randomFrom(seed + 1);
  const hash = createHash("sha256");
  let rest = Buffer.alloc(0);
  const write = async (piece: Buffer): Promise<void> => {
    if (!socket.write(piece)) await once(socket, "drain");
  };
  for (const bytes of frames(masked, seed)) {
    hash.update(bytes);
    rest = Buffer.concat([rest, bytes]);
    while (rest.length > 100_000) {
      const length = 1 + Math.floor(random() * 90_000);
      await write(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  }
  await write(rest);
  return hash.digest("hex");
}

/** Reads slowly, up to the end of the connection. @returns the hash of all that came */
async function readSlowly(socket: Socket): Promise<string> {
  const hash = createHash("sha256");
  let left = READ_BYTES;
  socket.on("data", (bytes: Buffer) => {
    hash.update(bytes);
    left -= bytes.length;
    if (left > 0) return;
    left = READ_BYTES;
    socket.pause();
    setTimeout(() => socket.resume(), PAUSE_MS);
  });
  await once(socket, "end");
  return hash.digest("hex");
}

test.each([
  ["not metered", []],
  ["metered", metered()],
])("64 MB both ways: %s", { timeout: 2 * PATIENCE_MS }, async (_what, top) => {
  const server = createServer({ allowHalfOpen: true });
  const url = `http://127.0.0.1:${await listen(server)}`;
  gateway = await startBuiltGateway(configText({ base: url, upstream: ["websocket: true"], top }));

  async function open() {
    const connected = once(server, "connection");
    const client = await connectRaw(gateway?.port ?? 0);
    await client.send(handshake());
    const [peer] = (await connected) as [Socket];
    await once(peer, "data");
    peer.write(switching());
    await client.head();
    client.socket.removeAllListeners("data");
    return { client: client.socket, peer };
  }

  // The first makes the process load and compile what it needs.
  const warm = await open();
  warm.client.write(header(PING, true, true, 0));
  await once(warm.peer, "data");
  warm.client.destroy();
  const before = gateway.memory();
  const { client, peer } = await open();
  const got = Promise.all([readSlowly(peer), readSlowly(client)]);
  const sent = await within(
    "64 MB both ways",
    Promise.all([writeAll(client, true, 10), writeAll(peer, false, 20)]),
    PATIENCE_MS,
  );
  peer.end();
  client.end();
  expect(await within("the last bytes", got, PATIENCE_MS)).toEqual(sent);
  expect((gateway.peak() - before) / MIB).toBeLessThan(GROWTH_MAX / MIB);
  const { line } = await gateway.logged(({ msg, bytes_sent: bytes }) => msg === "request completed" && bytes !== 0);
  expect(line["bytes_sent"]).toBeGreaterThan(TOTAL);
  expect(line["bytes_received"]).toBeGreaterThan(TOTAL);
  expect(gateway.output.err).not.toMatch(/\(node:|^\s+at /m);
});
