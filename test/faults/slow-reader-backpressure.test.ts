// The client or the upstream reads slowly: the gateway slows the other side down, and its own buffers stay small.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const MIB = 1024 * 1024;
const TOTAL = 48 * MIB;
const BLOCK = Buffer.alloc(256 * 1024, "x");

/** The kernel's buffers of two connections on loopback hold a few MiB each. More than this would be in the gateway's memory. */
const IN_FLIGHT_MAX = 24 * MIB;

/** Writes the body as fast as the other side takes it, once `start` is called. `written.bytes` counts the bytes so far. */
function bodyWriter(out: {
  write(bytes: Buffer): boolean;
  once(event: "drain", listener: () => void): unknown;
  end(): void;
}) {
  const written = { bytes: 0 };
  const start = () => {
    while (written.bytes < TOTAL) {
      written.bytes += BLOCK.length;
      if (!out.write(BLOCK)) {
        out.once("drain", start);
        return;
      }
    }
    out.end();
  };
  return { written, start };
}

/** Waits until a counter has not changed for 200 ms or more. Returns its value. */
async function untilSteady(read: () => number): Promise<number> {
  let last = read();
  for (let quiet = 0; quiet < 200; quiet++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (read() !== last) quiet = 0;
    last = read();
  }
  return last;
}

test("a client that does not read stops the upstream; once it reads, the body is complete", async () => {
  let written: { bytes: number } = { bytes: 0 };
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-length": TOTAL });
    const writer = bodyWriter(res);
    written = writer.written;
    writer.start();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/big", [AUTH]));
  const head = await client.head();
  const before = client.total - client.bytes.length;
  client.socket.pause();
  expect(
    await within(
      "the upstream to be held back",
      untilSteady(() => written.bytes),
    ),
  ).toBeLessThan(IN_FLIGHT_MAX);
  client.socket.resume();
  await client.until("the whole body", () => client.total - before >= TOTAL || undefined, 15_000);
  expect(await client.body(head)).toMatchObject({ whole: true });
  await untilFree(gateway);
});

test("an upstream that does not read stops the client; once it reads, the body is complete", async () => {
  let startReading = () => {};
  let received = 0;
  const upstream = await scene.upstream(
    (req, res) => {
      startReading = () => {
        req.on("data", (chunk: Buffer) => {
          received += chunk.length;
        });
        req.on("end", () => res.end("done"));
      };
    },
    { body: "leave" },
  );
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/big", [AUTH, `Content-Length: ${TOTAL}`]));
  await upstream.nextRequest();
  const { written, start } = bodyWriter({
    write: (bytes) => client.socket.write(bytes),
    once: (event, listener) => client.socket.once(event, listener),
    end: () => {},
  });
  start();
  expect(
    await within(
      "the client to be held back",
      untilSteady(() => written.bytes),
    ),
  ).toBeLessThan(IN_FLIGHT_MAX);
  startReading();
  expect(await client.response("POST", 15_000)).toMatchObject({ status: 200, text: "done" });
  expect(received).toBe(TOTAL);
  await untilFree(gateway);
});

test("a client that stops reading and then leaves frees its slots and aborts the upstream", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-length": TOTAL });
    bodyWriter(res).start();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/big", [AUTH]));
  await client.head();
  client.socket.pause();
  const big = await upstream.nextRequest();
  client.reset();
  expect(await within("the upstream to be aborted", big.closed)).toBe("aborted");
  await untilFree(gateway);
});
