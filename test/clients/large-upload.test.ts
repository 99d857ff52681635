// A large upload of a client with a scope of models, to a slow upstream: the first part is held, the rest streams with
// back-pressure, so that the gateway's memory stays flat (contract, sections 4 and 12).

import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { as, clientLines } from "./clients.ts";

const MIB = 1024 * 1024;
const TOTAL = 128 * MIB;
const GROWTH_MAX = 40 * MIB;
const BLOCK = Buffer.alloc(256 * 1024, "x");
const PATIENCE_MS = 30_000;
/** The upstream pauses after this many bytes. */
const READ_BYTES = 2 * MIB;
const PAUSE_MS = 10;

let upstream: Upstream | undefined;
let gateway: BuiltGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  await upstream?.close();
});

test("128 MB of JSON, the model first", { timeout: 2 * PATIENCE_MS }, async () => {
  upstream = await startUpstream(
    (req, res) => {
      let left = READ_BYTES;
      let bytes = 0;
      req.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        left -= chunk.length;
        if (left > 0) return;
        left = READ_BYTES;
        req.pause();
        setTimeout(() => req.resume(), PAUSE_MS);
      });
      req.on("end", () => res.end(`${bytes} bytes`));
    },
    { body: "leave" },
  );
  const running = await startBuiltGateway(
    configText({ base: upstream.url, top: clientLines({ scoped: "models: [gpt-5]" }) }),
  );
  gateway = running;
  const small = '{"model":"gpt-5"}';
  const head = (length: number): string => requestText("POST", "/up/x", [as("scoped"), `Content-Length: ${length}`]);
  for (let n = 0; n < 50; n++) {
    expect((await exchange(running.port, head(small.length) + small, "POST")).text).toBe("17 bytes");
  }
  const before = running.memory();
  const socket = connect(running.port, "127.0.0.1");
  await once(socket, "connect");
  const [first, last] = ['{"model":"gpt-5","input":"', '"}'];
  const length = first.length + TOTAL + last.length;
  let answer = "";
  const answered = new Promise<void>((resolve) => {
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
      if (answer.endsWith(`${length} bytes`)) resolve();
    });
  });
  socket.write(head(length) + first);
  const sending = (async () => {
    for (let sent = 0; sent < TOTAL; sent += BLOCK.length) if (!socket.write(BLOCK)) await once(socket, "drain");
    socket.write(last);
  })();
  await within("the body to be sent", sending, PATIENCE_MS);
  await within(() => `an answer with the length; have ${answer}`, answered, PATIENCE_MS);
  socket.destroy();
  expect((running.peak() - before) / MIB).toBeLessThan(GROWTH_MAX / MIB);
});
