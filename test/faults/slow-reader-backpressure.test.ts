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

/** Kernel buffers of two connections on loopback grow to a few MiB each; more than this is ours. */
const IN_FLIGHT_MAX = 24 * MIB;

/** Writes until the other side does not take any more, then on each drain; tells how much was taken. */
function pour(out: {
  write(bytes: Buffer): boolean;
  once(event: "drain", listener: () => void): unknown;
  end(): void;
}) {
  const poured = { bytes: 0, stalled: () => {}, ended: false };
  const more = () => {
    while (poured.bytes < TOTAL) {
      poured.bytes += BLOCK.length;
      if (!out.write(BLOCK)) {
        out.once("drain", more);
        poured.stalled();
        return;
      }
    }
    poured.ended = true;
    out.end();
  };
  return { poured, start: more };
}

/** Settles once a counter has not moved for many turns of the loop. */
async function settled(read: () => number): Promise<number> {
  let last = read();
  for (let quiet = 0; quiet < 200; quiet++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (read() !== last) quiet = 0;
    last = read();
  }
  return last;
}

test("a client that does not read stops the upstream; what follows is whole", async () => {
  let poured: { bytes: number } = { bytes: 0 };
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-length": TOTAL });
    const pouring = pour(res);
    poured = pouring.poured;
    pouring.start();
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
      settled(() => poured.bytes),
    ),
  ).toBeLessThan(IN_FLIGHT_MAX);
  client.socket.resume();
  await client.until("the whole body", () => client.total - before >= TOTAL || undefined, 15_000);
  expect(await client.body(head)).toMatchObject({ whole: true });
  await untilFree(gateway);
});

test("an upstream that does not read stops the client; what follows is whole", async () => {
  let go = () => {};
  let received = 0;
  const upstream = await scene.upstream(
    (req, res) => {
      go = () => {
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
  const { poured, start } = pour({
    write: (bytes) => client.socket.write(bytes),
    once: (event, listener) => client.socket.once(event, listener),
    end: () => {},
  });
  start();
  expect(
    await within(
      "the client to be held back",
      settled(() => poured.bytes),
    ),
  ).toBeLessThan(IN_FLIGHT_MAX);
  go();
  expect(await client.response("POST", 15_000)).toMatchObject({ status: 200, text: "done" });
  expect(received).toBe(TOTAL);
  await untilFree(gateway);
});

test("a client that stops reading and then leaves frees everything", async () => {
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-length": TOTAL });
    pour(res).start();
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
