// Checks WebSockets under load: a slow reader holds the sender back, bytes stay as they are, many leave at random moments, and hostile
// handshakes reach nobody (contract, section 15).

import { createHash, randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { randomFrom } from "../support/random.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { ASKS, frame, openSocket, switching } from "../support/websocket.ts";

const scene = setScene();
const ON = ["websocket: true"];
const MIB = 1024 * 1024;

async function opened() {
  const server = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: server.url, upstream: ON });
  const client = await scene.client(gateway);
  return { gateway, server, ...(await openSocket(client, () => server.nextConnection())) };
}

/** Whether a socket takes bytes soon. */
function takes(socket: Socket, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 500);
    socket.write(bytes, () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Reads with pauses from now on. @returns the hash of the next `total` bytes */
function readSlowly(socket: Socket, total: number): Promise<string> {
  const hash = createHash("sha256");
  let left = total;
  let sincePause = 0;
  socket.removeAllListeners("data");
  return new Promise((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      hash.update(chunk);
      left -= chunk.length;
      sincePause += chunk.length;
      if (left === 0) resolve(hash.digest("hex"));
      if (sincePause < 4 * MIB) return;
      sincePause = 0;
      socket.pause();
      setTimeout(() => socket.resume(), 5);
    });
  });
}

/** Sends bytes in odd pieces, as fast as they are taken. @returns their hash */
async function sendOddly(socket: Socket, total: number): Promise<string> {
  const hash = createHash("sha256");
  const block = randomBytes(MIB);
  for (let left = total, i = 0; left > 0; i++) {
    const piece = block.subarray(0, Math.min(left, 1 + ((i * 7919) % MIB)));
    hash.update(piece);
    left -= piece.length;
    if (!socket.write(piece)) await new Promise((resolve) => socket.once("drain", resolve));
  }
  return hash.digest("hex");
}

describe("a receiver that takes nothing", () => {
  it.each(["up", "down"] as const)("stops the sender: %s", async (direction) => {
    const { client, upstream } = await opened();
    const [from, to] = direction === "up" ? [client.socket, upstream.socket] : [upstream.socket, client.socket];
    to.pause();
    const block = Buffer.alloc(MIB, 5);
    // The buffers of the kernel hold some MiB.
    let sent = 0;
    while (sent < 64 && (await takes(from, block))) sent++;
    expect(sent).toBeLessThan(40);
    // The other direction still flows.
    const back = frame("still here", { masked: direction === "down" });
    const sender = direction === "up" ? upstream : client;
    const receiver = direction === "up" ? client : upstream;
    await sender.send(back);
    await receiver.untilText(back.toString("latin1"));
  });
});

it("all bytes are the same, both ways at once, to slow readers, and the memory stays flat", async () => {
  const { client, upstream, gateway } = await opened();
  const total = 512 * MIB;
  const received = Promise.all([readSlowly(upstream.socket, total), readSlowly(client.socket, total)]);
  let most = 0;
  const before = process.memoryUsage().arrayBuffers;
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 20);
  const sent = await within(
    "the bytes to be sent",
    Promise.all([sendOddly(client.socket, total), sendOddly(upstream.socket, total)]),
    60_000,
  );
  expect(await within("the bytes to arrive", received, 120_000)).toEqual(sent);
  clearInterval(look);
  // The test's own buffers are in it, too, and what the garbage collector has not freed yet.
  expect(most).toBeLessThan(96 * MIB);
  client.reset();
  expect(await gateway.completed()).toMatchObject({ bytes_sent: total, bytes_received: total });
}, 250_000);

it("many sockets that leave in any way at random moments leave nothing behind, over reloads, too", async () => {
  const random = randomFrom(15);
  const server = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(switching());
  });
  const config = { base: server.url, upstream: [...ON, "upstream_key_max_inflight: 1000"] };
  const gateway = await scene.gateway(config);
  const clients = await Promise.all(
    Array.from({ length: 120 }, async (_, i) => {
      const client = await scene.client(gateway);
      await client.send(requestText("GET", `/up/${i}`, [AUTH, ...ASKS]));
      expect((await client.head()).status).toBe(101);
      return client;
    }),
  );
  expect(gateway.host.inFlight).toBe(120);
  for (const [i, client] of clients.entries()) {
    const other = server.accepted[i];
    if (i % 40 === 0) gateway.swap(configText({ ...config, top: [`rate_limit: {per_minute: ${1000 + i}}`] }));
    await client.send(frame("x".repeat(Math.floor(random() * 3000)), { masked: true }));
    const ways = [() => client.halfClose(), () => client.reset(), () => other?.halfClose(), () => other?.reset()];
    ways[Math.floor(random() * ways.length)]?.();
  }
  for (const client of clients) client.halfClose();
  await untilFree(gateway);
  await server.untilIdle();
  expect(gateway.host.plans).toBe(1);
});

it("a hostile handshake reaches no upstream unless it is answered with a 101, and the gateway lives", async () => {
  const random = randomFrom(2026);
  const server = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(switching());
  });
  const gateway = await scene.gateway({ base: server.url, upstream: ON });
  const good = requestText("GET", "/up/x", [AUTH, ...ASKS]);
  let opened = 0;
  for (let i = 0; i < 400; i++) {
    const client = await scene.client(gateway);
    await client.send(mutated(good, random));
    const way = random();
    if (way < 0.2) client.reset();
    else if (way < 0.4) client.halfClose();
    const answered = client.until("an answer", () => (client.text.includes("\r\n\r\n") ? true : undefined));
    await Promise.race([client.ended, answered, silence(100)]).catch(() => {});
    if (client.text.startsWith("HTTP/1.1 101")) opened++;
    await client.close();
  }
  await untilFree(gateway);
  expect(server.connections).toBeGreaterThanOrEqual(opened);
  // Without its offer it is an ordinary request, to which the upstream's 101 is no answer: that is a 502.
  const refused = gateway.logs.filter(
    ({ status }) => typeof status === "number" && status >= 400 && ![499, 502].includes(status),
  );
  for (const line of refused) expect(line["attempts"] ?? 0).toBe(0);
  expect(opened).toBeGreaterThan(10);
}, 120_000);

function silence(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Changes, doubles, drops or moves some bytes or lines. Some stay as they are, with bytes behind them. */
function mutated(text: string, random: () => number): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const at = Math.floor(random() * bytes.length);
  switch (Math.floor(random() * 5)) {
    case 0:
      bytes[at] = Math.floor(random() * 256);
      return bytes;
    case 1:
      return Buffer.concat([bytes.subarray(0, at), randomBytes(3), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 5)]);
    case 3: {
      const lines = text.split("\r\n");
      const line = 1 + Math.floor(random() * (lines.length - 3));
      lines.splice(line, random() < 0.5 ? 1 : 0, ...(random() < 0.5 ? [lines[line] as string] : []));
      return Buffer.from(lines.join("\r\n"), "latin1");
    }
    default:
      return Buffer.concat([bytes, randomBytes(Math.floor(random() * 2000))]);
  }
}
